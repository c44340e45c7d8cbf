"""What the role app promises of running processes: each its own environment, quiet before the end, no fights."""

from __future__ import annotations

import subprocess
import time

import pytest
from support.playbooks import kubectl, objects, prepare, site
from support.rails import until

pytestmark = pytest.mark.cluster

NAMESPACE = "app-e2e"
BASE = {
    "mastodon_local_domain": "app.test",
    "mastodon_namespace": NAMESPACE,
    "mastodon_owner_username": "alice",
    "mastodon_owner_email": "alice@app.test",
    "storage_backend": "pvc",
    "storage_claim_access_mode": "ReadWriteOnce",
    "storage_single_node": True,
    "app_metrics": {"enabled": True, "sidekiq_detailed": True},
    # The test cluster may be one small node that others use as well.
    "database_cpu": "10m",
    "app_sizes": {
        **{part: {"requests": {"cpu": "10m"}} for part in ("web", "streaming", "job")},
        "sidekiq": {"all": {"requests": {"cpu": "10m"}}},
    },
}


def converge(scratch, *arguments, **changes):
    run = site({"app": {**BASE, **changes}}, scratch, "--skip-tags", "edge,verify", *arguments)
    assert run.code == 0, run.output[-5000:]
    return run


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def converged(scratch):
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    prepare({"app": BASE}, scratch)
    yield converge(scratch)
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")


def pod(process):
    """The one running pod of a process."""
    found = [
        one
        for one in objects("pods", NAMESPACE)
        if one["metadata"]["labels"].get("fediverse.mastodon/process") == process
        and one["status"]["phase"] == "Running"
        and "deletionTimestamp" not in one["metadata"]
    ]
    assert len(found) == 1, [one["metadata"]["name"] for one in found]
    return found[0]["metadata"]["name"]


def inside(process, *command, check=True, container=None):
    return kubectl("-n", NAMESPACE, "exec", pod(process), "-c", container or process, "--", *command, check=check)


def environment(process):
    return dict(line.partition("=")[::2] for line in inside(process, "env").splitlines())


def test_streaming_has_none_of_the_application_s_keys(converged):
    assert not {"SECRET_KEY_BASE", "VAPID_PRIVATE_KEY", "LOCAL_DOMAIN"} & set(environment("streaming"))
    assert {"SECRET_KEY_BASE", "VAPID_PRIVATE_KEY", "LOCAL_DOMAIN"} <= set(environment("web"))


def test_no_service_of_the_namespace_leaks_into_an_environment(converged):
    assert [name for name in environment("web") if name.startswith("MASTODON_WEB_")] == []


@pytest.mark.parametrize("process", ["web", "sidekiq"])
@pytest.mark.parametrize(
    ("path", "writable"),
    [
        ("/tmp", True),
        ("/opt/mastodon/tmp", True),
        ("/opt/mastodon/public/system", True),
        ("/opt/mastodon", False),
        ("/", False),
    ],
)
def test_rails_writes_where_it_must_and_nowhere_else(converged, process, path, writable):
    inside(process, "sh", "-c", f"touch {path}/probe 2>/dev/null && rm {path}/probe || true")
    answer = inside(process, "sh", "-c", f"touch {path}/probe 2>/dev/null && echo yes || echo no")
    assert answer.strip() == ("yes" if writable else "no")


def test_media_is_one_volume_for_web_and_sidekiq(converged):
    inside("web", "sh", "-c", "echo seen > /opt/mastodon/public/system/shared")
    assert inside("sidekiq", "cat", "/opt/mastodon/public/system/shared").strip() == "seen"


def test_metrics_are_served_by_web_s_neighbour_and_by_sidekiq(converged):
    for process in ("web", "sidekiq"):
        path = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod(process)}:9394/proxy/metrics"
        samples = [line for line in kubectl("get", "--raw", path).splitlines() if line and not line.startswith("#")]
        assert samples
        assert all(float(sample.rpartition(" ")[2]) >= 0 for sample in samples)


def test_mail_restarts_the_workers_that_send_it_and_nobody_else(converged, scratch):
    before = {process: pod(process) for process in ("web", "streaming", "sidekiq")}
    changes = {"app_smtp": {"server": "mx.app.test", "port": 25}}
    run = converge(scratch, **changes)
    assert run.changed_objects == {
        "ConfigMap mastodon-sidekiq-all": "changed",
        "Deployment mastodon-sidekiq-all": "changed",
        # The mail server's port.
        "NetworkPolicy mastodon-sidekiq": "changed",
    }
    after = {process: pod(process) for process in before}
    assert [process for process in before if before[process] != after[process]] == ["sidekiq"]
    assert environment("sidekiq")["SMTP_SERVER"] == "mx.app.test"
    assert converge(scratch, **changes).changed_tasks == []


