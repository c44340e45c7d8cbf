"""The Job's manifest, the script it runs, and what live Jobs and Pods say."""

import copy

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _job, _record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._end import ended
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import AFTER, BEFORE, Goal, Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._script import SKIP_POST, Doubts

TEMPLATE = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "unused", "namespace": "elsewhere", "labels": {"mine": "yes"}},
    "spec": {
        "backoffLimit": 6,
        "template": {
            "metadata": {"labels": {"mine": "yes", "app.kubernetes.io/component": "job"}},
            "spec": {
                "restartPolicy": "OnFailure",
                "containers": [
                    {
                        "name": "job",
                        "image": "mastodon:v1",
                        "args": ["left", "over"],
                        "env": [{"name": "DB_HOST", "value": "rw"}, {"name": SKIP_POST, "value": "false"}],
                    }
                ],
            },
        },
    },
}


def manifest(phase, *, at_once=False, **options):
    goal = Goal(phase, "mastodon:v1", "db", at_once)
    return _job.manifest(TEMPLATE, "social", goal, Doubts(), **{"deadline": 60, "ttl": None, **options})


def container(job):
    return job["spec"]["template"]["spec"]["containers"][0]


def test_the_skip_variable_is_there_before_the_rollout_and_absent_after():
    env = {phase: {one["name"]: one["value"] for one in container(manifest(phase))["env"]} for phase in (BEFORE, AFTER)}
    assert env == {BEFORE: {"DB_HOST": "rw", SKIP_POST: "true"}, AFTER: {"DB_HOST": "rw"}}
    assert SKIP_POST not in {one["name"] for one in container(manifest(BEFORE, at_once=True))["env"]}


def test_the_job_fails_once_and_leaves_its_pod():
    job = manifest(BEFORE)
    assert job["spec"]["backoffLimit"] == 0
    assert "ttlSecondsAfterFinished" not in job["spec"]
    assert "activeDeadlineSeconds" not in job["spec"]
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert job["spec"]["template"]["spec"]["activeDeadlineSeconds"] == 60
    assert manifest(BEFORE, ttl=0)["spec"]["ttlSecondsAfterFinished"] == 0


def test_names_labels_and_the_template_itself():
    before = copy.deepcopy(TEMPLATE)
    job = manifest(BEFORE)
    assert before == TEMPLATE
    assert job["metadata"]["name"] == Goal(BEFORE, "mastodon:v1", "db").job
    assert job["metadata"]["namespace"] == "social"
    for labels in (job["metadata"]["labels"], job["spec"]["template"]["metadata"]["labels"]):
        assert labels["app.kubernetes.io/component"] == "migrations"
        assert labels["app.kubernetes.io/instance"] == "social"
        assert labels["mine"] == "yes"
    assert "args" not in container(job)


def test_the_same_pod_is_known_again_and_another_one_told_apart():
    live = manifest(BEFORE)
    live["spec"]["template"]["spec"]["schedulerName"] = "filled in by the server"
    assert not _job.differs(live, manifest(BEFORE, ttl=5))
    assert _job.differs(live, manifest(BEFORE, deadline=90))
    assert _job.differs({"metadata": {"name": "older"}}, manifest(BEFORE))


@pytest.mark.parametrize("template", [{}, {"spec": None}, {"spec": {"template": {"spec": {"containers": []}}}}])
def test_a_template_without_an_image(template):
    with pytest.raises(Failure, match="app_job_template"):
        _job.image(template)


def pod(phase="Succeeded", message="", **status):
    terminated = {"exitCode": 0, "message": message}
    statuses = [{"name": "job", "state": {"terminated": terminated | status.pop("terminated", {})}}]
    return {
        "spec": {"containers": [{"name": "job"}]},
        "status": {"phase": phase, "containerStatuses": statuses, **status},
    }


@pytest.mark.parametrize(
    ("item", "left"),
    [
        (pod(message="post_pending=0"), 0),
        (pod(message="post_pending=12"), 12),
        (pod(message="post_pending="), None),
        (pod(), None),
        (None, None),
        (pod(phase="Running", message="post_pending=1"), None),
    ],
)
def test_what_a_finished_pod_left(item, left):
    assert _job.post_pending(item) == left


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (pod("Failed", terminated={"exitCode": 1, "reason": "Error"}), "exit code 1"),
        (pod("Failed", terminated={"exitCode": 137, "reason": "OOMKilled"}), "exit code 137 (OOMKilled)"),
        (pod("Failed", reason="DeadlineExceeded", terminated={"exitCode": 143}), "DeadlineExceeded, exit code 143"),
        ({"status": {"phase": "Failed", "reason": "Evicted", "message": "node"}}, "Evicted"),
    ],
)
def test_how_a_pod_failed(item, reason):
    assert ended(item).reason == reason


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({}, "unfinished"),
        ({"active": 1}, "unfinished"),
        ({"conditions": [{"type": "SuccessCriteriaMet", "status": "True"}]}, "unfinished"),
        ({"conditions": [{"type": "FailureTarget", "status": "True"}]}, "unfinished"),
        ({"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}, "failed"),
        ({"conditions": [{"type": "Failed", "status": "False"}]}, "unfinished"),
        ({"conditions": [{"type": "Complete", "status": "True"}], "completionTime": "t"}, "complete"),
    ],
)
def test_the_state_of_a_job(status, state):
    assert _job.state({"metadata": {"name": "job"}, "status": status}).state == state


@pytest.mark.parametrize("left", [0, 3, None])
def test_the_record_survives_the_configmap(left):
    written = {}

    class Cluster:
        def create(self, manifest):
            written.update(manifest)

    record = Record("db", "a:1", "b:2", left, "2026-01-01T00:00:00Z")
    _record.write(Cluster(), "social", None, record)
    assert _record.record(written) == record


@pytest.mark.parametrize("live", [None, {}, {"data": None}, {"data": {"database": ""}}])
def test_no_record(live):
    assert _record.record(live) is None
