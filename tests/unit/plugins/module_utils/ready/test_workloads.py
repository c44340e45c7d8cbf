"""Deployments, StatefulSets, DaemonSets and Jobs as a cluster reports them."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._state import Failed, Progressing, Ready
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._workloads import (
    daemon_set,
    deployment,
    job,
    refused,
    stateful_set,
)


def test_a_deployment_with_all_replicas_available_is_ready(recorded):
    assert deployment(recorded("workloads", "ready")) == Ready()


def test_a_status_about_the_last_spec_is_not_believed(recorded):
    item = recorded("workloads", "ready")
    item["metadata"]["generation"] += 1
    assert deployment(item) == Progressing("its controller has not seen the last change yet")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("starting", "0 of 2 replicas are available"),
        ("crashing", "0 of 1 replicas are available"),
        ("rolling", "1 of 2 replicas are updated"),
    ],
)
def test_a_deployment_tells_what_it_still_lacks(recorded, name, reason):
    assert deployment(recorded("workloads", name)) == Progressing(reason)


def test_old_replicas_that_still_end_are_waited_for(recorded):
    item = recorded("workloads", "ready")
    item["status"] |= {"replicas": 3}
    assert deployment(item) == Progressing("1 replicas of the old version are ending")


def test_a_rollout_that_is_late_is_doubtful_but_may_recover(recorded):
    state = deployment(recorded("workloads", "late"))
    assert state == Progressing("1 of 2 replicas are updated, and progressDeadlineSeconds is over", doubtful=True)


def test_pods_that_a_policy_forbids_are_never_created(recorded):
    state = deployment(recorded("workloads", "refused"))
    assert isinstance(state, Failed)
    assert 'violates PodSecurity "restricted:latest"' in state.reason


def test_a_quota_may_free_up():
    state = refused('pods "web-1" is forbidden: exceeded quota: small, requested: cpu=1, used: cpu=4, limited: cpu=4')
    assert isinstance(state, Progressing)
    assert state.doubtful


def test_a_paused_rollout_is_not_waited_for(recorded):
    item = recorded("workloads", "rolling")
    item["spec"]["paused"] = True
    assert isinstance(deployment(item), Failed)


def test_a_deployment_scaled_to_nothing_is_ready(recorded):
    item = recorded("workloads", "ready")
    item["spec"]["replicas"] = 0
    item["status"] = {"observedGeneration": item["metadata"]["generation"]}
    assert deployment(item) == Ready()


def test_a_stateful_set_needs_its_replicas_ready(recorded):
    assert stateful_set(recorded("workloads", "set_ready")) == Ready()
    assert stateful_set(recorded("workloads", "set_starting")) == Progressing("0 of 1 replicas are ready")


def test_a_ready_replica_of_the_old_revision_does_not_count(recorded):
    item = recorded("workloads", "set_updating")
    assert item["status"]["readyReplicas"] == 1
    assert stateful_set(item) == Progressing("0 of 1 replicas are updated")


def test_a_partition_asks_for_fewer_updated_replicas(recorded):
    item = recorded("workloads", "set_updating")
    item["spec"]["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    assert stateful_set(item) == Ready()


def test_on_delete_says_whom_it_waits_for(recorded):
    item = recorded("workloads", "set_updating")
    item["spec"]["updateStrategy"] = {"type": "OnDelete"}
    assert "when somebody deletes them" in stateful_set(item).reason


def test_a_daemon_set_needs_every_node(recorded):
    item = recorded("workloads", "daemon_ready")
    assert daemon_set(item) == Ready()
    item["status"]["desiredNumberScheduled"] = 2
    assert daemon_set(item) == Progressing("1 of 2 pods are updated")
    item["status"]["updatedNumberScheduled"] = 2
    assert daemon_set(item) == Progressing("1 of 2 pods are available")


def test_a_job_ends_well_or_badly_or_not_yet(recorded):
    assert job(recorded("workloads", "job_complete")) == Ready()
    assert job(recorded("workloads", "job_running")) == Progressing("running")
    failed = job(recorded("workloads", "job_failed"))
    assert failed == Failed("BackoffLimitExceeded: Job has reached the specified backoff limit")


def test_a_suspended_job_is_not_waited_for(recorded):
    assert isinstance(job(recorded("workloads", "job_suspended")), Failed)
