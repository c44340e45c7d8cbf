"""Every manifest that the backing services' roles can render is accepted by a real API server with the real schemas."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.backing import VARIANTS, render

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
    name = f"backing-schemas-{uuid.uuid4().hex[:8]}"
    # What Pod Security would refuse is told as a warning by the dry run of a workload, and as an error for a Pod.
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    yield name
    cluster.delete("v1", "Namespace", name)


def rendered(variant, directory, namespace):
    render(VARIANTS[variant], directory, namespace)
    return [one for file in sorted((directory / "out").iterdir()) for one in yaml.safe_load_all(file.read_text())]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_manifest_is_accepted(cluster, namespace, variant, tmp_path):
    manifests = rendered(variant, tmp_path, namespace)
    assert manifests
    for manifest in manifests:
        cluster.apply(manifest, dry_run=True)
        if manifest["kind"] in ("Job", "StatefulSet"):
            template = manifest["spec"]["template"]
            metadata = {"name": "probe", "namespace": namespace, "labels": template["metadata"]["labels"]}
            cluster.apply(
                {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}, dry_run=True
            )


def test_a_field_that_no_schema_knows_is_refused(cluster, namespace, tmp_path):
    (manifest, *_others) = [one for one in rendered("default", tmp_path, namespace) if one["kind"] == "Pooler"]
    manifest["spec"]["pgbouncer"]["poolmode"] = "transaction"
    with pytest.raises(KubeError, match="poolmode"):
        cluster.apply(manifest, dry_run=True)
