"""Applying sets of objects on a real API server: what is reported is what happens, and nothing else happens."""

from __future__ import annotations

import base64
import copy
import json
import os
import shutil
import subprocess
import uuid

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._apply import apply_one
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._report import result
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._set import apply_set
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure, KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]

LABEL = "applyset.kubernetes.io/part-of"
HUSH = "hush hush"


@pytest.fixture(name="cluster", scope="module")
def fixture_cluster():
    return connect({})


@pytest.fixture(name="namespace")
def fixture_namespace(cluster):
    name = f"engine-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


@pytest.fixture(name="apply")
def fixture_apply(cluster, namespace):
    """Apply manifests as the set ``shop`` and return the module's result."""

    def apply(manifests, name="shop", **options):
        return result(apply_set(cluster, name=name, namespace=namespace, manifests=copy.deepcopy(manifests), **options))

    return apply


def config_map(name="settings", **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data or {"a": "1"}}


def secret(**data):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": data or {"key": HUSH}}


def service(name="web"):
    spec = {"selector": {"app": name}, "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def deployment(**spec):
    """It runs nothing: the scheduler finds no node for its pods."""
    pod = {"nodeSelector": {"no": "node"}, "containers": [{"name": "web", "image": "example.org/web:1"}]}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec},
    }


def claim(name="data"):
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "none"}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


SHOP = [deployment(), service(), config_map(), secret(), claim()]


def actions(made):
    return {f"{one['kind']}/{one['name']}": one["action"] for one in made["objects"]}


def changes(made):
    return {name: action for name, action in actions(made).items() if action not in ("unchanged", "kept")}


def names(cluster, namespace, kind="ConfigMap"):
    return {one["metadata"]["name"] for one in cluster.list("v1", kind, namespace)} - {"kube-root-ca.crt"}


