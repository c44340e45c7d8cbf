"""Replicas that an autoscaler decides, on a real API server: switching it on and off never loses the number (T57)."""

from __future__ import annotations

import os
import uuid

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._report import result
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._set import apply_set
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]


@pytest.fixture(name="cluster", scope="module")
def fixture_cluster():
    return connect({})


@pytest.fixture(name="namespace")
def fixture_namespace(cluster):
    name = f"replicas-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


@pytest.fixture(name="apply")
def fixture_apply(cluster, namespace):
    def apply(*manifests, **options):
        return result(apply_set(cluster, name="shop", namespace=namespace, manifests=list(manifests), **options))

    return apply


@pytest.fixture(name="live")
def fixture_live(cluster, namespace):
    return lambda: cluster.get("apps/v1", "Deployment", "web", namespace)


def deployment(image="example.org/web:1", **spec):
    """It runs nothing: the scheduler finds no node for its pods."""
    pod = {"nodeSelector": {"no": "node"}, "containers": [{"name": "web", "image": image}]}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod}
    selector = {"matchLabels": {"app": "web"}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"selector": selector, "template": template, **spec},
    }


AUTOSCALER = {
    "apiVersion": "autoscaling/v2",
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "web"},
    "spec": {
        "minReplicas": 2,
        "maxReplicas": 9,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
    },
}


def scale(cluster, namespace, replicas):
    """As the HorizontalPodAutoscaler's controller does: through the subresource, under its own name."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web/scale"
    body = {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"replicas": replicas},
    }
    query = {"fieldManager": "kube-controller-manager"}
    cluster._json("PUT", path, "scale web", query=query, body=body)


def actions(made):
    return {f"{one['kind']}/{one['name']}": one["action"] for one in made["objects"] if one["kind"] != "ConfigMap"}


def generation(live):
    return live()["metadata"]["generation"]


def managers(live):
    return {
        entry["manager"]
        for entry in live()["metadata"]["managedFields"]
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
    }


def test_an_autoscaler_takes_over_without_one_replica_less(apply, live):
    apply(deployment(replicas=3))
    before = generation(live)
    predicted = apply(deployment(), AUTOSCALER, check_mode=True)
    made = apply(deployment(), AUTOSCALER)
    assert actions(predicted) == actions(made)
    assert actions(made) == {"Deployment/web": "unchanged", "HorizontalPodAutoscaler/web": "created"}
    assert live()["spec"]["replicas"] == 3
    # Not even for a moment: the generation counts every change of the spec.
    assert generation(live) == before
    assert managers(live) == {"fediverse.mastodon.replicas"}


def test_a_change_in_the_same_run_is_made_and_the_number_stays(apply, live):
    apply(deployment(replicas=3))
    made = apply(deployment(image="example.org/web:2"), AUTOSCALER)
    assert actions(made)["Deployment/web"] == "changed"
    assert "replicas" not in str(made["diff"][0]["before"])
    assert live()["spec"]["replicas"] == 3


def test_the_autoscaler_s_number_is_never_fought_over(cluster, namespace, apply, live):
    apply(deployment(replicas=3))
    apply(deployment(), AUTOSCALER)
    scale(cluster, namespace, 7)
    assert set(actions(apply(deployment(), AUTOSCALER)).values()) == {"unchanged"}
    assert actions(apply(deployment(image="example.org/web:2"), AUTOSCALER))["Deployment/web"] == "changed"
    assert live()["spec"]["replicas"] == 7
    assert managers(live) == {"kube-controller-manager"}


def test_a_number_that_comes_back_is_taken_back_once_its_autoscaler_leaves(cluster, namespace, apply, live):
    apply(deployment(), AUTOSCALER)
    scale(cluster, namespace, 7)
    predicted = apply(deployment(replicas=3), check_mode=True)
    made = apply(deployment(replicas=3))
    assert actions(predicted) == actions(made)
    assert actions(made) == {"Deployment/web": "changed", "HorizontalPodAutoscaler/web": "pruned"}
    assert live()["spec"]["replicas"] == 3
    assert managers(live) == {"fediverse.mastodon"}
    assert set(actions(apply(deployment(replicas=3))).values()) == {"unchanged"}


def test_on_before_it_ever_scaled_and_off_again(apply, live):
    apply(deployment(replicas=3))
    apply(deployment(), AUTOSCALER)
    apply(deployment(replicas=4))
    assert live()["spec"]["replicas"] == 4
    assert set(actions(apply(deployment(replicas=4))).values()) == {"unchanged"}


def test_an_autoscaler_that_is_not_of_the_set_is_named_and_left_alone(cluster, namespace, apply, live):
    apply(deployment(replicas=3))
    cluster.create({**AUTOSCALER, "metadata": {"name": "mine", "namespace": namespace}})
    scale(cluster, namespace, 7)
    with pytest.raises(Failure, match=r"\.spec\.replicas belongs to kube-controller-manager"):
        apply(deployment(replicas=3))
    assert live()["spec"]["replicas"] == 7


def test_other_fields_that_other_tools_own_are_no_part_of_that(cluster, namespace, apply, live):
    apply(deployment(), AUTOSCALER)
    scale(cluster, namespace, 7)
    other = deployment(image="example.org/web:other", minReadySeconds=9)
    cluster.apply({**other, "metadata": {"name": "web", "namespace": namespace}}, force=True, manager="helm")
    with pytest.raises(Failure, match="helm"):
        apply(deployment(replicas=3))
    assert live()["spec"]["replicas"] == 7
