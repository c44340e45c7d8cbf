"""What stands still for migrations, and what goes on afterwards, on a cluster of a few lines that keeps objects."""

from __future__ import annotations

import copy
import dataclasses
import json

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import (
    Failure,
    KubeError,
    UnknownKindError,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._brakes import PAUSED, PAUSED_REPLICAS
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import BEFORE, Goal, Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._processes import COMMANDS, PODS
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._standstill import (
    Overtaken,
    Processes,
    go_on,
)

OLD, NEW = "mastodon:v4.6.4", "mastodon:v4.6.5"
GROUP = "mastodon-sidekiq-work"
JOB = "mastodon-maintenance-headers"
GOAL = Goal(BEFORE, NEW, "db", at_once=True)


def thing(kind, name, spec, labels=None, **metadata):
    return {"kind": kind, "metadata": {"name": name, "labels": labels or {}, **metadata}, "spec": spec}


def deployment(name, replicas, image=OLD):
    template = {"spec": {"containers": [{"image": image}]}}
    labels = {"app.kubernetes.io/component": name.split("-")[1]}
    return thing("Deployment", name, {"replicas": replicas, "template": template}, labels, uid=name)


def scaled_object(target, kind=None, name=None, **annotations):
    reference = {"name": target} | ({"kind": kind} if kind else {})
    return thing("ScaledObject", name or target, {"scaleTargetRef": reference}, annotations=annotations)


def cron_job(name, process="job", **spec):
    labels = {"fediverse.mastodon/process": process} if process else {}
    template = {"spec": {"template": {"metadata": {"labels": labels}}}}
    return thing("CronJob", name, {"jobTemplate": template, **spec})


def pod(name, image=OLD, job=None, looks=1, phase="Running"):
    """``looks``: after how many looks it has ended."""
    owners = [{"kind": "Job", "name": job}] if job else []
    return thing("Pod", name, {"containers": [{"image": image}]}, ownerReferences=owners) | {
        "status": {"phase": phase},
        "looks": looks,
    }


class Cluster:
    def __init__(self, *objects, commands=(), keda=True):
        self.objects = {(one["kind"], one["metadata"]["name"]): one for one in objects}
        self.commands, self.keda, self.deeds = list(commands), keda, []
        # What happens meanwhile when Pods are looked at, and whether one is there then.
        self.meanwhile = []

    def list(self, _version, kind, _namespace, labels=None):
        if kind == "ScaledObject":
            self._ask_keda()
        if labels == COMMANDS:
            self.commands = [{**one, "looks": one["looks"] - 1} for one in self.commands if one["looks"]]
            return self.commands
        if labels == PODS:
            return [pod("old")] if self.meanwhile and [self.meanwhile.pop(0)()] else []
        return [one for (of, _name), one in self.objects.items() if of == kind]

    def get(self, _version, kind, name, _namespace):
        if kind == "ScaledObject":
            self._ask_keda()
        return copy.deepcopy(self.objects.get((kind, name)))

    def create(self, manifest):
        self.objects["ConfigMap", manifest["metadata"]["name"]] = manifest
        manifest["metadata"]["resourceVersion"] = "1"
        self.deeds.append("recorded")

    def patch(self, _version, kind, name, _namespace, change):
        if (live := self.objects.get((kind, name))) is None:
            raise KubeError(f"patch {kind} {name}", 404, {"reason": "NotFound"})
        seen, version = change.get("metadata", {}).get("resourceVersion"), live["metadata"].get("resourceVersion")
        if seen and seen != version:
            raise KubeError(f"patch {kind} {name}", 409, {"reason": "Conflict"})
        merge(live, copy.deepcopy(change))
        if version:
            live["metadata"]["resourceVersion"] = str(int(version) + 1)
        self.deeds.append("recorded" if kind == "ConfigMap" else f"{kind} {name} {json.dumps(change)}")

    def _ask_keda(self):
        if isinstance(self.keda, Exception):
            raise self.keda

    def fields(self, kind, name):
        return self.objects[kind, name]["metadata"]["annotations"] if kind == "ScaledObject" else self.spec(kind, name)

    def spec(self, kind, name):
        return self.objects[kind, name]["spec"]

    @property
    def record(self):
        return self.objects.get(("ConfigMap", "mastodon-migrations"))


def merge(target, change):
    """As a JSON merge patch does."""
    for name, value in change.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict):
            merge(target.setdefault(name, {}), value)
        else:
            target[name] = value


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