def kubectl(*arguments, stdin=None):
    program = shutil.which("kubectl") or pytest.skip("needs kubectl in PATH")
    environment = {**os.environ, "KUBECTL_APPLYSET": "true"}
    done = subprocess.run(
        [program, *arguments], input=stdin, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_check_mode_predicts_the_first_run_and_touches_nothing(cluster, namespace, apply):
    predicted = apply(SHOP, check_mode=True)
    assert names(cluster, namespace) == set()
    made = apply(SHOP)
    assert actions(predicted) == actions(made)
    assert set(actions(made).values()) == {"created"}
    assert predicted["diff"] == made["diff"]


def test_the_second_run_changes_nothing(cluster, namespace, apply):
    apply(SHOP)
    version = cluster.get("v1", "Service", "web", namespace)["metadata"]["resourceVersion"]
    again = apply(SHOP)
    assert not again["changed"]
    assert again["diff"] == []
    assert set(actions(again).values()) == {"unchanged"}
    assert cluster.get("v1", "Service", "web", namespace)["metadata"]["resourceVersion"] == version


def test_unchanged_objects_cost_little_more_than_a_request_each(cluster, apply):
    manifests = [*SHOP, *(config_map(f"settings-{number}") for number in range(40))]
    apply(manifests)
    before = cluster.requests
    apply(manifests)
    assert cluster.requests - before <= 1.3 * len(manifests)


def test_only_what_differs_is_reported_and_shown(apply):
    apply(SHOP)
    wanted = [deployment(), service(), config_map(a="2"), secret(), claim()]
    predicted = apply(wanted, check_mode=True)
    made = apply(wanted)
    assert changes(predicted) == changes(made) == {"ConfigMap/settings": "changed"}
    assert [(one["before"], one["after"]) for one in made["diff"]] == [({"data": {"a": "1"}}, {"data": {"a": "2"}})]


def test_drift_is_put_right_and_only_drift_is_reported(cluster, namespace, apply):
    apply(SHOP)
    cluster.delete("v1", "Service", "web", namespace)
    cluster.patch("v1", "ConfigMap", "settings", namespace, {"data": None})
    made = apply(SHOP)
    assert changes(made) == {"Service/web": "created", "ConfigMap/settings": "changed"}
    assert cluster.get("v1", "ConfigMap", "settings", namespace)["data"] == {"a": "1"}


def test_an_edit_by_hand_is_drift_and_another_tools_is_a_conflict(cluster, namespace, apply):
    apply(SHOP)
    kubectl("patch", "--namespace", namespace, "configmap", "settings", "--patch", '{"data": {"a": "mine"}}')
    kubectl("scale", "--namespace", namespace, "deployment", "web", "--replicas=3")
    predicted = apply(SHOP, check_mode=True)
    made = apply(SHOP)
    assert changes(predicted) == changes(made) == {"ConfigMap/settings": "changed"}, (
        "the replicas are not in the manifest"
    )
    assert cluster.get("v1", "ConfigMap", "settings", namespace)["data"] == {"a": "1"}
    assert not apply(SHOP)["changed"]


def test_a_field_that_is_no_longer_wanted_goes(cluster, namespace, apply):
    apply([config_map(a="1", b="2")])
    apply([config_map(a="1")])
    assert cluster.get("v1", "ConfigMap", "settings", namespace)["data"] == {"a": "1"}


def test_what_autoscalers_and_injectors_set_is_no_change(cluster, namespace, apply):
    apply(SHOP)
    at = ("apps/v1", "Deployment", "web", namespace)
    cluster.apply({**deployment_ref(namespace), "spec": {"replicas": 3}}, manager="autoscaler")
    cluster.patch(*at, {"metadata": {"annotations": {"injector": "was here"}}})
    assert not apply(SHOP)["changed"]
    live = cluster.get(*at)
    assert live["spec"]["replicas"] == 3
    assert live["metadata"]["annotations"]["injector"] == "was here"


def deployment_ref(namespace):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": namespace}}


def test_a_status_that_moves_is_no_change(cluster, namespace, apply):
    apply(SHOP)
    for number in range(3):
        cluster._transport.request(
            "PATCH",
            f"/apis/apps/v1/namespaces/{namespace}/deployments/web/status",
            "move the status",
            body={"status": {"observedGeneration": number}},
            content_type="application/merge-patch+json",
        )
        assert not apply(SHOP)["changed"]


def test_a_conflict_names_manager_field_and_cure_and_nothing_is_applied(cluster, namespace, apply):
    apply(SHOP)
    cluster.apply({**deployment_ref(namespace), "spec": {"replicas": 3}}, manager="autoscaler")
    wanted = [deployment(replicas=1), service(), config_map(a="2"), secret(), claim()]
    for check_mode in (True, False):
        with pytest.raises(Failure, match=r"\.spec\.replicas belongs to autoscaler.*Deployment/web to force_conflicts"):
            apply(wanted, check_mode=check_mode)
    assert cluster.get("v1", "ConfigMap", "settings", namespace)["data"] == {"a": "1"}
    made = apply(wanted, force_conflicts=["Deployment/web"])
    assert changes(made) == {"Deployment/web": "changed", "ConfigMap/settings": "changed"}
    assert cluster.get("apps/v1", "Deployment", "web", namespace)["spec"]["replicas"] == 1


def test_forcing_one_object_does_not_force_another(cluster, namespace, apply):
    apply([config_map(), config_map("other")])
    for name in ("settings", "other"):
        manifest = config_map(name, a="theirs")
        manifest["metadata"]["namespace"] = namespace
        cluster.apply(manifest, manager="them", force=True)
    with pytest.raises(Failure) as caught:
        apply([config_map(), config_map("other")], force_conflicts=["ConfigMap/settings"])
    assert "ConfigMap/other" in str(caught.value)
    assert "ConfigMap/settings" not in str(caught.value)


def test_a_misspelt_force_is_an_error(apply):
    with pytest.raises(Failure, match="force_conflicts names ConfigMap/setings"):
        apply([config_map()], force_conflicts=["ConfigMap/setings"])


def test_everything_wrong_is_told_at_once_and_nothing_is_applied(cluster, namespace, apply):
    broken = service()
    broken["spec"]["ports"] = [{"port": 0}]
    unknown = {"apiVersion": "example.org/v1", "kind": "Zebra", "metadata": {"name": "z"}}
    misspelt = deployment(replica=1)
    with pytest.raises(Failure, match=r"(?s)Nothing was applied.*Zebra.*lacks apiVersion"):
        apply([config_map(), unknown, {"kind": "ConfigMap"}])
    with pytest.raises(Failure, match=r"(?s)Nothing was applied.*Service.*ports\[0\].*replica"):
        apply([config_map(), broken, misspelt])
    assert names(cluster, namespace) == set()


def test_what_left_the_set_is_deleted_and_data_is_kept(cluster, namespace, apply):
    apply(SHOP)
    rest = [config_map()]
    predicted = apply(rest, check_mode=True)
    made = apply(rest)
    assert actions(predicted) == actions(made)
    gone = {"Deployment/web": "pruned", "Service/web": "pruned"}
    kept = {"Secret/keys": "kept", "PersistentVolumeClaim/data": "kept"}
    assert {name: action for name, action in actions(made).items() if action in ("pruned", "kept")} == gone | kept
    assert "Secret " in made["msg"]
    assert "it holds data" in made["msg"]
    assert names(cluster, namespace, "Service") == set()
    assert names(cluster, namespace, "Secret") == {"keys"}
    again = apply(rest)
    assert not again["changed"]
    assert actions(again)["Secret/keys"] == "kept", "it is reported until somebody decides"


def test_pruning_can_be_put_off(cluster, namespace, apply):
    apply([config_map(), config_map("other")])
    made = apply([config_map()], prune=False)
    assert actions(made)["ConfigMap/other"] == "kept"
    assert not made["changed"]
    assert changes(apply([config_map()])) == {"ConfigMap/other": "pruned"}


def test_only_members_are_pruned(cluster, namespace, apply):
    cluster.create({**config_map("theirs"), "metadata": {"name": "theirs", "namespace": namespace}})
    apply([config_map()])
    apply([config_map("mine")], name="other")
    apply([])
    assert names(cluster, namespace) == {"theirs", "mine", "shop-applyset", "other-applyset"}


def test_an_object_of_another_set_is_not_taken_over_silently(cluster, namespace, apply):
    apply([config_map()])
    with pytest.raises(Failure, match=r"ConfigMap .*/settings belongs to the apply set shop-applyset"):
        apply([config_map()], name="other")
    made = apply([config_map()], name="other", force_conflicts=["ConfigMap/settings"])
    assert actions(made)["ConfigMap/settings"] == "changed"
    assert changes(apply([])) == {"ConfigMap/shop-applyset": "changed"}
    assert "settings" in names(cluster, namespace)


def test_a_run_that_was_killed_is_finished_by_the_next(cluster, namespace, apply, monkeypatch):
    """Killed while it applies the last object: kinds of both lists are in the parent, so nothing can be lost."""
    apply([config_map("old"), service("old")])
    genuine = cluster.apply

    def dies(manifest, **options):
        if manifest["metadata"]["name"] == "web" and not options.get("dry_run"):
            raise KeyboardInterrupt
        return genuine(manifest, **options)

    wanted = [config_map("new"), deployment()]
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(cluster, "apply", dies)
        apply(wanted)
    parent = cluster.get("v1", "ConfigMap", "shop-applyset", namespace)
    kinds = parent["metadata"]["annotations"]["applyset.kubernetes.io/contains-group-kinds"]
    assert kinds == "ConfigMap,Deployment.apps,Service"
    made = apply(wanted)
    assert changes(made) == {
        "ConfigMap/old": "pruned",
        "Service/old": "pruned",
        "Deployment/web": "created",
        "ConfigMap/shop-applyset": "changed",
    }
    assert not apply(wanted)["changed"]


def test_a_refusal_half_way_tells_what_was_applied(cluster, apply, monkeypatch):
    genuine = cluster.apply

    def refuses(manifest, **options):
        if manifest["kind"] == "Service" and not options.get("dry_run"):
            raise KubeError("apply Service web", 500, {"message": "etcd has no space"})
        return genuine(manifest, **options)

    monkeypatch.setattr(cluster, "apply", refuses)
    with pytest.raises(Failure) as caught:
        apply([deployment(), service(), config_map()])
    text = str(caught.value)
    assert "etcd has no space" in text
    assert "/settings (created)" in text.split("Applied before: ")[1]
    assert "/web" in text.split("Not tried: Deployment")[1]


def test_a_missing_namespace_is_predicted_made_or_told(cluster):
    name = f"engine-{uuid.uuid4().hex[:8]}"
    options = {"name": "shop", "namespace": name}
    predicted = result(apply_set(cluster, **options, manifests=SHOP, check_mode=True))
    assert set(actions(predicted).values()) == {"created"}
    with pytest.raises(Failure, match=f"Namespace {name} does not exist: create it first") as caught:
        apply_set(cluster, **options, manifests=SHOP)
    assert str(caught.value).count(name) == 2, "once, not for every object"
    with_namespace = [*SHOP, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}]
    try:
        predicted = result(apply_set(cluster, **options, manifests=with_namespace, check_mode=True))
        made = result(apply_set(cluster, **options, manifests=with_namespace))
        assert actions(predicted) == actions(made)
        assert not result(apply_set(cluster, **options, manifests=with_namespace))["changed"]
        result(apply_set(cluster, **options, manifests=[]))
        assert cluster.get("v1", "Namespace", name), "a namespace is never pruned"
    finally:
        cluster.delete("v1", "Namespace", name)


