"""A real CloudNativePG cluster through its states: absent, on its way, ready, changed, fenced, hibernated."""

from __future__ import annotations

import os
import uuid

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._cnpg import wait_for_postgresql

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make e2e)"
    ),
]

API_VERSION = "postgresql.cnpg.io/v1"


@pytest.fixture(name="cluster", scope="module")
def fixture_cluster():
    return connect({})


@pytest.fixture(name="namespace", scope="module")
def fixture_namespace(cluster):
    name = f"engine-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


@pytest.fixture(name="wait")
def fixture_wait(cluster, namespace, tmp_path):
    def wait(timeout=300, poolers=(), check_mode=False):
        return wait_for_postgresql(
            cluster,
            name="database",
            namespace=namespace,
            poolers=poolers,
            timeout=timeout,
            settle=5,
            progress=Progress(str(tmp_path / "lines")),
            check_mode=check_mode,
        )

    wait.lines = lambda: (tmp_path / "lines").read_text(encoding="utf-8")
    return wait


def apply(cluster, namespace, kind, name, spec):
    metadata = {"name": name, "namespace": namespace}
    cluster.apply({"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec})


def annotate(cluster, namespace, **annotations):
    named = {f"cnpg.io/{name}": value for name, value in annotations.items()}
    cluster.patch(API_VERSION, "Cluster", "database", namespace, {"metadata": {"annotations": named}})


def test_the_life_of_a_cluster(cluster, namespace, wait):
    assert wait(check_mode=True)["state"] == "absent"
    with pytest.raises(Failure, match="does not exist") as caught:
        wait(timeout=1)
    assert caught.value.result["state"] == "absent"

    spec = {
        "instances": 1,
        "imageName": "ghcr.io/cloudnative-pg/postgresql:17.6-system-trixie",
        "storage": {"size": "1Gi"},
    }
    apply(cluster, namespace, "Cluster", "database", spec)
    apply(
        cluster,
        namespace,
        "Pooler",
        "database-pooler",
        {"cluster": {"name": "database"}, "instances": 1, "type": "rw", "pgbouncer": {"poolMode": "transaction"}},
    )
    assert wait(check_mode=True)["state"] == "progressing"
    with pytest.raises(Failure, match="Not ready after 1 seconds") as caught:
        wait(timeout=1)
    assert caught.value.result["state"] == "progressing"
    found = wait(poolers=["database-pooler"])
    assert (found["state"], found["primary"], found["instances"], found["ready_instances"]) == (
        "ready",
        "database-1",
        1,
        1,
    )
    assert found["timeline"] == 1
    assert {one["kind"] for one in found["objects"]} == {"Cluster", "Pooler", "Deployment"}
    assert "Setting up primary" in wait.lines()

    names = {"serverAltDNSNames": ["database-pooler"]}
    apply(cluster, namespace, "Cluster", "database", {**spec, "certificates": names})
    wait()
    live = cluster.get(API_VERSION, "Cluster", "database", namespace)
    assert "database-pooler" in live["status"]["certificates"]["serverAltDNSNames"], (
        "it waited for the spec just applied"
    )

    annotate(cluster, namespace, fencedInstances='["*"]')
    with pytest.raises(
        Failure, match=r"fenced instances: all; lift it by removing the annotation cnpg\.io/fenced"
    ) as caught:
        wait()
    assert caught.value.result["state"] == "fenced"
    annotate(cluster, namespace, fencedInstances=None)
    wait()

    annotate(cluster, namespace, hibernation="on")
    with pytest.raises(
        Failure, match=r"it is hibernated: wake it with the annotation cnpg\.io/hibernation=off"
    ) as caught:
        wait()
    assert caught.value.result["state"] == "hibernated"
    assert wait(check_mode=True)["state"] == "hibernated"
