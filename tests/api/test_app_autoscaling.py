"""The role's own HorizontalPodAutoscaler and the controller that acts on it: switched on, deciding, switched off (T57).

No metrics-server is needed: whatever the load, the controller keeps the number within the bounds. No pod is started.
"""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._report import result
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._set import apply_set
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.app import manifests, render
from support.rails import until

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]
NAME = "mastodon-streaming"
# Two pods, up to four, for which the scheduler finds no node.
BASE = {"mastodon_profile": "small", "app_pod_spec": {"nodeSelector": {"no": "node"}}}
ON = {**BASE, "app_autoscaling": {"streaming": True}}


@pytest.fixture(name="cluster", scope="module")
def fixture_cluster():
    return connect({})


@pytest.fixture(name="namespace")
def fixture_namespace(cluster):
    name = f"app-autoscaling-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


@pytest.fixture(name="converge")
def fixture_converge(cluster, namespace, tmp_path):
    """Apply what the role renders of streaming; return what became of the Deployment and its autoscaler."""
    rendered = {}

    def converge(variables, **options):
        directory = tmp_path / str(variables == ON)
        if directory not in rendered:
            render(variables, directory, namespace)
            kinds = ("Deployment", "HorizontalPodAutoscaler")
            own = [one for one in manifests(directory) if one["kind"] in kinds and one["metadata"]["name"] == NAME]
            rendered[directory] = own
        made = result(apply_set(cluster, name="shop", namespace=namespace, manifests=rendered[directory], **options))
        return {one["kind"]: one["action"] for one in made["objects"] if one["kind"] != "ConfigMap"}

    return converge


def test_the_controller_decides_between_switching_on_and_off(cluster, namespace, converge):
    def deployment():
        return cluster.get("apps/v1", "Deployment", NAME, namespace)

    def replicas():
        return deployment()["spec"]["replicas"]

    converge(BASE)
    assert replicas() == 2
    generation = deployment()["metadata"]["generation"]
    assert converge(ON) == {"Deployment": "unchanged", "HorizontalPodAutoscaler": "created"}
    assert (replicas(), deployment()["metadata"]["generation"]) == (2, generation)

    # Somebody goes too far. The controller, and nothing of this test, ends what is above its bounds.
    body = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": NAME, "namespace": namespace}}
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{NAME}/scale"
    cluster._json("PUT", path, "scale it", query={"fieldManager": "somebody"}, body={**body, "spec": {"replicas": 9}})
    until(lambda: replicas() == 4)
    (decided,) = [
        entry["manager"]
        for entry in deployment()["metadata"]["managedFields"]
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
    ]
    assert decided == "kube-controller-manager"
    assert set(converge(ON).values()) == {"unchanged"}
    assert replicas() == 4

    predicted = converge(BASE, check_mode=True)
    assert converge(BASE) == predicted == {"Deployment": "changed", "HorizontalPodAutoscaler": "pruned"}
    assert replicas() == 2
    assert set(converge(BASE).values()) == {"unchanged"}
