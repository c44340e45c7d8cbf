"""Pods as the kubelet reports them."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._pods import pod, trouble
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._state import Failed, Progressing, Ready


def crashing(recorded, restarts=3, finished="2026-11-21T05:32:00Z"):
    item = recorded("pods", "crashing")
    container = item["status"]["containerStatuses"][0]
    container["restartCount"] = restarts
    container["state"] = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting"}}
    container["lastState"] = {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": finished}}
    return item


def test_ready_and_succeeded_pods_are_ready(recorded):
    assert pod(recorded("pods", "ready")) == Ready()
    assert pod(recorded("pods", "succeeded")) == Ready()


def test_a_ready_pod_that_is_ending_is_not_ready(recorded):
    item = recorded("pods", "ready")
    item["metadata"]["deletionTimestamp"] = "2026-11-21T05:40:00Z"
    assert isinstance(pod(item), Progressing)


def test_a_failed_pod_tells_how_its_container_ended(recorded):
    assert pod(recorded("pods", "failed")) == Failed("container job ended with exit code 1, 0 restarts")


def test_an_evicted_pod_tells_why(recorded):
    item = recorded("pods", "failed")
    item["status"] = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}
    assert pod(item) == Failed("Evicted: The node was low on resource: memory.")


def test_an_image_that_cannot_be_pulled_is_doubtful(recorded):
    state = pod(recorded("pods", "no_image"))
    assert isinstance(state, Progressing)
    assert state.doubtful
    assert "docker.io/fediverse/absent:1" in state.reason


def test_a_missing_secret_is_doubtful_and_named(recorded):
    state = pod(recorded("pods", "no_secret"))
    assert state == Progressing('container web: CreateContainerConfigError: secret "absent" not found', doubtful=True)


def test_a_pod_no_node_can_take_says_so(recorded):
    state = pod(recorded("pods", "unscheduled"))
    assert state.reason.startswith("it cannot be scheduled: 0/1 nodes are available")


def test_a_crash_loop_is_hopeless_at_the_third_restart(recorded):
    assert isinstance(pod(crashing(recorded, restarts=2)), Progressing)
    assert pod(crashing(recorded)) == Failed("container web ended with exit code 1, 3 restarts")


def test_a_crash_loop_from_before_the_wait_gets_another_chance(recorded):
    item = crashing(recorded, restarts=50, finished="2026-11-21T05:32:00Z")
    assert isinstance(trouble(item, since="2026-11-21T05:33:00Z"), Progressing)
    assert isinstance(trouble(item, since="2026-11-21T05:31:00Z"), Failed)


def test_a_server_that_keeps_ending_well_is_in_a_crash_loop_too(recorded):
    item = crashing(recorded)
    item["status"]["containerStatuses"][0]["lastState"]["terminated"] |= {"exitCode": 0, "reason": "Completed"}
    assert pod(item) == Failed("container web ended with exit code 0 (Completed), 3 restarts")


def test_a_running_container_that_crashed_before_may_still_become_ready(recorded):
    item = crashing(recorded, restarts=7)
    item["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": "2026-11-21T05:33:00Z"}}
    assert isinstance(pod(item), Progressing)


def test_the_hopeless_container_speaks_for_the_pod(recorded):
    item = crashing(recorded)
    waiting = recorded("pods", "no_secret")["status"]["containerStatuses"][0] | {"name": "sidecar"}
    item["status"]["containerStatuses"].insert(0, waiting)
    assert isinstance(pod(item), Failed)


def test_an_init_container_that_crashes_is_seen(recorded):
    item = crashing(recorded)
    item["status"]["initContainerStatuses"] = item["status"].pop("containerStatuses")
    assert isinstance(pod(item), Failed)