def processes(cluster):
    return Processes(cluster, "social", Progress(None))


def stop(cluster, timeout=60):
    return processes(cluster).stop(cluster.record, timeout=timeout)


def goes_on(cluster, goal=GOAL, *, check_mode=False):
    return go_on(cluster, "social", goal, Progress(None), check_mode=check_mode)


def whole(**given):
    return Cluster(
        deployment("mastodon-web", 2),
        deployment(GROUP, 3),
        scaled_object(GROUP),
        cron_job(JOB),
        **given,
    )


def test_what_would_start_anything_stands_still_before_the_deployments_do():
    cluster = whole()
    expected = processes(cluster).moving()
    assert stop(cluster) == expected
    still = [deed.split(" {")[0] for deed in cluster.deeds]
    assert still == [
        "recorded",
        f"CronJob {JOB}",
        "recorded",
        f"ScaledObject {GROUP}",
        f"Deployment {GROUP}",
        "Deployment mastodon-web",
    ]
    assert cluster.fields("ScaledObject", GROUP) == {PAUSED: "true"}
    assert cluster.spec("CronJob", JOB)["suspend"] is True
    assert processes(cluster).moving() == {}


def test_everything_goes_on_and_autoscalers_find_the_number_that_there_was():
    cluster = whole()
    stop(cluster)
    cluster.spec("Deployment", "mastodon-web")["replicas"] = 4
    cluster.deeds.clear()
    done = goes_on(cluster)
    assert [deed.split(" {")[0] for deed in cluster.deeds] == [
        f"Deployment {GROUP}",
        f"ScaledObject {GROUP}",
        f"CronJob {JOB}",
        "recorded",
    ]
    assert [cluster.spec("Deployment", name)["replicas"] for name in ("mastodon-web", GROUP)] == [4, 3]
    assert cluster.fields("ScaledObject", GROUP) == {}
    assert cluster.spec("CronJob", JOB)["suspend"] is False
    assert [(one["kind"], one["name"]) for one in done["objects"]] == [
        ("Deployment", GROUP),
        ("ScaledObject", GROUP),
        ("CronJob", JOB),
        ("ConfigMap", "mastodon-migrations"),
    ]
    assert goes_on(cluster)["changed"] is False


def test_the_record_says_what_everything_was():
    cluster = whole()
    stop(cluster)
    assert json.loads(cluster.record["data"]["stopped"]) == {
        "Deployment": {"mastodon-web": {"replicas": 2}, GROUP: {"replicas": 3}},
        "ScaledObject": {GROUP: {PAUSED: None, PAUSED_REPLICAS: None}},
        "CronJob": {JOB: {"suspend": False}},
    }
    assert _record.stopped(cluster.record) == [JOB, GROUP, "mastodon-web"]


def test_a_record_of_deployments_alone_is_still_read():
    cluster = Cluster(deployment("mastodon-web", 0))
    data = {"stopped": '{"mastodon-web": 2}'}
    cluster.create({"kind": "ConfigMap", "metadata": {"name": "mastodon-migrations"}, "data": data})
    assert goes_on(cluster)["msg"] == "Let go on: mastodon-web."
    assert cluster.spec("Deployment", "mastodon-web")["replicas"] == 2


@pytest.mark.parametrize("deeds", range(1, 6))
def test_a_run_that_was_killed_forgets_nothing(deeds):
    cluster = whole()
    before = processes(cluster).moving()
    patch = cluster.patch

    def killed(*given):
        if len(cluster.deeds) == deeds:
            raise KeyboardInterrupt
        patch(*given)

    cluster.patch = killed
    with pytest.raises(KeyboardInterrupt):
        stop(cluster)
    cluster.patch = patch
    stop(cluster)
    goes_on(cluster)
    assert processes(cluster).moving() == before


