"""Every manifest that the role edge can render is accepted by a real API server with the real schemas."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import redirect_objects
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError, UnknownKindError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.edge import VARIANTS, render

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]


@pytest.fixture(scope="module")
def cluster():
    return connect({})


@pytest.fixture(scope="module")
def namespace(cluster):
    name = f"edge-schemas-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


def try_out(cluster, manifest):
    try:
        cluster.apply(manifest, dry_run=True)
    except UnknownKindError as error:
        pytest.skip(f"{manifest['kind']} is not installed (tests/cluster/bed crds): {error}")


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_manifest_is_accepted(cluster, namespace, variant, tmp_path):
    render({**VARIANTS[variant], "mastodon_namespace": namespace}, tmp_path)
    for manifest in filter(None, yaml.safe_load_all((tmp_path / "out/edge.yaml").read_text())):
        assert manifest["metadata"]["namespace"] == namespace
        try_out(cluster, manifest)


@pytest.mark.parametrize(
    ("backend", "status"),
    [("gateway", 301), ("gateway", 302), ("gateway", 307), ("traefik", 301), ("traefik", 302), ("ingress", 301)],
)
def test_the_handle_s_objects_are_accepted_with_every_status(cluster, namespace, backend, status):
    handle = Handle(
        "example.org",
        "social.example.org",
        namespace,
        backend=backend,
        status=status,
        annotations={"a": "b"},
        gateway_section="https",
        certificate_secret="tls",
        ingress_class="nginx",
    )
    for manifest in redirect_objects(handle):
        try_out(cluster, manifest)


@pytest.mark.parametrize("backend", ["gateway", "traefik", "ingress"])
def test_a_field_that_no_schema_knows_is_refused(cluster, namespace, backend):
    manifest = redirect_objects(Handle("example.org", "social.example.org", namespace, backend=backend))[-1]
    manifest["spec"]["redirectEverything"] = True
    with pytest.raises(KubeError, match="redirectEverything") as refused:
        cluster.apply(manifest, dry_run=True)
    if isinstance(refused.value, UnknownKindError):
        pytest.skip(f"{manifest['kind']} is not installed (tests/cluster/bed crds)")
