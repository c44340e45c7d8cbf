"""Which pods speak for a workload, and what they say."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._family import Families
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._state import Failed, Progressing

SINCE = "2026-11-21T05:00:00Z"


class Namespace:
    """What a namespace holds, by kind; field selectors are the server's affair."""

    def __init__(self, **kinds):
        self.kinds = kinds

    def list(self, _api_version, kind, _namespace=None, labels=None, fields=None):
        return self.kinds.get(kind, [])


@pytest.fixture(name="crashing")
def fixture_crashing(recorded):
    """The recorded Deployment, its ReplicaSet and its pod, after the third crash."""
    deployment, between, pod = (
        recorded("workloads", "crashing"),
        recorded("workloads", "replica_set"),
        recorded("pods", "crashing"),
    )
    pod["status"]["containerStatuses"][0] |= {
        "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-21T05:33:00Z"}},
    }
    return deployment, between, pod


def trouble(owner, **kinds):
    return Families(Namespace(**kinds), "engine-fixtures", [owner["kind"]]).trouble(owner, SINCE)


def test_the_pods_of_a_deployment_are_found_through_its_replica_set(crashing):
    deployment, between, pod = crashing
    assert isinstance(trouble(deployment, ReplicaSet=[between], Pod=[pod]), Failed)
    assert trouble(deployment, ReplicaSet=[between]) is None, "no pod, no trouble"
    assert trouble(deployment, Pod=[pod]) is None, "it is the ReplicaSet that owns the pod"


def test_pods_of_an_older_revision_say_nothing_about_the_rollout(crashing):
    deployment, between, pod = crashing
    deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    assert trouble(deployment, ReplicaSet=[between], Pod=[pod]) is None


def test_pods_of_others_and_pods_that_end_say_nothing(crashing, recorded):
    deployment, between, pod = crashing
    assert trouble(deployment, ReplicaSet=[between], Pod=[recorded("pods", "no_image")]) is None
    pod["metadata"]["deletionTimestamp"] = "2026-11-21T05:40:00Z"
    assert trouble(deployment, ReplicaSet=[between], Pod=[pod]) is None


def test_how_often_the_pods_of_a_job_fail_is_its_own_affair(crashing, recorded):
    job, pod = recorded("workloads", "job_running"), crashing[2]
    pod["metadata"]["ownerReferences"] = [{"uid": job["metadata"]["uid"]}]
    assert trouble(job, Pod=[pod]) is None
    pod["status"] = recorded("pods", "no_image")["status"]
    assert isinstance(trouble(job, Pod=[pod]), Progressing)


def test_a_stateful_set_tells_only_in_events_that_its_pods_are_refused(recorded):
    owner = recorded("workloads", "set_starting")
    event = {
        "reason": "FailedCreate",
        "message": 'pods "queue-0" is forbidden: violates PodSecurity "restricted:latest"',
        "involvedObject": {"uid": owner["metadata"]["uid"]},
        "lastTimestamp": "2026-11-21T05:33:00Z",
    }
    assert isinstance(trouble(owner, Event=[event]), Failed)
    assert trouble(owner, Event=[event | {"lastTimestamp": "2026-11-21T04:59:00Z"}]) is None, "that was before"
    assert trouble(owner, Event=[event | {"involvedObject": {"uid": "another"}}]) is None