@pytest.mark.parametrize(
    "annotations",
    [{PAUSED: "true"}, {PAUSED: "yes"}, {PAUSED_REPLICAS: "0"}, {PAUSED: "true", PAUSED_REPLICAS: "0"}],
)
def test_what_a_user_let_stand_still_goes_on_standing_still(annotations):
    cluster = Cluster(
        deployment(GROUP, 1), scaled_object(GROUP, **annotations), cron_job(JOB, suspend=True), cron_job("mastodon-a")
    )
    stop(cluster)
    goes_on(cluster)
    assert cluster.fields("ScaledObject", GROUP) == annotations
    assert cluster.spec("CronJob", JOB)["suspend"] is True
    assert cluster.spec("CronJob", "mastodon-a")["suspend"] is False


@pytest.mark.parametrize("annotations", [{PAUSED_REPLICAS: "4"}, {PAUSED_REPLICAS: "4", PAUSED: "true"}])
def test_a_number_that_a_user_paused_at_is_given_back(annotations):
    """KEDA would raise the Deployment to it, whatever the other annotation says."""
    cluster = Cluster(deployment(GROUP, 4), scaled_object(GROUP, **annotations))
    stop(cluster)
    assert cluster.fields("ScaledObject", GROUP) == {PAUSED: "true"}
    goes_on(cluster)
    assert cluster.fields("ScaledObject", GROUP) == annotations


def test_what_decides_about_others_is_left_alone():
    cluster = Cluster(
        deployment(GROUP, 1),
        scaled_object(GROUP, kind="StatefulSet", name="of-a-set"),
        scaled_object("shop", name="of-a-shop"),
        scaled_object(GROUP, kind="Deployment", name="by-latency"),
        cron_job("backup", process=None),
    )
    assert stop(cluster) == {
        "Deployment": {GROUP: {"replicas": 1}},
        "ScaledObject": {"by-latency": {PAUSED: None, PAUSED_REPLICAS: None}},
    }


def test_what_is_gone_meanwhile_is_passed_over():
    cluster = whole()
    stop(cluster)
    for kind, name in (("ScaledObject", GROUP), ("CronJob", JOB)):
        del cluster.objects[kind, name]
    assert goes_on(cluster)["msg"] == f"Let go on: {GROUP}, mastodon-web."


def test_without_keda_nothing_is_asked_of_it():
    cluster = Cluster(deployment(GROUP, 1), keda=UnknownKindError("keda.sh/v1alpha1", "ScaledObject"))
    assert stop(cluster) == {"Deployment": {GROUP: {"replicas": 1}}}


def test_who_may_not_look_at_keda_must_not_overlook_it():
    denied = KubeError("list ScaledObject", 403, {"message": "no"})
    without = Cluster(deployment(GROUP, 1), keda=denied)
    assert stop(without) == {"Deployment": {GROUP: {"replicas": 1}}}
    owner = [{"kind": "ScaledObject", "name": GROUP}]
    scaled = Cluster(
        deployment(GROUP, 1), thing("HorizontalPodAutoscaler", "keda", {}, ownerReferences=owner), keda=denied
    )
    with pytest.raises(KubeError, match="list ScaledObject"):
        stop(scaled)
    assert scaled.spec("Deployment", GROUP)["replicas"] == 1


def test_a_command_is_awaited_while_everything_else_still_works():
    cluster = whole(commands=[pod(f"{JOB}-1-x", job=f"{JOB}-1", looks=9)])
    with pytest.raises(Failure) as failure:
        stop(cluster, timeout=-1)
    for words in (f"{JOB}-1-x (Job {JOB}-1)", "Wait until they have ended", "kubectl delete job"):
        assert words in str(failure.value)
    assert cluster.spec("CronJob", JOB)["suspend"] is True, "no further one begins"
    assert cluster.spec("Deployment", "mastodon-web")["replicas"] == 2
    assert cluster.fields("ScaledObject", GROUP) == {}
    assert _record.standstill(cluster.record) == {"CronJob": {JOB: {"suspend": False}}}, "nothing else is touched"

    stop(cluster)
    assert not cluster.commands
    goes_on(cluster)
    assert cluster.spec("CronJob", JOB)["suspend"] is False


