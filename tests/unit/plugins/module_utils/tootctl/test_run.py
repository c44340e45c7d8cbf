"""One command in one Job: made, taken up, made anew, given up; on a cluster of a few lines."""

import json

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure, KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl import _job, _log, _run
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._command import parsed
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._log import Log
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._report import prediction, result
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._run import Ended, Run, Work, check

USAGE = parsed("tootctl media usage")
NAME = _job.name(USAGE)


def template():
    pod = {"spec": {"containers": [{"name": "job", "image": "i", "args": ["left over"]}]}}
    return {"spec": {"template": {"metadata": {"labels": {"mine": "yes"}}, **pod}}}


def condition(kind):
    return {"conditions": [{"type": kind, "status": "True"}]}


class World:
    """One Job at most, which is over as soon as somebody looks at its Pod, unless it never starts."""

    def __init__(self, live=None, code=0, text="", starts=True, record=None):
        self.live = live
        self.record = record
        self.code = code
        self.text = text
        self.starts = starts
        self.deleted = 0

    def get(self, _version, kind, name, _namespace):
        if (kind, name) == ("ConfigMap", "mastodon-migrations"):
            return self.record and {"data": self.record}
        return self.live if self.live and self.live["metadata"]["name"] == name else None

    def create(self, manifest):
        if self.live:
            raise KubeError("create", 409, {"reason": "AlreadyExists"})
        self.live = {**manifest, "status": {}}

    def delete(self, *_identity):
        self.deleted += 1
        self.live = None

    def list(self, *_selection, **_options):
        if not self.starts:
            return []
        self.live["status"] = condition("Failed" if self.code else "Complete")
        ended = {"state": {"terminated": {"exitCode": self.code}}, "name": "job"}
        status = {"phase": "Failed" if self.code else "Succeeded", "containerStatuses": [ended]}
        return [{"metadata": {"name": "pod", "creationTimestamp": "1"}, "status": status}]

    def logs_since(self, *_pod, container, since):
        assert container == "job"
        lines = [f"2026-11-21T10:00:0{number}.5Z {line}" for number, line in enumerate(self.text.splitlines())]
        return "".join(f"{line}\n" for line in lines if not since or line >= since.rstrip("Z"))


def finish(world, command=USAGE, **chosen):
    work = Work(template(), **{"start_timeout": 5, "deadline": 60, "ttl": 70, **chosen})
    return Run(world, "social", command, work, Progress(None)).finish()


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch):
    monkeypatch.setattr(_run.time, "sleep", lambda _seconds: None)


def test_the_job_runs_the_command_once_with_the_template_s_everything():
    job = _job.manifest(template(), "social", USAGE, deadline=60, ttl=70)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container == {"name": "job", "image": "i", "command": ["bin/tootctl", "media", "usage"]}
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["ttlSecondsAfterFinished"] == 70
    assert job["spec"]["template"]["spec"]["activeDeadlineSeconds"] == 60
    assert job["spec"]["template"]["metadata"]["labels"]["mine"] == "yes"
    assert job["metadata"]["annotations"]["fediverse.mastodon/command"] == USAGE.text


def test_the_code_and_the_lines_come_back():
    assert finish(World(text="a\nb")) == Ended(NAME, 0, "", ["a", "b"], 0)
    failed = finish(World(text="no", code=3))
    assert (failed.code, failed.reason, failed.lines) == (3, "exit code 3", ["no"])


def test_a_job_that_runs_is_followed_and_one_that_is_over_made_anew():
    running = {"metadata": {"name": NAME}, "status": {}}
    world = World(live=running)
    finish(world)
    assert world.live is running
    assert world.deleted == 0

    world = World(live={"metadata": {"name": NAME}, "status": condition("Complete")})
    finish(world)
    assert world.deleted == 1
    assert world.live["spec"]["template"]["spec"]["activeDeadlineSeconds"] == 60


def test_a_job_that_does_not_start_is_removed():
    world = World(starts=False)
    with pytest.raises(Failure, match="has not started in -1 seconds and was removed"):
        finish(world, start_timeout=-1)
    assert world.live is None


class Unreachable(World):
    """For its first looks the Pod works, on a node that is not reached."""

    looks = 3

    def list(self, *selection, **options):
        self.looks -= 1
        if self.looks < 0:
            return super().list(*selection, **options)
        one = {"name": "job", "state": {"running": {}}, "ready": False}
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}], "containerStatuses": [one]}
        return [] if self.looks == 0 else [{"metadata": {"name": "pod", "creationTimestamp": "1"}, "status": status}]


def test_a_command_at_work_is_not_removed_because_its_node_is_not_reached():
    world = Unreachable()
    assert finish(world, start_timeout=-1).code == 0
    assert world.deleted == 0


WRITES = parsed("tootctl accounts approve bob")
STANDSTILL = {"stopped": json.dumps({"Deployment": {"mastodon-web": {"replicas": 2}}})}
AT_ONCE = {"database": "d", "before_rollout": "m:v4.5.15", "begun": "m:v4.6.5"}
SECOND_HALF = {"database": "d", "before_rollout": "m:v4.6.5", "begun": "m:v4.6.5"}


