"""Runs of migrations against a cluster of a few lines: which Jobs are adopted or made anew, and what is said."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _job, _record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._migrate import Migration, Work
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import AFTER, BEFORE, Goal, Record

SPEC = {"containers": [{"name": "job", "image": "mastodon:v4.6.5", "env": [{"name": "DB_HOST", "value": "rw"}]}]}
TEMPLATE = {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": SPEC}}}
GOAL = Goal(BEFORE, "mastodon:v4.6.5", "db")
BROKEN = {"waiting": {"reason": "ImagePullBackOff"}}
STARTING = {"waiting": {"reason": "ContainerCreating"}}
RUNNING = {"running": {}}
FINISHED = {"conditions": [{"type": "Complete", "status": "True"}], "completionTime": "2026-02-01T00:00:00Z"}
FAILED = {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}


class Cluster:
    """A Job ends, well or not, when its Pod is looked at for the third time."""

    def __init__(self, *, ending=None, log=""):
        self.jobs, self.pods, self.record = {}, {}, None
        self.created, self.deleted, self.looks = [], [], 0
        self.ending, self.log = ending or FINISHED, log

    def left_behind(self, job, state):
        name = job["metadata"]["name"]
        self.jobs[name] = {**job, "metadata": {**job["metadata"], "uid": "old"}, "status": {}}
        status = {"phase": "Pending", "containerStatuses": [{"name": "job", "state": state}]}
        self.pods[name] = {"metadata": {"name": "pod", "creationTimestamp": "t"}, "status": status}

    def get(self, _version, kind, name, _namespace):
        return self.record if kind == "ConfigMap" else self.jobs.get(name)

    def list(self, _version, kind, _namespace, *, labels):
        if kind == "Job":
            return list(self.jobs.values())
        self.looks += 1
        name = labels.partition("=")[2]
        if self.looks > 2 and name in self.jobs:
            self.jobs[name]["status"] = self.ending
        return [self.pods[name]] if name in self.pods else []

    def create(self, manifest):
        if manifest["kind"] == "ConfigMap":
            self.record = manifest
            return
        self.created.append(manifest)
        name = manifest["metadata"]["name"]
        self.jobs[name], self.looks = {**manifest, "status": {}}, 0
        self.pods[name] = {"metadata": {"name": "pod", "creationTimestamp": "t"}, "status": {"phase": "Failed"}}

    def patch(self, *identity):
        self.record = {**self.record, **identity[-1]}

    def delete(self, _version, _kind, name, _namespace):
        self.deleted.append(name)
        del self.jobs[name], self.pods[name]

    def logs(self, *_pod, tail):
        return self.log


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


def job(deadline=60):
    return _job.manifest(TEMPLATE, "social", GOAL, deadline=deadline, ttl=None)


def migration(cluster, goal=GOAL, progress=None, deadline=60):
    work = Work(TEMPLATE, start_timeout=60, deadline=deadline)
    return Migration(cluster, "social", goal, work, Progress(progress))


@pytest.mark.parametrize(
    ("state", "deadline", "replaced"),
    [
        (BROKEN, 60, True),
        (BROKEN, 90, True),
        (STARTING, 60, False),
        (STARTING, 90, True),
        (RUNNING, 60, False),
        (RUNNING, 90, False),
    ],
)
def test_a_job_of_an_earlier_run(state, deadline, replaced):
    predicted, cluster = Cluster(), Cluster()
    for each in (predicted, cluster):
        each.left_behind(job(), state)
    report = migration(cluster, deadline=deadline).run()
    assert cluster.deleted == [GOAL.job] * replaced
    assert [made["metadata"]["name"] for made in cluster.created] == [GOAL.job] * replaced
    assert _record.record(cluster.record).before_rollout == GOAL.image
    assert migration(predicted, deadline=deadline).predict().actions == report.actions
    assert not predicted.deleted
    assert not predicted.created


def test_a_job_that_this_run_made_is_given_its_time():
    cluster = Cluster(ending={})
    create = cluster.create

    def stuck(manifest):
        create(manifest)
        cluster.left_behind(manifest, BROKEN)

    cluster.create = stuck
    work = Work(TEMPLATE, start_timeout=-1, deadline=60)
    with pytest.raises(Failure, match="has not started"):
        Migration(cluster, "social", GOAL, work, Progress(None)).run()
    assert len(cluster.created) == 1
    assert not cluster.deleted


@pytest.mark.parametrize(
    ("phase", "said", "unsaid"),
    [(BEFORE, "no Deployment was touched", "rolled out"), (AFTER, "rolled out", "no Deployment was touched")],
)
def test_a_failure_tells_what_its_phase_left(phase, said, unsaid):
    cluster = Cluster(ending=FAILED)
    if phase == AFTER:
        _record.write(cluster, "social", None, Record("db", GOAL.image, "mastodon:v4.6.4", 2, "2026-01-01T00:00:00Z"))
    with pytest.raises(Failure) as failure:
        migration(cluster, Goal(phase, GOAL.image, "db")).run()
    assert said in str(failure.value)
    assert unsaid not in str(failure.value)


def test_neither_failure_nor_progress_tells_a_credential(tmp_path):
    line = "could not connect to postgres://mastodon:s3cr3t@database/mastodon"
    cluster, progress = Cluster(ending=FAILED, log=f"{line}\nDB_PASS=s3cr3t\n"), tmp_path / "progress"
    cluster.left_behind(job(), RUNNING)
    with pytest.raises(Failure) as failure:
        cluster.pods[GOAL.job]["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
        migration(cluster, progress=str(progress)).run()
    for text in (str(failure.value), progress.read_text()):
        assert "s3cr3t" not in text
        assert "DB_PASS=(hidden)" in text


@pytest.mark.parametrize("predicted", [True, False])
def test_a_downgrade_is_refused_also_in_check_mode(predicted):
    cluster = Cluster()
    _record.write(
        cluster, "social", None, Record("db", "mastodon:v4.7.0", "mastodon:v4.7.0", 0, "2026-01-01T00:00:00Z")
    )
    run = migration(cluster)
    with pytest.raises(Failure, match=r"4\.6\.5.*4\.7\.0"):
        run.predict() if predicted else run.run()
    assert not cluster.created