def test_a_deployment_that_keda_raises_once_more_is_stopped_again():
    cluster = whole()
    patch = cluster.patch

    def late(_version, kind, name, *others):
        patch(_version, kind, name, *others)
        if (kind, name) == ("Deployment", GROUP) and not cluster.raised:
            cluster.raised = True
            cluster.spec(kind, name)["replicas"] = 1

    cluster.patch, cluster.raised = late, False
    stop(cluster)
    assert cluster.raised
    assert cluster.spec("Deployment", GROUP)["replicas"] == 0


@pytest.mark.parametrize(
    ("commands", "left"),
    [
        ([pod("settings", "registry/" + NEW)], ""),
        ([pod("done", OLD, phase="Succeeded", looks=9)], ""),
        ([pod(f"{JOB}-1-x", OLD, job=f"{JOB}-1", looks=9), pod("new", NEW)], f"{JOB}-1-x (Job {JOB}-1)"),
    ],
)
def test_commands_of_the_version_before_are_awaited_before_the_second_half(commands, left):
    cluster = Cluster(
        deployment("mastodon-web", 2, NEW), deployment("mastodon-streaming", 1, "streaming:v9"), commands=commands
    )
    if not left:
        processes(cluster).await_former(timeout=-1)
        return
    with pytest.raises(Failure) as failure:
        processes(cluster).await_former(timeout=-1)
    assert f"Commands of the version before the rollout have not ended in -1 seconds: {left}." in str(failure.value)


RECORD = Record("db", OLD, OLD, 0, "2026-01-01T00:00:00Z")


def test_what_another_run_lets_go_on_is_stopped_again_and_remembered():
    cluster = whole()
    before = processes(cluster).moving()
    cluster.meanwhile = [lambda: goes_on(cluster)]
    assert stop(cluster) == before
    assert processes(cluster).moving() == {}
    assert _record.standstill(cluster.record) == before
    goes_on(cluster)
    assert processes(cluster).moving() == before


def test_a_memory_that_another_run_clears_late_comes_back():
    """It has let everything go on, all is stopped again, and only then does it come to forget."""
    cluster = whole()
    before = processes(cluster).moving()
    cluster.meanwhile = [
        lambda: cluster.spec("Deployment", GROUP).update(replicas=1),
        lambda: _record.write_stopped(cluster, "social", cluster.record, {}),
    ]
    stop(cluster)
    assert _record.standstill(cluster.record) == before, "also how many Pods there were at first"
    assert processes(cluster).moving() == {}


def test_what_is_stopped_again_is_looked_at_once_more():
    """The Pods that it was raised for may come only now."""
    cluster = whole()
    listing, looks = cluster.list, []

    def listed(_version, kind, _namespace, labels=None):
        if labels == PODS:
            looks.append(cluster.spec("Deployment", GROUP)["replicas"])
        return listing(_version, kind, _namespace, labels)

    cluster.list = listed
    cluster.meanwhile = [lambda: cluster.spec("Deployment", GROUP).update(replicas=1)]
    stop(cluster)
    assert looks == [0, 0, 0]


@pytest.mark.parametrize("late", [False, True])
def test_a_standstill_that_another_run_ends_is_noticed(late):
    cluster = whole()
    run = processes(cluster)
    run.stop(cluster.record, timeout=60)
    assert run.stand_still(cluster.record)
    if late:
        _record.write_stopped(cluster, "social", cluster.record, {})
    else:
        cluster.spec("CronJob", JOB)["suspend"] = False
    assert not run.stand_still(cluster.record)


def test_a_run_does_not_stop_what_another_one_has_migrated():
    cluster = whole()
    done = {"data": {"database": "db", "before_rollout": NEW}}
    cluster.meanwhile = [lambda: cluster.patch("v1", "ConfigMap", _record.NAME, "social", done)]
    run = processes(cluster)
    with pytest.raises(Overtaken):
        run.stop(cluster.record, timeout=60)
    assert run.stopped["CronJob"] == {JOB: {"suspend": False}}, "what it did is told"


def test_a_run_that_looked_before_another_one_wrote_looks_again():
    cluster = whole()
    listing, raced = cluster.list, []

    def late(_version, kind, *others, **labels):
        if kind == "ScaledObject" and not raced:
            raced.append(True)
            _record.write_stopped(cluster, "social", cluster.record, {})
        return listing(_version, kind, *others, **labels)

    cluster.list = late
    with pytest.raises(Overtaken):
        stop(cluster)
    assert cluster.spec("Deployment", "mastodon-web")["replicas"] == 2