@pytest.mark.parametrize(
    ("record", "why"),
    [(STANDSTILL, "stand still for migrations: mastodon-web"), (AT_ONCE, "migrations of m:v4.6.5 were begun")],
)
def test_no_command_changes_anything_beside_migrations_at_once(record, why):
    over = {"metadata": {"name": _job.name(WRITES)}, "status": condition("Complete")}
    world = World(live=over, record=record)
    for attempt in (lambda: finish(world, WRITES), lambda: check(world, "social", WRITES)):
        with pytest.raises(Failure, match=f"approve bob` was not run: ConfigMap social/mastodon-migrations .*{why}"):
            attempt()
    assert world.live is over, "its log can still be read"
    assert finish(World(record=record)).code == 0, "what only reads is run"
    check(world, "social", USAGE)


def test_a_command_that_was_at_work_before_migrations_is_followed():
    world = World(live={"metadata": {"name": _job.name(WRITES)}, "status": {}}, record=STANDSTILL)
    check(world, "social", WRITES)
    assert finish(world, WRITES).code == 0


@pytest.mark.parametrize("record", [None, SECOND_HALF, {**SECOND_HALF, "begun": ""}])
def test_commands_run_where_the_application_runs(record):
    world = World(record=record)
    check(world, "social", WRITES)
    assert finish(world, WRITES).code == 0


def test_other_commands_are_other_jobs():
    assert _job.name(parsed("tootctl media usage")) == _job.name(parsed("bin/tootctl  media 'usage'"))
    assert _job.name(parsed("tootctl accounts approve a")) != _job.name(parsed("tootctl accounts approve b"))


def test_the_template_that_the_cluster_keeps():
    assert _job.template_of({"spec": {"jobTemplate": {"spec": {"a": 1}}}}, "social")["spec"] == {"a": 1}
    with pytest.raises(Failure, match="run the playbook site once"):
        _job.template_of(None, "social")
    with pytest.raises(Failure, match="app_job_template"):
        _job.container({"spec": {}})


class Pod:
    """What a container wrote until now, in the server's form."""

    def __init__(self):
        self.written = []
        self.asked = []

    def logs_since(self, *_pod, container, since):
        self.asked.append(since)
        return "".join(line for line in self.written if not since or line.partition(".")[0] + "Z" >= since)


def test_every_line_is_told_once_also_within_one_second():
    pod = Pod()
    log = Log(pod, "social", "job")
    assert list(log.read("pod")) == []
    pod.written = ["2026-11-21T10:00:01.1Z a\n", "2026-11-21T10:00:02.1Z b\n", "2026-11-21T10:00:02.2Z c\n"]
    assert list(log.read("pod")) == ["a", "b", "c"]
    pod.written += ["2026-11-21T10:00:02.2Z c\n", "2026-11-21T10:00:03.1Z d\n"]
    assert list(log.read("pod")) == ["c", "d"]
    assert list(log.read("pod")) == []
    assert pod.asked[-1] == "2026-11-21T10:00:03Z"


def test_credentials_and_passwords_are_left_out(monkeypatch):
    monkeypatch.setattr(_log, "KEPT", 2)
    pod = Pod()
    lines = [
        "New password: s3cr3t",
        "postgres://mastodon:s3cr3t@db/x",
        "REDIS_PASSWORD=s3cr3t",
        "1/9\r2/9\r3/9",
        "last",
    ]
    pod.written = [f"2026-11-21T10:00:01.1Z {line}\n" for line in lines]
    told = list(Log(pod, "social", "job").read("pod"))
    assert told == ["postgres://mastodon:(hidden)@db/x", "3/9", "last"]


def test_only_the_last_lines_are_kept_and_the_others_counted(monkeypatch):
    monkeypatch.setattr(_log, "KEPT", 2)
    ended = finish(World(text="a\nb\nc"))
    assert (ended.lines, ended.dropped) == (["b", "c"], 1)


def test_a_failed_command_fails_the_task_and_returns_its_code():
    command = parsed("tootctl media refresh --status 1")
    with pytest.raises(Failure, match="exit code 3") as failure:
        result("social", command, Ended("j", 3, "exit code 3", ["why"], 0))
    assert "why" in str(failure.value)
    assert (failure.value.result["rc"], failure.value.result["lines"]) == (3, ["why"])
    assert failure.value.result["changed"] is True
    assert result("social", USAGE, Ended("j", 0, "", [], 0))["changed"] is False


def test_a_prediction_has_what_a_result_has_but_for_what_the_command_says():
    ran = result("social", USAGE, Ended(NAME, 0, "", [], 0))
    predicted = prediction("social", USAGE)
    assert ran.keys() - predicted.keys() == {"rc", "lines", "dropped"}
    assert {**ran, **predicted, "msg": ran["msg"]} == ran


def test_kubernetes_leaves_dollars_alone():
    command = parsed("rails runner 'puts $$; puts %q($(DB_PASS))'")
    job = _job.manifest(template(), "social", command, deadline=60, ttl=70)
    assert _job.container(job)["command"][-1] == "puts $$$$; puts %q($$(DB_PASS))"