def test_a_definition_and_its_objects_in_one_set(cluster, namespace, apply):
    word = f"zebra{uuid.uuid4().hex[:8]}"
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
    }
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{word}s.engine.example.org"},
        "spec": {
            "group": "engine.example.org",
            "scope": "Namespaced",
            "names": {"kind": word.title(), "plural": f"{word}s"},
            "versions": [version],
        },
    }
    zebra = {
        "apiVersion": "engine.example.org/v1",
        "kind": word.title(),
        "metadata": {"name": "z"},
        "spec": {"stripes": 2},
    }
    try:
        predicted = apply([zebra, definition], check_mode=True)
        made = apply([zebra, definition])
        assert actions(predicted) == actions(made)
        assert not apply([zebra, definition])["changed"]
        assert changes(apply([definition]))[f"{word.title()}/z"] == "pruned"
    finally:
        cluster.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", definition["metadata"]["name"])


def test_no_value_of_a_secret_is_in_any_result_or_error(cluster, namespace, apply):
    hidden = [HUSH, base64.b64encode(HUSH.encode()).decode()]
    turned = {"key": "turned over", "more": HUSH}
    texts = [json.dumps(apply([secret()], check_mode=True)), json.dumps(apply([secret()]))]
    texts.append(json.dumps(apply([secret(**turned)])))
    theirs = {"key": base64.b64encode(b"theirs").decode()}
    taken = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": namespace}, "data": theirs}
    cluster.apply(taken, manager="them", force=True)
    with pytest.raises(Failure) as caught:
        apply([secret(key="ours again", more=HUSH)])
    texts.append(str(caught.value))
    with pytest.raises(Failure) as caught:
        apply([{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "other"}, "data": {"key": HUSH}}])
    texts.append(str(caught.value))
    texts.append(json.dumps(apply([])))
    for text in texts:
        assert not [value for value in [*hidden, "turned over", "theirs", "ours again"] if value in text]


