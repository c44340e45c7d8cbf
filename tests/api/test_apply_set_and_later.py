"""What a set tells those that come after it: what is ready, what waits to be pruned, what the cluster knows better."""

from __future__ import annotations

import copy
import os
import sys
import time
import uuid
from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._anew import failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._keep import Keep
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._report import prunable, result
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._set import apply_set
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.modules import run

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
    name = f"engine-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


@pytest.fixture(name="outcomes")
def fixture_outcomes(cluster, namespace):
    def outcomes(manifests, **options):
        return apply_set(cluster, name="shop", namespace=namespace, manifests=copy.deepcopy(manifests), **options)

    return outcomes


def changes(outcomes):
    return {
        f"{one['kind']}/{one['name']}": one["action"]
        for one in result(outcomes)["objects"]
        if one["action"] not in ("unchanged", "kept")
    }


def config_map(name="settings", **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def job(**spec):
    """It runs nothing: the scheduler finds no node for its pod."""
    pod = {
        "nodeSelector": {"no": "node"},
        "restartPolicy": "Never",
        "containers": [{"name": "check", "image": "example.org/check:1"}],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "check"},
        "spec": {"template": {"spec": pod}, **spec},
    }


def deployment(replicas):
    pod = {"nodeSelector": {"no": "node"}, "containers": [{"name": "web", "image": "example.org/web:1"}]}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


GROWING = [Keep("ConfigMap/settings", "data.words", grow=True)]
ONCE = [Keep("ConfigMap/settings", "data.birth")]


def test_what_is_kept_is_sent_once(cluster, namespace, outcomes):
    outcomes([config_map(birth="first", other="a")], keep=ONCE)
    wanted = [config_map(birth="second", other="b")]
    assert changes(outcomes(wanted, keep=ONCE, check_mode=True)) == {"ConfigMap/settings": "changed"}
    assert changes(outcomes(wanted, keep=ONCE)) == {"ConfigMap/settings": "changed"}
    assert cluster.get("v1", "ConfigMap", "settings", namespace)["data"] == {"birth": "first", "other": "b"}
    assert changes(outcomes(wanted, keep=ONCE)) == {}


def test_what_is_kept_of_an_object_that_others_made(cluster, namespace, outcomes):
    made = config_map(birth="theirs")
    cluster.create({**made, "metadata": {"name": "settings", "namespace": namespace}})
    outcomes([config_map(birth="ours")], keep=ONCE)
    assert cluster.get("v1", "ConfigMap", "settings", namespace)["data"] == {"birth": "theirs"}


def test_words_are_added_and_never_lost(cluster, namespace, outcomes):
    for words in ("a", "b", "a"):
        outcomes([config_map(words=words)], keep=GROWING)
    assert cluster.get("v1", "ConfigMap", "settings", namespace)["data"] == {"words": "a b"}
    assert changes(outcomes([config_map(words="b a")], keep=GROWING)) == {}


def test_a_misspelt_object_to_keep_is_an_error(outcomes):
    with pytest.raises(Failure, match="keep names ConfigMap/settings"):
        outcomes([config_map("other")], keep=ONCE)


def test_what_waits_to_be_pruned_is_named_and_goes_later(outcomes):
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "none",
        },
    }
    outcomes([config_map(), config_map("old"), claim])
    assert prunable(outcomes([config_map()], prune=False)) == ["ConfigMap/old"]
    assert prunable(outcomes([config_map()], prune=False)) == ["ConfigMap/old"], "until it is pruned"
    gone = outcomes([config_map()])
    assert (changes(gone), prunable(gone)) == ({"ConfigMap/old": "pruned"}, [])


def test_an_empty_set_is_emptied_and_one_that_never_was_leaves_no_trace(outcomes, cluster, namespace):
    assert outcomes([]) == []
    assert cluster.get("v1", "ConfigMap", "shop-applyset", namespace) is None
    outcomes([config_map("old")])
    assert changes(outcomes([])) == {"ConfigMap/old": "pruned", "ConfigMap/shop-applyset": "changed"}
    assert changes(outcomes([])) == {}


def test_what_guards_data_stays_with_it_and_only_with_it(cluster, namespace, outcomes):
    guard = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "guard", "annotations": {"fediverse.mastodon/guards": "Secret/keys"}},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }
    keys = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"key": "hush"}}
    outcomes([config_map(), guard, keys])
    assert changes(outcomes([config_map()])) == {}
    outcomes([config_map(), guard, keys])
    assert changes(outcomes([config_map(), keys]))["NetworkPolicy/guard"] == "pruned"
    outcomes([config_map(), guard, keys])
    outcomes([config_map()])
    cluster.delete("v1", "Secret", "keys", namespace)
    assert changes(outcomes([config_map()]))["NetworkPolicy/guard"] == "pruned"


def await_failure(cluster, namespace):
    deadline = time.monotonic() + 60
    while not failure(cluster.get("batch/v1", "Job", "check", namespace)):
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_a_job_that_failed_is_made_anew(cluster, namespace, outcomes):
    check = job(activeDeadlineSeconds=2)
    outcomes([check])
    first = cluster.get("batch/v1", "Job", "check", namespace)["metadata"]["uid"]
    assert changes(outcomes([check])) == {}
    await_failure(cluster, namespace)
    assert changes(outcomes([check], check_mode=True)) == {"Job/check": "changed"}
    assert cluster.get("batch/v1", "Job", "check", namespace)["metadata"]["uid"] == first
    made = outcomes([check])
    assert changes(made) == {"Job/check": "changed"}
    assert "DeadlineExceeded" in str(result(made)["diff"])
    second = cluster.get("batch/v1", "Job", "check", namespace)["metadata"]["uid"]
    assert second != first
    assert changes(outcomes([check])) == {}
    assert cluster.get("batch/v1", "Job", "check", namespace)["metadata"]["uid"] == second


def applied(namespace, *manifests, **options):
    return run("apply_set", name="shop", namespace=namespace, manifests=list(manifests), **options).result


def test_ready_is_what_a_wait_would_find_at_once(namespace):
    assert not applied(namespace, deployment(0))["ready"], "something was changed"
    deadline = time.monotonic() + 60
    while not applied(namespace, deployment(0))["ready"]:
        assert time.monotonic() < deadline
        time.sleep(1)
    looked = run("wait_ready", "--check", namespace=namespace, manifests=[deployment(0)])
    assert [one["state"] for one in looked["objects"]] == ["ready"]
    assert not applied(namespace, deployment(1))["ready"]
    assert not applied(namespace, deployment(1))["ready"], "it has no pod yet"


def test_objects_are_shown_and_secrets_are_not(namespace):
    keys = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"key": "hush"}}
    shown = applied(namespace, config_map(a="1"), keys, show=["ConfigMap/settings"])["shown"]
    assert [(one["data"], "uid" in one["metadata"]) for one in shown] == [({"a": "1"}, True)]
    refused = run(
        "apply_set", name="shop", namespace=namespace, manifests=[config_map(a="1"), keys], show=["Secret/keys"]
    )
    assert refused.failed
    assert "never shown" in refused["msg"]
    assert "hush" not in refused.output
