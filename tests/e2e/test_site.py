"""The product as its user meets it: from nothing to an instance, back to the truth, and nothing the second time."""

from __future__ import annotations

import base64
import json

import pytest
from support.playbooks import kubectl, objects, prepare, site

pytestmark = pytest.mark.cluster

NAMESPACE = "e2e-site"
INVENTORY = {
    "split": {
        "mastodon_local_domain": "handle.test",
        "mastodon_web_domain": "social.handle.test",
        "mastodon_namespace": NAMESPACE,
        "mastodon_owner_username": "alice",
        "mastodon_owner_email": "alice@handle.test",
    }
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def fresh(scratch):
    """An empty namespace with what the administrator brings along."""
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    prepare(INVENTORY, scratch)
    yield
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module")
def predicted(fresh, scratch):
    return site(INVENTORY, scratch, "--check")


@pytest.fixture(scope="module")
def converged(predicted, scratch):
    """The first run, as loud as Ansible can be."""
    return site(INVENTORY, scratch, "-vvvv", "--diff")


def test_check_mode_touches_nothing_and_predicts_the_first_run(predicted, converged):
    assert predicted.code == 0, predicted.output
    assert converged.code == 0, converged.output[-5000:]
    assert predicted.changed_objects == converged.changed_objects
    assert predicted.changed_tasks == converged.changed_tasks


def test_every_pod_is_ready(converged):
    pods = [pod for pod in objects("pods", NAMESPACE) if pod["status"]["phase"] != "Succeeded"]
    assert {"web", "streaming"} <= {pod["metadata"]["labels"].get("app.kubernetes.io/component") for pod in pods}
    for pod in pods:
        ready = {c["type"]: c["status"] for c in pod["status"]["conditions"]}["Ready"]
        assert ready == "True", pod["metadata"]["name"]


def test_every_federation_verdict_is_ok(converged):
    verdicts = [verdict for row in converged.results for verdict in row["result"].get("verdicts") or ()]
    assert {"C1", "C2", "C3", "C4", "C5", "C6", "C8", "C9", "C10"} <= {
        v["clause"] for v in verdicts if v["verdict"] == "ok"
    }
    assert [v for v in verdicts if v["verdict"] not in ("ok", "skipped")] == []


def test_the_second_run_changes_nothing(converged, scratch):
    again = site(INVENTORY, scratch)
    assert again.code == 0, again.output[-5000:]
    assert again.changed_tasks == []


def secrets_of(namespace):
    """Every secret value in the namespace that is long enough to be searched for."""
    values = set()
    for secret in objects("secrets", namespace):
        public = {"username", "user", "email", "dbname", "host", "port", "ca.crt", "tls.crt"}
        for key, encoded in (secret.get("data") or {}).items():
            plain = base64.b64decode(encoded).decode("utf-8", "replace").strip()
            if key not in public and len(plain) >= 12:
                values |= {plain, encoded, base64.b64encode(plain.encode()).decode()}
    return values


def test_no_secret_is_ever_shown(converged):
    hidden = secrets_of(NAMESPACE)
    assert len(hidden) > 15
    places = {
        "the run's output": converged.output,
        "a ConfigMap": json.dumps(objects("configmaps", NAMESPACE)),
        "a Job": json.dumps(objects("jobs", NAMESPACE)),
        "an event": json.dumps(objects("events", NAMESPACE)),
        "a Deployment": json.dumps(objects("deployments,statefulsets", NAMESPACE)),
    }
    # The VAPID public key is public, and a part of what is searched for only because it lies in the same Secret.
    for place, text in places.items():
        shown = [value[:6] + "…" for value in hidden if value in text]
        assert shown == [], f"{place} shows secret values beginning with {shown}"


def test_drift_is_put_right_and_only_it_is_reported(converged, scratch):
    image = kubectl(
        "-n", NAMESPACE, "get", "deploy/mastodon-web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"
    )
    kubectl("-n", NAMESPACE, "set", "image", "deploy/mastodon-web", "*=docker.io/library/drifted:1")
    kubectl("-n", NAMESPACE, "delete", "service", "mastodon-streaming")
    kubectl("-n", NAMESPACE, "patch", "configmap", "mastodon-web", "-p", '{"data":{"LOCAL_DOMAIN":"drifted.test"}}')
    mended = site(INVENTORY, scratch)
    assert mended.code == 0, mended.output[-5000:]
    assert mended.changed_objects == {
        "Deployment mastodon-web": "changed",
        "Service mastodon-streaming": "created",
        "ConfigMap mastodon-web": "changed",
    }
    live = kubectl(
        "-n", NAMESPACE, "get", "deploy/mastodon-web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"
    )
    assert live == image
    assert (
        kubectl("-n", NAMESPACE, "get", "configmap/mastodon-web", "-o", "jsonpath={.data.LOCAL_DOMAIN}")
        == "handle.test"
    )