def test_what_the_server_advises_is_passed_on(namespace):
    cluster = connect({})
    cluster.patch(
        "v1", "Namespace", namespace, None, {"metadata": {"labels": {"pod-security.kubernetes.io/warn": "restricted"}}}
    )
    outcomes = apply_set(cluster, name="shop", namespace=namespace, manifests=[deployment()])
    assert len(result(outcomes, cluster.warnings)["warnings"]) == 1, "once, though it is said for each request"
    assert cluster.warnings[0].startswith('would violate PodSecurity "restricted:latest"')


def test_an_object_that_is_being_deleted_is_told(cluster, namespace, apply):
    held = config_map()
    held["metadata"]["finalizers"] = ["engine.example.org/hold"]
    apply([held])
    cluster.delete("v1", "ConfigMap", "settings", namespace)
    try:
        with pytest.raises(Failure, match=r"is being deleted and waits for engine\.example\.org/hold"):
            apply([held])
    finally:
        cluster.patch("v1", "ConfigMap", "settings", namespace, {"metadata": {"finalizers": None}})


def test_single_objects_are_applied_by_the_same_rules(cluster, namespace):
    manifest = config_map()
    manifest["metadata"]["namespace"] = namespace
    assert apply_one(cluster, manifest, check_mode=True).action == "created"
    assert apply_one(cluster, manifest, check_mode=False).action == "created"
    assert apply_one(cluster, manifest, check_mode=False).action == "unchanged"
    manifest["data"]["a"] = "2"
    outcome = apply_one(cluster, manifest, check_mode=False)
    assert (outcome.action, outcome.before, outcome.after) == ("changed", {"data": {"a": "1"}}, {"data": {"a": "2"}})
    elsewhere = config_map()
    elsewhere["metadata"]["namespace"] = "engine-is-not-here"
    assert apply_one(cluster, elsewhere, check_mode=True).action == "created"
    with pytest.raises(KubeError, match="not found"):
        apply_one(cluster, elsewhere, check_mode=False)
    with pytest.raises(Failure, match="needs a namespace"):
        apply_one(cluster, config_map(), check_mode=True)