def test_two_runs_let_the_same_go_on():
    cluster = whole()
    before = processes(cluster).moving()
    stop(cluster)
    patch, others = cluster.patch, []

    def twice(*given):
        patch(*given)
        if not others:
            others.append(True)
            others.append(goes_on(cluster))

    cluster.patch = twice
    slower = goes_on(cluster)
    assert others[1]["changed"]
    assert (slower["msg"], slower["changed"]) == (f"Let go on: {JOB}, {GROUP}, mastodon-web.", True)
    assert processes(cluster).moving() == before
    assert _record.stopped(cluster.record) == []


def test_what_is_deleted_between_look_and_deed_is_passed_over():
    cluster = whole()
    stop(cluster)
    patch = cluster.patch

    def deleted(_version, kind, name, *others):
        if (kind, name) == ("Deployment", GROUP):
            cluster.objects.pop((kind, name), None)
        patch(_version, kind, name, *others)

    cluster.patch = deleted
    goes_on(cluster)
    assert ("Deployment", GROUP) not in cluster.objects
    assert cluster.fields("ScaledObject", GROUP) == {}
    assert processes(cluster).moving() == {
        "Deployment": {"mastodon-web": {"replicas": 2}},
        "CronJob": {JOB: {"suspend": False}},
    }


@pytest.mark.parametrize("deeds", [0, 2, 4])
def test_check_mode_foresees_what_goes_on_after_a_standstill_that_it_foresees(deeds):
    """Also where a run was killed before all stood still."""
    cluster = whole()
    _record.write(cluster, "social", None, RECORD)
    patch = cluster.patch

    def killed(*given):
        if len(cluster.deeds) > deeds:
            raise KeyboardInterrupt
        patch(*given)

    if deeds:
        cluster.patch = killed
        with pytest.raises(KeyboardInterrupt):
            stop(cluster)
        cluster.patch = patch
    predicted = goes_on(cluster, check_mode=True)
    stop(cluster)
    assert goes_on(cluster) == predicted
    assert len(predicted["objects"]) == 5


@pytest.mark.parametrize(
    ("image", "goal"), [(NEW, GOAL), (OLD, Goal(BEFORE, NEW, "db"))], ids=["migrated already", "without a standstill"]
)
def test_check_mode_lets_nothing_go_on_that_would_not_be_stopped(image, goal):
    cluster = whole()
    _record.write(cluster, "social", None, Record("db", image, image, 0, "2026-01-01T00:00:00Z"))
    assert goes_on(cluster, goal, check_mode=True)["changed"] is False


SUSPENDED = "Scheduled maintenance is suspended, and all else is as it was."
DOWN = "the instance is down"
BACK = "one with the version before"


@pytest.mark.parametrize(
    ("begun", "commands", "said", "unsaid"),
    [
        ("", [pod("long", looks=9)], (SUSPENDED, BACK), DOWN),
        ("", [], (DOWN, BACK), SUSPENDED),
        (NEW, [], (DOWN, "begun in an earlier run"), BACK),
    ],
)
def test_a_failure_tells_what_stands_still_and_how_to_end_it(begun, commands, said, unsaid):
    cluster = whole(commands=commands)
    cluster.meanwhile = [lambda: None] * 9
    _record.write(cluster, "social", None, dataclasses.replace(RECORD, begun=begun))
    with pytest.raises(Failure) as failure:
        stop(cluster, timeout=-1)
    for words in said:
        assert words in str(failure.value)
    assert unsaid not in str(failure.value)


def test_a_record_that_is_void_still_knows_what_stands_still():
    """As after a restore into the same database (docs/upgrading.md), whose next run looks at the schema."""
    cluster = whole()
    before = processes(cluster).moving()
    _record.write(cluster, "social", None, RECORD)
    stop(cluster)
    cluster.patch("v1", "ConfigMap", _record.NAME, "social", {"data": {"database": None}})
    assert _record.record(cluster.record) is None
    goes_on(cluster)
    assert processes(cluster).moving() == before
