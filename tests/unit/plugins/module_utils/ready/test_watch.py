"""What is waited for, when it is given up and what is said then; the cluster is a script of what is seen when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import (
    Failure,
    KubeError,
    UnknownKindError,
    Unreachable,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._targets import Target, of_manifests
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._watch import PATIENCE, Watch

NAMESPACE = "engine-fixtures"
WEB = Target("apps/v1", "Deployment", "web", NAMESPACE)
DATABASE = Target("postgresql.cnpg.io/v1", "Cluster", "database", NAMESPACE)
POOLER = Target("postgresql.cnpg.io/v1", "Pooler", "database-pooler", NAMESPACE)


class Script:
    """Objects by second; each call of ``sleep`` is one second."""

    def __init__(self, *seconds):
        self.seconds = seconds
        self.second = 0
        self.reads = 0
        self.start = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
        self.pods = []

    @property
    def clock(self):
        return self.start + timedelta(seconds=self.second)

    def now(self):
        return float(self.second)

    def sleep(self, seconds):
        self.second += int(seconds)

    def get(self, _api_version, kind, name, _namespace=None):
        self.reads += 1
        seen = self.seconds[min(self.second, len(self.seconds) - 1)]
        if isinstance(seen, Exception):
            raise seen
        return seen.get(f"{kind}/{name}")

    def list(self, _api_version, kind, _namespace=None, labels=None, fields=None):
        return self.pods if kind == "Pod" else []

    def logs(self, *_arguments, **_options):
        raise KubeError("read the log", 403, {"message": "forbidden"})


class Lines(list):
    line = list.append


def watch(script, **options):
    return Watch(script, 5, Lines(), clock=script.now, sleep=script.sleep, **options)


@pytest.fixture(name="web")
def fixture_web(recorded):
    def make(name="ready"):
        return {"Deployment/web": recorded("workloads", name)}

    return make


def test_what_is_ready_is_read_once_and_not_talked_about(web):
    script = Script(web())
    seen = watch(script)
    assert list(seen.until_ready([WEB], 60)) == [WEB]
    assert (script.reads, script.second, seen.progress) == (1, 0, [])


def test_each_change_of_state_is_one_line(web):
    seen = watch(Script({}, {}, web("starting"), web("starting"), web()))
    seen.until_ready([WEB], 60)
    assert seen.progress == [
        "Deployment engine-fixtures/web: does not exist",
        "Deployment engine-fixtures/web: 0 of 2 replicas are available",
        "Deployment engine-fixtures/web: ready",
    ]


def test_time_runs_out_with_the_reason_and_the_states(web):
    script = Script(web("starting"))
    with pytest.raises(Failure, match=r"(?s)Not ready after 7 seconds: .*0 of 2 replicas are available") as caught:
        watch(script).until_ready([WEB], 7)
    assert script.second == 7
    assert [one["state"] for one in caught.value.result["objects"]] == ["progressing"]


def test_what_failed_is_not_waited_for(recorded):
    script = Script({"Cluster/database": recorded("postgresql", "hibernated")})
    with pytest.raises(Failure, match="hibernated"):
        watch(script).until_ready([DATABASE], 600)
    assert script.second == 0


def test_doubts_are_borne_for_a_while(web):
    script = Script(web("late"))
    with pytest.raises(Failure, match="Waiting is of no use"):
        watch(script).until_ready([WEB], 600)
    assert script.second == PATIENCE


def test_doubts_that_pass_are_forgotten(web):
    seconds = [web("late")] * 40 + [web("starting")] * 2 + [web("late")] * 40 + [web()]
    watch(Script(*seconds)).until_ready([WEB], 600)


def test_patience_does_not_run_while_what_may_be_missing_is_being_made(web, recorded):
    making = web("late") | {"Cluster/database": recorded("postgresql", "setting_up")}
    made = web("late") | {"Cluster/database": recorded("postgresql", "healthy")}
    script = Script(*[making] * 200, made)
    with pytest.raises(Failure, match=r"Waiting is of no use for Deployment engine-fixtures/web\."):
        watch(script).until_ready([WEB, DATABASE], 600)
    assert script.second == pytest.approx(200 + PATIENCE, abs=6)


def test_pods_are_looked_at_to_find_out_early(web, recorded):
    script = Script({"StatefulSet/queue": recorded("workloads", "set_starting")})
    pod = recorded("pods", "crashing")
    pod["metadata"]["ownerReferences"] = [{"uid": script.seconds[0]["StatefulSet/queue"]["metadata"]["uid"]}]
    pod["status"]["containerStatuses"][0] |= {
        "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-21T12:00:00Z"}},
    }
    script.pods = [pod]
    target = Target("apps/v1", "StatefulSet", "queue", NAMESPACE)
    with pytest.raises(Failure, match=r"(?s)no use.*0 of 1 replicas are ready.*exit code 1, 3 restarts.*forbidden"):
        watch(script).until_ready([target], 600)


def test_a_user_who_may_not_read_pods_waits_all_the_same(web):
    class Forbidden(Script):
        def list(self, _api_version, kind, _namespace=None, labels=None, fields=None):
            raise KubeError(f"list {kind}", 403, {"message": "forbidden"})

    watch(Forbidden(web("starting"), web())).until_ready([WEB], 60)


def test_a_kind_without_generations_must_stay_ready_after_a_change(recorded):
    item = recorded("postgresql", "healthy")
    item["metadata"]["managedFields"].append({"time": "2026-11-21T12:00:00Z"})
    script = Script({"Cluster/database": item})
    watch(script).until_ready([DATABASE], 60)
    assert script.second == 5


def test_a_kind_without_generations_is_believed_if_nobody_changed_it(recorded):
    script = Script({"Cluster/database": recorded("postgresql", "healthy")})
    watch(script).until_ready([DATABASE], 60)
    assert script.second == 0


def test_a_crash_loop_that_is_ready_for_a_moment_is_not_ready(web):
    def seen(name, time):
        objects = web(name)
        objects["Deployment/web"]["metadata"]["managedFields"] = [{"time": time, "subresource": "status"}]
        return objects

    flaps = [seen("ready", "2026-11-21T12:00:00Z"), seen("starting", "2026-11-21T12:00:01Z")]
    stays = [seen("ready", "2026-11-21T12:00:02Z")]
    script = Script(*flaps, *stays)
    watch(script).until_ready([WEB], 60)
    assert script.second == 7


def test_a_pooler_is_not_ready_before_its_deployment(recorded):
    pooler, deployment = recorded("postgresql", "pooler"), recorded("workloads", "ready")
    without = {"Pooler/database-pooler": pooler}
    script = Script(without, without, without | {"Deployment/database-pooler": deployment})
    seen = watch(script).until_ready([POOLER], 60)
    assert script.second == 2
    assert [target.kind for target in seen] == ["Pooler", "Deployment"]


def test_a_control_plane_that_restarts_is_outlived(web):
    script = Script(web("starting"), Unreachable("Cannot reach the API server"), web())
    watch(script).until_ready([WEB], 60)


def test_a_control_plane_that_never_answered_is_a_failure():
    with pytest.raises(Unreachable):
        watch(Script(Unreachable("Cannot reach the API server"))).until_ready([WEB], 60)


def test_a_kind_that_is_not_installed_is_a_failure_unless_one_only_looks():
    script = Script(UnknownKindError("postgresql.cnpg.io/v1", "Cluster"))
    with pytest.raises(UnknownKindError):
        watch(script).until_ready([DATABASE], 60)
    looking = watch(script, lenient=True)
    looking.look([DATABASE])
    assert looking.sights[DATABASE].item is None


def test_kinds_that_need_no_waiting_are_passed_over():
    manifests = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "ClusterIP"}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}},
        {"apiVersion": "cert-manager.io/v1", "kind": "ClusterIssuer", "metadata": {"name": "acme"}},
    ]
    assert of_manifests(manifests, NAMESPACE) == [WEB, Target("cert-manager.io/v1", "ClusterIssuer", "acme", None)]
    manifests[1]["spec"]["type"] = "LoadBalancer"
    assert len(of_manifests(manifests, NAMESPACE)) == 3


def test_a_namespace_must_come_from_somewhere():
    with pytest.raises(Failure, match="needs a namespace"):
        of_manifests([{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}], None)