def test_an_object_others_made_becomes_ours_without_a_change(cluster, namespace):
    """Else a field that we stop sending would stay for ever."""
    manifest = config_map(a="1", b="2")
    manifest["metadata"]["namespace"] = namespace
    cluster.apply(manifest, manager="them")
    assert apply_one(cluster, manifest, check_mode=False).action == "unchanged"
    cluster.apply({**manifest, "data": {"a": "1"}}, manager="them")
    assert cluster.get("v1", "ConfigMap", "settings", namespace)["data"] == {"a": "1", "b": "2"}


def test_kubectl_prunes_the_set_and_hands_it_back(cluster, namespace, apply):
    apply([config_map(), config_map("other"), service()])
    manifest = yaml.safe_dump(config_map())
    said = kubectl(
        "apply",
        "--namespace",
        namespace,
        "--server-side",
        "--field-manager=fediverse.mastodon",
        "--prune",
        "--applyset=configmaps/shop-applyset",
        "-f",
        "-",
        stdin=manifest,
    )
    assert "configmap/other pruned" in said
    assert "service/web pruned" in said
    assert names(cluster, namespace) == {"settings", "shop-applyset"}
    again = apply([config_map()])
    assert not again["changed"], "kubectl and the module agree on the parent"
    assert changes(apply([config_map(), service()])) == {"Service/web": "created", "ConfigMap/shop-applyset": "changed"}


def test_members_in_other_namespaces_are_found_again(cluster, namespace, apply):
    other = f"{namespace}-more"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}})
    try:
        away = config_map("away")
        away["metadata"]["namespace"] = other
        apply([config_map(), away])
        parent = cluster.get("v1", "ConfigMap", "shop-applyset", namespace)
        assert parent["metadata"]["annotations"]["applyset.kubernetes.io/additional-namespaces"] == other
        assert changes(apply([config_map()])) == {"ConfigMap/away": "pruned", "ConfigMap/shop-applyset": "changed"}
    finally:
        cluster.delete("v1", "Namespace", other)
