"""Every manifest that the role app can render is accepted by a real API server, its pods as restricted ones."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError, UnknownKindError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.app import VARIANTS, job_template, manifests, render

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
    name = f"app-schemas-{uuid.uuid4().hex[:8]}"
    # The dry run of a Pod is refused by what the standard does not allow; that of a Deployment would only warn.
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    # Pods name it, and a dry run does not leave it there for them.
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "mastodon", "namespace": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


def pod_of(template, namespace):
    metadata = {**template["metadata"], "name": "probe", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_manifest_and_every_pod_is_accepted(cluster, namespace, variant, tmp_path):
    render(VARIANTS[variant], tmp_path, namespace)
    for manifest in manifests(tmp_path):
        manifest["metadata"]["namespace"] = namespace
        try:
            cluster.apply(manifest, dry_run=True)
        except UnknownKindError as error:
            pytest.fail(f"{error} (tests/cluster/bed crds installs its schema)")
        if manifest["kind"] == "Deployment":
            cluster.apply(pod_of(manifest["spec"]["template"], namespace), dry_run=True)


def test_the_schemas_of_monitoring_and_of_autoscaling_are_asked(cluster, namespace, tmp_path):
    render(VARIANTS["monitored"], tmp_path, namespace)
    foreign = {
        "ScaledObject": ("spec", "scaleTargetRef"),
        "TriggerAuthentication": ("spec", "secretTargetRef"),
        "PodMonitor": ("spec", "selector"),
        "PrometheusRule": ("spec", "groups"),
    }
    for kind, path in foreign.items():
        manifest = next(one for one in manifests(tmp_path) if one["kind"] == kind)
        manifest[path[0]][path[1]] = 5
        with pytest.raises(KubeError, match=path[1]):
            cluster.apply(manifest, dry_run=True)


def test_the_template_of_jobs_is_accepted_once_it_has_a_command(cluster, namespace, tmp_path):
    render(VARIANTS["everything"], tmp_path, namespace)
    job = job_template(tmp_path)
    job["spec"]["template"]["spec"]["containers"][0]["command"] = ["bin/rails", "db:version"]
    cluster.apply(job, dry_run=True)
    cluster.apply(pod_of(job["spec"]["template"], namespace), dry_run=True)


def test_a_pod_that_is_not_restricted_is_refused(cluster, namespace, tmp_path):
    render({}, tmp_path, namespace)
    template = next(one for one in manifests(tmp_path) if one["kind"] == "Deployment")["spec"]["template"]
    del template["spec"]["containers"][0]["securityContext"]["capabilities"]
    with pytest.raises(KubeError, match="violates PodSecurity"):
        cluster.apply(pod_of(template, namespace), dry_run=True)


def test_a_field_that_no_schema_knows_is_refused(cluster, namespace, tmp_path):
    render({"app_pod_spec": {"tolerationz": []}}, tmp_path, namespace)
    deployment = next(one for one in manifests(tmp_path) if one["kind"] == "Deployment")
    with pytest.raises(KubeError, match="tolerationz"):
        cluster.apply(deployment, dry_run=True)