def test_a_worker_is_quiet_before_it_ends(converged):
    worker = pod("sidekiq")
    with subprocess.Popen(
        ["kubectl", "-n", NAMESPACE, "logs", "--follow", worker, "-c", "sidekiq"], stdout=subprocess.PIPE, text=True
    ) as follower:
        kubectl("-n", NAMESPACE, "delete", "pod", worker)
        log, _ = follower.communicate(timeout=60)
    assert log.index("TSTP") < log.index("Shutting down")


def scaled(**size):
    """The role's own autoscaler of streaming, with this size."""
    sizes = {**BASE["app_sizes"], "streaming": {**BASE["app_sizes"]["streaming"], **size}}
    return {"app_autoscaling": {"streaming": True}, "app_sizes": sizes}


def changed(run):
    """Without the record of the apply set's kinds, which an autoscaler adds one to."""
    return {name: action for name, action in run.changed_objects.items() if not name.endswith("-applyset")}


def replicas():
    return int(kubectl("-n", NAMESPACE, "get", "deploy/mastodon-streaming", "-o", "jsonpath={.spec.replicas}"))


def decided():
    """What the autoscaler says itself that it wants; without a metrics-server it knows no more than its bounds."""
    (scaler,) = objects("horizontalpodautoscalers", NAMESPACE)
    return scaler["status"]["desiredReplicas"]


def test_the_role_s_own_autoscaler_takes_over_decides_and_leaves(converged, scratch):
    changes = scaled(max_replicas=3)
    generation = "jsonpath={.metadata.generation}"
    converge(scratch)  # other tests leave settings of their own
    before = kubectl("-n", NAMESPACE, "get", "deploy/mastodon-streaming", "-o", generation)
    run = converge(scratch, **changes)
    assert changed(run) == {"HorizontalPodAutoscaler mastodon-streaming": "created"}
    assert kubectl("-n", NAMESPACE, "get", "deploy/mastodon-streaming", "-o", generation) == before, "never one less"
    assert converge(scratch, **changes).changed_tasks == []

    # Its bounds are what the controller itself enforces: the least number rises, and it starts a pod.
    changes = scaled(replicas=2, max_replicas=3)
    run = converge(scratch, **changes)
    assert changed(run) == {"HorizontalPodAutoscaler mastodon-streaming": "changed"}
    until(lambda: replicas() == decided() == 2)
    assert converge(scratch, **changes).changed_tasks == []
    assert replicas() == 2
    # Somebody goes too far, and it ends what is too much; no run takes part in that.
    kubectl("-n", NAMESPACE, "scale", "deploy/mastodon-streaming", "--replicas=5")
    until(lambda: replicas() == decided() == 3)
    assert converge(scratch, **changes).changed_tasks == []
    assert replicas() == 3

    predicted = converge(scratch, "--check")
    run = converge(scratch)
    assert changed(run) == changed(predicted)
    assert changed(run) == {
        "HorizontalPodAutoscaler mastodon-streaming": "pruned",
        "Deployment mastodon-streaming": "changed",
    }
    assert replicas() == 1
    assert objects("horizontalpodautoscalers", NAMESPACE) == []
    assert converge(scratch).changed_tasks == []


def test_an_autoscaler_s_number_stays(converged, scratch):
    changes = {"app_autoscaled_workloads": ["streaming"]}
    converge(scratch, **changes)
    kubectl("-n", NAMESPACE, "scale", "deploy/mastodon-streaming", "--replicas=2")
    assert converge(scratch, **changes).changed_tasks == []
    assert kubectl("-n", NAMESPACE, "get", "deploy/mastodon-streaming", "-o", "jsonpath={.spec.replicas}") == "2"


def test_a_web_pod_leaves_without_a_gap(converged):
    """The new pod is ready before the old one ends."""
    kubectl("-n", NAMESPACE, "rollout", "restart", "deploy/mastodon-web")
    available = []
    while True:
        (web,) = (one for one in objects("deployments", NAMESPACE) if one["metadata"]["name"] == "mastodon-web")
        status = web["status"]
        available.append(status.get("availableReplicas", 0))
        seen = status["observedGeneration"] == web["metadata"]["generation"]
        if seen and status.get("updatedReplicas") == status.get("replicas") == status.get("readyReplicas") == 1:
            break
        time.sleep(1)
    assert len(available) > 1
    assert min(available) >= 1
