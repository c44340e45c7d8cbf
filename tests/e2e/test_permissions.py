"""A whole instance with no more rights than docs/permissions.md lists."""

from __future__ import annotations

import json

import pytest
from support.permissions import documents, granted
from support.playbooks import kubectl, objects, prepare, site

pytestmark = pytest.mark.cluster

NAMESPACE = "e2e-permissions"
# The test cluster's object store is a Service that only pods can look up.
STORE = "bed-s3"
RUNNER = f"system:serviceaccount:{NAMESPACE}:mastodon-runner"
INVENTORY = {
    "small": {
        "mastodon_local_domain": "permitted.test",
        "mastodon_web_domain": "social.permitted.test",
        "mastodon_namespace": NAMESPACE,
        "mastodon_owner_username": "alice",
        "mastodon_owner_email": "alice@permitted.test",
        "storage_backend": "s3",
        "storage_endpoint": f"http://s3.{STORE}.svc:7070",
        "storage_bucket": NAMESPACE,
        "storage_bucket_create": True,
    }
}


def manifests():
    runner = documents("runner.yaml", mastodon=NAMESPACE)
    return [*runner, *documents("store.yaml", mastodon=NAMESPACE, store=STORE)]


def bring(document, directory):
    file = directory / "object.json"
    file.write_text(json.dumps(document))
    kubectl("apply", "-f", str(file))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("permissions")


@pytest.fixture(scope="module")
def runner(scratch):
    """A kubeconfig with nothing but a token of the ServiceAccount; an administrator has made what the documents say."""
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    prepare(INVENTORY, scratch)
    for document in manifests():
        bring(document, scratch)
    config = json.loads(kubectl("config", "view", "--raw", "--minify", "-o", "json"))
    token = kubectl("-n", NAMESPACE, "create", "token", "mastodon-runner", "--duration=1h").strip()
    config["users"] = [{"name": config["contexts"][0]["context"]["user"], "user": {"token": token}}]
    file = scratch / "kubeconfig"
    file.write_text(json.dumps(config))
    yield file
    for document in manifests():
        metadata = document["metadata"]
        if metadata.get("namespace") != NAMESPACE:
            where = ["-n", metadata["namespace"]] if "namespace" in metadata else []
            kubectl(*where, "delete", document["kind"], metadata["name"], "--ignore-not-found")
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module")
def as_runner(runner, scratch):
    """Run site.yml as the ServiceAccount."""

    def run(*arguments):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KUBECONFIG", str(runner))
            patch.setenv("K8S_AUTH_KUBECONFIG", str(runner))
            return site(INVENTORY, scratch, *arguments)

    return run


@pytest.fixture(scope="module")
def converged(as_runner):
    return as_runner()


def test_a_whole_instance_comes_up(converged):
    assert converged.code == 0, converged.output[-5000:]


def test_the_second_run_changes_nothing(converged, as_runner):
    again = as_runner()
    assert again.code == 0, again.output[-5000:]
    assert again.changed_tasks == []


def policies():
    return [one["metadata"]["name"] for one in objects("networkpolicies", NAMESPACE)]


def test_what_leaves_the_manifests_is_taken_away(converged, as_runner):
    before = {f"NetworkPolicy {name}" for name in policies()}
    assert before != set()
    switches = {f"{role}_network_policy": False for role in ("app", "cache", "database")}
    pruned = as_runner("-e", json.dumps(switches))
    assert pruned.code == 0, pruned.output[-5000:]
    assert {name for name, action in pruned.changed_objects.items() if action == "pruned"} >= before
    assert policies() == []


@pytest.mark.parametrize(
    ("verb", "resource", "where"),
    [
        ("delete", "secrets", NAMESPACE),
        ("list", "secrets", NAMESPACE),
        ("delete", "persistentvolumeclaims", NAMESPACE),
        ("delete", "clusters.postgresql.cnpg.io", NAMESPACE),
        ("create", "rolebindings.rbac.authorization.k8s.io", NAMESPACE),
        ("get", "secrets", STORE),
        ("create", "pods", STORE),
        ("patch", "namespaces", STORE),
    ],
)
def test_the_runner_cannot_do_more(runner, verb, resource, where):
    answer = kubectl("--kubeconfig", str(runner), "-n", where, "auth", "can-i", verb, resource, check=False)
    assert answer.strip() == "no"


@pytest.fixture
def without_secrets(converged, scratch):
    """The Role without the rule about Secrets."""
    role = next(document for document in manifests() if document["kind"] == "Role")
    left = [rule for rule in role["rules"] if rule["resources"] != ["secrets"]]
    assert ("", "secrets") not in granted({"rules": left})
    bring({**role, "rules": left}, scratch)
    yield
    bring(role, scratch)


def test_a_missing_permission_is_named_with_its_cure(without_secrets, as_runner):
    refused = as_runner()
    assert refused.code != 0
    assert f"{RUNNER} lacks the permission to get secrets in namespace {NAMESPACE}." in refused.failures
    assert '{apiGroups: [""], resources: ["secrets"], verbs: ["get"]}' in refused.failures
    assert "docs/permissions.md" in refused.failures
