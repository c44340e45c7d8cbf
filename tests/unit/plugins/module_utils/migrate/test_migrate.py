"""Runs of migrations against a cluster of a few lines: which Jobs are adopted or made anew, and what is said."""

import re
from datetime import UTC, datetime

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure, KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _job, _record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._migrate import Migration, Work
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import AFTER, BEFORE, Goal, Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._processes import COMMANDS, PODS
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._script import Doubts
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._standstill import go_on
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets import _new_keys
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import Consent

SPEC = {"containers": [{"name": "job", "image": "mastodon:v4.6.5", "env": [{"name": "DB_HOST", "value": "rw"}]}]}
TEMPLATE = {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": SPEC}}}
GOAL = Goal(BEFORE, "mastodon:v4.6.5", "db")
ALL = Goal(BEFORE, GOAL.image, "db", at_once=True)
REVISION = "deployment.kubernetes.io/revision"
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
        self.deployments, self.replicasets, self.processes, self.secrets = [], [], [], {}
        # What was done, in order.
        self.deeds = []
        self.clock = datetime(2026, 2, 1, tzinfo=UTC)

    def left_behind(self, job, state):
        name = job["metadata"]["name"]
        self.jobs[name] = {**job, "metadata": {**job["metadata"], "uid": "old"}, "status": {}}
        status = {"phase": "Pending", "containerStatuses": [{"name": "job", "state": state}]}
        self.pods[name] = {"metadata": {"name": "pod", "creationTimestamp": "t"}, "status": status}

    def get(self, _version, kind, name, _namespace):
        if kind == "Deployment":
            return next((one for one in self.deployments if one["metadata"]["name"] == name), None)
        return {"ConfigMap": lambda: self.record, "Secret": lambda: self.secrets.get(name)}.get(
            kind, lambda: self.jobs.get(name)
        )()

    def list(self, _version, kind, _namespace, *, labels=""):
        if kind == "Job":
            return list(self.jobs.values())
        if kind in ("Backup", "CronJob", "ScaledObject") or labels == COMMANDS:
            return []
        if kind in ("Deployment", "ReplicaSet"):
            return self.deployments if kind == "Deployment" else self.replicasets
        if labels == PODS:
            # A Pod that is about to end does so once it was looked at.
            found, self.processes = self.processes, [pod for pod in self.processes if not pod.get("ending")]
            return found
        self.looks += 1
        name = labels.partition("=")[2]
        if self.looks > 2 and name in self.jobs:
            self.jobs[name]["status"], self.pods[name]["status"] = self.ending, {"phase": "Succeeded"}
        return [self.pods[name]] if name in self.pods else []

    def create(self, manifest):
        if manifest["kind"] == "ConfigMap":
            self.record = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": "1"}}
            return
        self.created.append(manifest)
        self.deeds.append(manifest["metadata"]["name"])
        name = manifest["metadata"]["name"]
        uid = f"{name}-{len(self.created)}"
        self.jobs[name], self.looks = {**manifest, "metadata": {**manifest["metadata"], "uid": uid}, "status": {}}, 0
        self.pods[name] = {"metadata": {"name": "pod", "creationTimestamp": "t"}, "status": {"phase": "Failed"}}

    def patch(self, _version, kind, name, _namespace, change):
        if kind == "Deployment":
            self.get(_version, kind, name, _namespace)["spec"]["replicas"] = change["spec"]["replicas"]
            self.processes = [{**pod, "ending": True} for pod in self.processes]
            self.deeds.append(f"{name} to {change['spec']['replicas']}")
        elif kind == "Secret":
            given = {**self.secrets[name]["metadata"]["annotations"], **change["metadata"]["annotations"]}
            kept = {key: value for key, value in given.items() if value is not None}
            self.secrets[name]["metadata"]["annotations"] = kept
        else:
            data = {**self.record["data"], **change["data"]}
            self.record = {**self.record, "data": {key: value for key, value in data.items() if value is not None}}

    def delete(self, _version, kind, name, _namespace, *, uid=None, propagation=None):
        if kind == "NetworkPolicy":
            self.deeds.append("no policy")
            return False
        assert propagation == "Foreground", "until its Pod is gone"
        if uid != self.jobs[name]["metadata"]["uid"]:
            raise KubeError(f"delete Job {name}", 409, {"reason": "Conflict"})
        self.deleted.append(name)
        del self.jobs[name], self.pods[name]
        return True

    def logs(self, *_pod, tail):
        return self.log


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


def job(deadline=60):
    return _job.manifest(TEMPLATE, "social", GOAL, Doubts(), deadline=deadline, ttl=None)


def migration(cluster, goal=GOAL, progress=None, deadline=60, **work):
    work = Work(TEMPLATE, **{"start_timeout": 60, "deadline": deadline, **work})
    return Migration(cluster, "social", goal, work, Progress(progress))


def recorded(cluster, image, after=None, left=0):
    record = Record("db", image, image if after is None else after, left, "2026-01-01T00:00:00Z")
    _record.write(cluster, "social", None, record)


def deployment(name, image, replicas=2):
    """With the Pod of its present template."""
    labels = {"app.kubernetes.io/component": name.split("-")[1]}
    metadata = {"name": name, "uid": name, "labels": labels, "annotations": {REVISION: "2"}, "generation": 1}
    template = {"spec": {"containers": [{"name": "one", "image": image}]}}
    return {
        "metadata": metadata,
        "spec": {"replicas": replicas, "template": template},
        "status": {"observedGeneration": 1},
    }


def replicaset(owner, hashed, revision):
    labels, references = {"pod-template-hash": hashed}, [{"uid": owner}]
    return {"metadata": {"labels": labels, "annotations": {REVISION: revision}, "ownerReferences": references}}


def process(name, hashed, **others):
    return {
        "metadata": {"name": name, "labels": {"pod-template-hash": hashed}},
        "status": {"phase": "Running"},
    } | others


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
    recorded(cluster, "mastodon:v4.7.0")
    run = migration(cluster)
    with pytest.raises(Failure, match=r"4\.6\.5.*4\.7\.0"):
        run.predict() if predicted else run.run()
    assert not cluster.created


def test_what_is_recorded_of_another_database_refuses_nothing():
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.7.0")
    report = migration(cluster, Goal(BEFORE, GOAL.image, "other")).run()
    assert report.after.database == "other"


def test_without_a_record_the_running_version_counts():
    cluster = Cluster()
    cluster.deployments = [deployment("mastodon-web", "mastodon:v4.5.0")]
    with pytest.raises(Failure, match=re.escape('allow_without_backup) to "4.5.0 -> 4.6.5"')):
        migration(cluster).run()
    allowed = Consent(without_backup="4.5.0 -> 4.6.5")
    assert migration(cluster, consent=allowed).predict().after.post_pending is None, "it is no empty database"
    assert migration(cluster, consent=allowed).run().after.before_rollout == GOAL.image


def test_everything_is_stopped_and_has_ended_before_all_migrations_run():
    cluster = Cluster()
    cluster.deployments = [deployment(f"mastodon-{one}", "mastodon:v4.6.4") for one in ("web", "sidekiq-all")]
    cluster.deployments[1]["spec"]["replicas"] = 3
    cluster.processes = [process("web-1", "old")]
    recorded(cluster, "mastodon:v4.6.4")
    allowed = Consent(without_backup="4.6.4 -> 4.6.5")
    predicted = migration(cluster, ALL, consent=allowed).predict()
    assert not cluster.deeds
    report = migration(cluster, ALL, consent=allowed).run()
    assert cluster.deeds == ["mastodon-sidekiq-all to 0", "mastodon-web to 0", "no policy", ALL.job, "no policy"]
    assert not cluster.processes
    assert report.stopped == predicted.stopped == ["mastodon-sidekiq-all", "mastodon-web"]
    assert list(report.actions.items()) == list(predicted.actions.items())
    assert (report.after.before_rollout, report.after.after_rollout) == (GOAL.image, GOAL.image)

    assert migration(cluster, ALL, consent=allowed).predict().stopped == report.stopped
    # A run that was killed here goes on with what was recorded; web was applied with replicas of its own meanwhile.
    cluster.deployments[0]["spec"]["replicas"] = 1
    assert migration(cluster, ALL, consent=allowed).run().stopped == ["mastodon-sidekiq-all", "mastodon-web"]
    done = go_on(cluster, "social", ALL, Progress(None), check_mode=False)
    assert cluster.deeds[5:] == ["mastodon-sidekiq-all to 3"]
    assert done["changed"]
    assert go_on(cluster, "social", ALL, Progress(None), check_mode=False)["changed"] is False
    assert migration(cluster, ALL, consent=allowed).run().stopped == []
    assert _record.record(cluster.record).after_rollout == GOAL.image


def test_a_standstill_that_another_run_ends_at_the_last_moment_is_made_again():
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.6.4")
    cluster.deployments = [deployment("mastodon-web", "mastodon:v4.6.4")]
    patch = cluster.patch

    def meanwhile(version, kind, name, namespace, change):
        patch(version, kind, name, namespace, change)
        if change.get("data", {}).get("begun") and "mastodon-web to 2" not in cluster.deeds:
            patch("apps/v1", "Deployment", "mastodon-web", namespace, {"spec": {"replicas": 2}})

    cluster.patch = meanwhile
    migration(cluster, ALL, consent=Consent(without_backup="4.6.4 -> 4.6.5")).run()
    assert cluster.deeds[:-1] == ["mastodon-web to 0", "mastodon-web to 2", "mastodon-web to 0", "no policy", ALL.job]
    assert _record.stopped(cluster.record) == ["mastodon-web"]


def test_a_pod_that_does_not_end_is_named_and_nothing_is_migrated():
    cluster = Cluster()
    cluster.deployments = [deployment("mastodon-web", GOAL.image)]
    patch = cluster.patch
    cluster.patch = lambda *given: patch(*given) if given[1] != "Deployment" else None
    cluster.processes = [process("web-stuck", "old")]
    with pytest.raises(Failure, match="web-stuck"):
        migration(cluster, ALL, start_timeout=-1).run()
    assert not cluster.created
    left = {"Deployment": {"mastodon-web": {"replicas": 2}}}
    assert _record.standstill(cluster.record) == left, "the next run knows what there was"


def rolled_out():
    cluster = Cluster()
    recorded(cluster, GOAL.image, "mastodon:v4.6.4", 2)
    cluster.deployments = [deployment("mastodon-web", GOAL.image), deployment("mastodon-streaming", "streaming:v4.6.5")]
    cluster.replicasets = [replicaset("mastodon-web", "new", "2"), replicaset("mastodon-web", "old", "1")]
    cluster.replicasets.append(replicaset("mastodon-streaming", "stream", "2"))
    return cluster


def test_the_second_half_waits_for_the_last_old_pod():
    cluster = rolled_out()
    cluster.processes = [process("web-old", "old", ending=True), process("web-new", "new"), process("s", "stream")]
    migration(cluster, Goal(AFTER, GOAL.image, "db")).run()
    assert [pod["metadata"]["name"] for pod in cluster.processes] == ["web-new", "s"]
    assert len(cluster.created) == 1


@pytest.mark.parametrize("hashed", ["old", "gone"])
def test_an_old_pod_that_stays_holds_the_second_half_up(hashed):
    cluster = rolled_out()
    cluster.processes = [process("web-old", hashed), process("web-new", "new")]
    with pytest.raises(Failure, match=r"ended in -1 seconds: web-old\."):
        migration(cluster, Goal(AFTER, GOAL.image, "db"), start_timeout=-1).run()
    assert not cluster.created


def test_a_rollout_that_its_controller_has_not_seen_holds_the_second_half_up():
    cluster = rolled_out()
    cluster.deployments[0]["metadata"]["generation"] = 2
    with pytest.raises(Failure, match="mastodon-web"):
        migration(cluster, Goal(AFTER, GOAL.image, "db"), start_timeout=-1).run()


def test_the_second_half_is_refused_without_a_rollout():
    cluster = rolled_out()
    cluster.deployments.append(deployment("mastodon-sidekiq-all", "mastodon:v4.6.4"))
    with pytest.raises(Failure, match=r"mastodon-sidekiq-all runs mastodon:v4\.6\.4"):
        migration(cluster, Goal(AFTER, GOAL.image, "db")).run()
    assert not cluster.created


def test_a_registry_in_front_is_no_other_image():
    cluster = rolled_out()
    cluster.deployments[0]["spec"]["template"]["spec"]["containers"][0]["image"] = "mirror:5000/x/mastodon:v4.6.5"
    migration(cluster, Goal(AFTER, GOAL.image, "db")).run()


KEY = "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY"


@pytest.mark.parametrize("known", [True, False])
def test_new_keys_are_asked_about_once(known):
    cluster = Cluster()
    reference = {"name": KEY, "valueFrom": {"secretKeyRef": {"name": "mastodon-secrets", "key": KEY}}}
    container = {**SPEC["containers"][0], "env": [reference]}
    template = {**TEMPLATE, "spec": {"template": {"spec": {"containers": [container]}}}}
    cluster.secrets["mastodon-secrets"] = {"metadata": {"annotations": {_new_keys.ANNOTATION: KEY}}}
    if known:
        recorded(cluster, "mastodon:v4.6.5-1")
    Migration(cluster, "social", GOAL, Work(template, 60, 60), Progress(None)).run()
    command = cluster.created[0]["spec"]["template"]["spec"]["containers"][0]["command"][-1]
    assert (f"new_keys={KEY}" in command) is not known
    assert _new_keys.marked(cluster.secrets["mastodon-secrets"]) == (), "they are in use now"


def killed(cluster, goal, consent):
    """A run that ends when its Job has just been made."""
    create = cluster.create

    def last(manifest):
        create(manifest)
        if manifest["kind"] == "Job":
            raise KeyboardInterrupt

    cluster.create = last
    with pytest.raises(KeyboardInterrupt):
        migration(cluster, goal, consent=consent).run()
    cluster.create = create


BACK = Goal(BEFORE, "mastodon:v4.5.15", "db")


def half_way(goal):
    """An upgrade from 4.5 to 4.6 that was killed at the goal's Job."""
    cluster = rolled_out() if goal.phase == AFTER else Cluster()
    recorded(cluster, BACK.image)
    if goal.phase == AFTER:
        _record.write(
            cluster, "social", cluster.record, Record("db", GOAL.image, BACK.image, 2, "2026-01-02T00:00:00Z")
        )
    killed(cluster, goal, Consent(without_backup="4.5.15 -> 4.6.5"))
    return cluster


@pytest.mark.parametrize("goal", [ALL, Goal(AFTER, GOAL.image, "db")])
@pytest.mark.parametrize("predicted", [True, False])
def test_no_older_version_follows_a_job_that_nobody_recorded(goal, predicted):
    cluster = half_way(goal)
    run = migration(cluster, BACK)
    with pytest.raises(Failure, match=re.escape("4.6.5 -> 4.5.15 is refused")):
        run.predict() if predicted else run.run()
    allowed = migration(cluster, BACK, consent=Consent(downgrade="4.6.5 -> 4.5.15")).run()
    assert (allowed.after.before_rollout, allowed.after.begun) == (BACK.image, "")


@pytest.mark.parametrize("goal", [ALL, Goal(AFTER, GOAL.image, "db")])
def test_a_job_that_nobody_recorded_is_taken_up_again(goal):
    cluster = half_way(goal)
    made = len(cluster.created)
    report = migration(cluster, goal).run()
    assert report.after == Record("db", GOAL.image, GOAL.image, 0, FINISHED["completionTime"])
    assert len(cluster.created) == made


def test_an_older_version_may_follow_the_first_half_alone():
    cluster = half_way(GOAL)
    assert migration(cluster, BACK).run().actions == {}


def test_a_job_of_which_nothing_ran_holds_no_version_up():
    cluster = half_way(ALL)
    cluster.left_behind(cluster.jobs[ALL.job], BROKEN)
    report = migration(cluster, BACK).run()
    assert ALL.job in cluster.deleted
    assert (report.after.before_rollout, report.after.begun) == (BACK.image, "")


def test_a_job_that_began_after_it_was_looked_at_holds_an_older_version_up():
    """It was only starting when the way back was asked for, and did all its work while that run waited for it."""
    cluster = half_way(ALL)
    cluster.left_behind(cluster.jobs[ALL.job], STARTING)
    with pytest.raises(Failure, match=re.escape("4.6.5 -> 4.5.15 is refused")):
        migration(cluster, BACK).run()
    assert len(cluster.created) == 1


def test_a_second_half_of_which_nothing_ran_lets_the_upgrade_be_undone():
    cluster = half_way(Goal(AFTER, GOAL.image, "db"))
    first = _job.manifest(TEMPLATE, "social", GOAL, Doubts(), deadline=60, ttl=None)
    cluster.left_behind(first, {"terminated": {"exitCode": 0}})
    cluster.jobs[GOAL.job]["status"] = FINISHED
    after = Goal(AFTER, GOAL.image, "db").job
    cluster.left_behind(cluster.jobs[after], BROKEN)
    assert migration(cluster, BACK).run().after.before_rollout == BACK.image


def test_a_job_that_the_server_refuses_leaves_nothing_begun():
    cluster = Cluster()
    recorded(cluster, BACK.image)
    create = cluster.create

    def full(manifest):
        if manifest["kind"] == "Job":
            raise KubeError("create Job", 403, {"message": "exceeded quota: pods"})
        create(manifest)

    cluster.create = full
    with pytest.raises(Failure, match="exceeded quota"):
        migration(cluster, ALL, consent=Consent(without_backup="4.5.15 -> 4.6.5")).run()
    cluster.create = create
    assert migration(cluster, BACK).run().after.before_rollout == BACK.image
    assert not cluster.created


def test_a_job_that_appears_while_everything_is_stopped_is_waited_for():
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.6.4")
    cluster.deployments = [deployment("mastodon-web", "mastodon:v4.6.4")]
    other = Goal(BEFORE, "mastodon:v4.6.4-1", "db")
    manifest, patch = _job.manifest(TEMPLATE, "social", other, Doubts(), deadline=60, ttl=None), cluster.patch

    def meanwhile(*given):
        if given[1] == "Deployment" and other.job not in cluster.jobs:
            cluster.left_behind(manifest, RUNNING)
        patch(*given)

    cluster.patch = meanwhile
    create = cluster.create

    def alone(manifest):
        unfinished = [name for name, job in cluster.jobs.items() if not job["status"]]
        assert unfinished == [] or manifest["kind"] == "ConfigMap"
        create(manifest)

    cluster.create = alone
    report = migration(cluster, ALL, consent=Consent(without_backup="4.6.4 -> 4.6.5")).run()
    assert report.after.after_rollout == GOAL.image


def test_a_job_that_another_run_has_replaced_is_not_killed():
    cluster = Cluster()
    cluster.left_behind(job(), RUNNING)
    cluster.jobs[GOAL.job]["status"] = FAILED
    seen, read = [], cluster.list

    def stale(version, kind, namespace, *, labels=""):
        found = read(version, kind, namespace, labels=labels)
        if kind == "Job" and not seen:
            seen.append(found)
            cluster.jobs[GOAL.job] = {**found[0], "metadata": {**found[0]["metadata"], "uid": "new"}, "status": {}}
        return found

    cluster.list = stale
    migration(cluster).run()
    assert (cluster.deleted, cluster.created) == ([], [])


def test_a_job_in_the_place_of_another_knows_when_the_first_one_was_made():
    """The backup to go back to is one from before that, however often the upgrade is tried."""
    cluster = Cluster()
    for made in ("2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"):
        cluster.left_behind(cluster.jobs.get(GOAL.job) or job(), RUNNING)
        cluster.jobs[GOAL.job]["metadata"]["creationTimestamp"] = made
        cluster.jobs[GOAL.job]["status"] = FAILED
        cluster.record = None
        migration(cluster).run()
    assert [_job.began(job) for job in cluster.created] == ["2026-01-05T00:00:00Z"] * 2


def test_another_job_that_cannot_be_scheduled_makes_way():
    cluster = Cluster()
    other = Goal(BEFORE, "mastodon:v4.6.6", "db")
    cluster.left_behind(_job.manifest(TEMPLATE, "social", other, Doubts(), deadline=60, ttl=None), STARTING)
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no node fits"}
    cluster.pods[other.job]["status"] = {"phase": "Pending", "conditions": [unscheduled]}
    migration(cluster).run()
    assert cluster.deleted == [other.job]


@pytest.mark.parametrize("known", [None, "mastodon:v4.2.9"])
def test_a_job_that_is_made_anew_looks_at_the_database_as_the_first_one_did(known):
    """At the data of others in a new instance, at second factors in an old one."""
    cluster, words = Cluster(), "4.2.9 -> 4.6.5"
    if known:
        recorded(cluster, known)
    killed(cluster, ALL, Consent(without_backup=words, skipped_minor=words))
    cluster.left_behind(cluster.jobs[ALL.job], {"terminated": {"exitCode": 1}})
    cluster.jobs[ALL.job]["status"] = FAILED
    migration(cluster, ALL, consent=Consent(without_backup=words, skipped_minor=words)).run()
    first, again = (job["spec"]["template"]["spec"]["containers"][0]["command"] for job in cluster.created)
    assert "schema=$(" in first[-1]
    assert first == again


def test_without_a_record_the_newest_job_counts():
    cluster = Cluster()
    for version, finished in (("4.6.5", "2026-01-01T00:00:00Z"), ("4.6.6", "2026-01-02T00:00:00Z")):
        goal = Goal(BEFORE, f"mastodon:v{version}", "db")
        made = _job.manifest(TEMPLATE, "social", goal, Doubts(), deadline=60, ttl=None)
        cluster.left_behind(made, RUNNING)
        cluster.jobs[goal.job]["status"] = {**FINISHED, "completionTime": finished}
    migration(cluster).run()
    assert cluster.deleted == [GOAL.job]


@pytest.mark.parametrize("other", ["mastodon:v4.6.6", "mastodon:v4.7.0"])
def test_another_run_that_was_faster_is_checked_again(other):
    """While this run waited for it, another one has recorded its version; its backup is this one's too."""
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.6.4")
    left_behind = _job.manifest(TEMPLATE, "social", Goal(BEFORE, other, "db"), Doubts(), deadline=60, ttl=None)
    cluster.left_behind(left_behind, RUNNING)
    logs = cluster.logs

    def record_too(*pod, tail):
        cluster.record = {**cluster.record, "data": {**cluster.record["data"], "before_rollout": other}}
        return logs(*pod, tail=tail)

    cluster.logs = record_too
    run = migration(cluster, consent=Consent(without_backup="4.6.4 -> 4.6.5"))
    if other.endswith("4.7.0"):
        # Completed too: from a half-done upgrade the way back would be open.
        cluster.record["data"]["after_rollout"] = other
        with pytest.raises(Failure, match=r"4\.7\.0 -> 4\.6\.5 is refused"):
            run.run()
    else:
        assert run.run().after.before_rollout == GOAL.image
