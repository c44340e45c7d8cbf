"""Taking an instance away on a real API server: what goes, in which order, and what stays without the domain's name."""

from __future__ import annotations

import os
import uuid

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._keep import called
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._members import GUARDS
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._set import apply_set
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_pin import Domains
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_pin import manifest as pin
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
from ansible_collections.fediverse.mastodon.plugins.module_utils._labels import labels
from ansible_collections.fediverse.mastodon.plugins.module_utils._remove import _remove
from ansible_collections.fediverse.mastodon.plugins.module_utils._remove._remove import nothing_there, remove

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]

DOMAIN = "remove.test"
POD = {"restartPolicy": "Never", "containers": [{"name": "one", "image": "example.org/one:1"}]}


@pytest.fixture(name="cluster", scope="module")
def fixture_cluster():
    return connect({})


@pytest.fixture(name="namespace")
def fixture_namespace(cluster):
    name = f"remove-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


def made(kind, name, namespace, api_version="v1", annotations=None, **rest):
    metadata = {"name": name, "namespace": namespace, "labels": labels(namespace, "test")}
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def claim(name, namespace):
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "none"}
    return made("PersistentVolumeClaim", name, namespace, spec=spec)


def guard(name, namespace):
    policy = {"podSelector": {}, "policyTypes": ["Ingress"]}
    annotations = {GUARDS: "PersistentVolumeClaim/mastodon-queue"}
    return made("NetworkPolicy", name, namespace, "networking.k8s.io/v1", annotations, spec=policy)


@pytest.fixture(name="instance")
def fixture_instance(cluster, namespace):
    """The shape of an instance, of which nothing runs: sets, what modules make, data, and what others made."""
    sets = {
        "mastodon-edge": [made("ConfigMap", "edge", namespace, data={"a": "b"})],
        "mastodon-app": [made("Service", "app", namespace, spec={"ports": [{"port": 1}]})],
        "mastodon-cache": [claim("mastodon-queue", namespace), guard("mastodon-queue", namespace)],
    }
    for name, manifests in sets.items():
        apply_set(cluster, name=name, namespace=namespace, manifests=manifests)
    job = {"suspend": True, "template": {"spec": POD}}
    cluster.create(made("Job", "mastodon-migrate-x", namespace, "batch/v1", spec=job))
    cluster.create(made("Secret", "mastodon-secrets", namespace, stringData={"key": "x"}))
    cluster.create(pin(namespace, Domains(DOMAIN, DOMAIN)))
    cluster.create(made("ConfigMap", "mastodon-migrations", namespace, data={"version": "1"}))
    cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "theirs", "namespace": namespace}})
    return namespace


def standing(cluster, namespace):
    kinds = [
        *(("v1", kind) for kind in ("Service", "Secret", "ConfigMap", "PersistentVolumeClaim")),
        *(("batch/v1", "Job"), ("networking.k8s.io/v1", "NetworkPolicy")),
    ]
    found = {called(one) for kind in kinds for one in cluster.list(*kind, namespace) if not leaving(one)}
    return found - {"ConfigMap/kube-root-ca.crt"}


def leaving(one):
    return bool(one["metadata"].get("deletionTimestamp"))


def pruned(outcomes):
    return [called(outcome.object) for outcome in outcomes if outcome.action == "pruned"]


DATA = {"PersistentVolumeClaim/mastodon-queue", "Secret/mastodon-secrets"}
GONE = ["ConfigMap/edge", "Service/app", "Job/mastodon-migrate-x"]


def test_everything_goes_from_the_edge_inwards_but_the_data(cluster, instance):
    before = standing(cluster, instance)
    predicted, _remaining = remove(cluster, instance, DOMAIN, check_mode=True)
    assert standing(cluster, instance) == before
    outcomes, remaining = remove(cluster, instance, DOMAIN)
    assert pruned(predicted) == pruned(outcomes) == GONE
    assert {called(one) for one in remaining} == DATA
    after = standing(cluster, instance)
    assert before - after == set(GONE)
    # What admits to the data's pods stays with them.
    assert after >= DATA | {"NetworkPolicy/mastodon-queue", "ConfigMap/mastodon-domains", "Secret/theirs"}
    assert pruned(remove(cluster, instance, DOMAIN)[0]) == []


def test_what_stayed_is_taken_up_again(cluster, instance):
    uid = cluster.get("v1", "PersistentVolumeClaim", "mastodon-queue", instance)["metadata"]["uid"]
    remove(cluster, instance, DOMAIN)
    manifests = [claim("mastodon-queue", instance), guard("mastodon-queue", instance)]
    outcomes = apply_set(cluster, name="mastodon-cache", namespace=instance, manifests=manifests)
    assert {outcome.action for outcome in outcomes} == {"unchanged"}
    assert cluster.get("v1", "PersistentVolumeClaim", "mastodon-queue", instance)["metadata"]["uid"] == uid


def test_its_domain_deletes_the_data_too_and_the_pin_last(cluster, instance):
    before = standing(cluster, instance)
    predicted, _remaining = remove(cluster, instance, DOMAIN, data=DOMAIN, check_mode=True)
    assert standing(cluster, instance) == before
    outcomes, remaining = remove(cluster, instance, DOMAIN, data=DOMAIN)
    assert pruned(predicted) == pruned(outcomes)
    assert remaining == []
    assert standing(cluster, instance) == {"Secret/theirs"}
    ours = [name for name in pruned(outcomes) if not name.endswith("-applyset")]
    assert ours[-1] == "ConfigMap/mastodon-domains"
    assert pruned(remove(cluster, instance, DOMAIN, data=DOMAIN)[0]) == []


@pytest.mark.parametrize("data", ["yes", "other.test", DOMAIN.upper(), f"{DOMAIN} "])
def test_no_other_word_deletes_anything(cluster, instance, data):
    before = standing(cluster, instance)
    with pytest.raises(Failure, match="Nothing was touched"):
        remove(cluster, instance, DOMAIN, data=data)
    assert standing(cluster, instance) == before


@pytest.mark.parametrize("data", ["", "other.test"])
def test_another_instance_is_left_alone(cluster, instance, data):
    before = standing(cluster, instance)
    with pytest.raises(Failure, match=r"holds the instance remove\.test, not other\.test, as ConfigMap mastodon-d"):
        remove(cluster, instance, "other.test", data=data)
    assert standing(cluster, instance) == before


@pytest.fixture(name="unpinned")
def fixture_unpinned(cluster, instance):
    """An instance that runs and was never verified, as one is whose DNS or certificate is still missing."""
    cluster.delete("v1", "ConfigMap", "mastodon-domains", instance)
    web = made("ConfigMap", "mastodon-web", instance, data={"LOCAL_DOMAIN": DOMAIN})
    service = made("Service", "app", instance, spec={"ports": [{"port": 1}]})
    apply_set(cluster, name="mastodon-app", namespace=instance, manifests=[web, service])
    return instance


@pytest.mark.parametrize("data", ["", "other.test"])
def test_another_instance_is_left_alone_before_it_is_pinned_too(cluster, unpinned, data):
    before = standing(cluster, unpinned)
    with pytest.raises(Failure, match=r"holds the instance remove\.test, not other\.test, as ConfigMap mastodon-web"):
        remove(cluster, unpinned, "other.test", data=data)
    assert standing(cluster, unpinned) == before


def test_what_remains_of_an_instance_without_a_pin_is_known_to_be_its_own(cluster, unpinned):
    predicted, _remaining = remove(cluster, unpinned, DOMAIN, check_mode=True)
    outcomes, _remaining = remove(cluster, unpinned, DOMAIN)
    assert [(one.action, one.ref) for one in predicted] == [(one.action, one.ref) for one in outcomes]
    assert "ConfigMap/mastodon-web" not in standing(cluster, unpinned)
    assert not any(outcome.changed for outcome in remove(cluster, unpinned, DOMAIN)[0])
    with pytest.raises(Failure, match="ConfigMap mastodon-instance"):
        remove(cluster, unpinned, "other.test", data="other.test")
    remove(cluster, unpinned, DOMAIN, data=DOMAIN)
    assert standing(cluster, unpinned) == {"Secret/theirs"}


def test_an_instance_without_a_pin_is_deleted_with_its_data_at_once(cluster, unpinned):
    predicted, _remaining = remove(cluster, unpinned, DOMAIN, data=DOMAIN, check_mode=True)
    outcomes, _remaining = remove(cluster, unpinned, DOMAIN, data=DOMAIN)
    assert [one.ref for one in predicted] == [one.ref for one in outcomes]
    assert {one.action for one in outcomes} == {"pruned"}
    assert standing(cluster, unpinned) == {"Secret/theirs"}


def test_a_removal_that_was_cut_short_still_knows_whose_data_these_are(cluster, unpinned, monkeypatch):
    def fails(*_arguments, **_options):
        raise RuntimeError("cut short")

    with monkeypatch.context() as cut:
        cut.setattr(_remove, "_data", fails)
        with pytest.raises(RuntimeError, match="cut short"):
            remove(cluster, unpinned, DOMAIN, data=DOMAIN)
    assert standing(cluster, unpinned) >= DATA
    with pytest.raises(Failure, match="Nothing was touched"):
        remove(cluster, unpinned, "other.test", data="other.test")
    remove(cluster, unpinned, DOMAIN, data=DOMAIN)
    assert standing(cluster, unpinned) == {"Secret/theirs"}


def test_data_of_which_nothing_says_whose_they_are_stay(cluster, instance):
    cluster.delete("v1", "ConfigMap", "mastodon-domains", instance)
    before = standing(cluster, instance)
    with pytest.raises(Failure, match=rf"nothing there says .* of remove\.test.*kubectl delete namespace {instance}"):
        remove(cluster, instance, DOMAIN, data=DOMAIN)
    assert standing(cluster, instance) == before
    remove(cluster, instance, DOMAIN)
    assert standing(cluster, instance) >= DATA


def test_what_the_user_let_it_apply_stays_and_is_told(cluster, instance):
    """Extra manifests have the labels that their author gave them."""
    mine = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mine"}, "stringData": {"a": "b"}}
    apply_set(cluster, name="mastodon-app", namespace=instance, manifests=[mine])
    assert {called(one) for one in remove(cluster, instance, DOMAIN, check_mode=True)[1]} == {*DATA, "Secret/mine"}
    for check_mode in (True, False):
        outcomes, remaining = remove(cluster, instance, DOMAIN, data=DOMAIN, check_mode=check_mode)
        assert {called(one) for one in remaining} == {"Secret/mine"}
        assert [called(one.object) for one in outcomes if one.action == "kept"] == ["Secret/mine"]
    assert standing(cluster, instance) == {"Secret/theirs", "Secret/mine"}


def test_a_bucket_is_never_deleted_with_its_claim(cluster, instance):
    spec = {"storageClassName": "none", "generateBucketName": "media"}
    bucket = cluster.create(made("ObjectBucketClaim", "media", instance, "objectbucket.io/v1alpha1", spec=spec))
    for data in ("", DOMAIN):
        assert "ObjectBucketClaim/media" in {called(one) for one in remove(cluster, instance, DOMAIN, data=data)[1]}
    left = cluster.get("objectbucket.io/v1alpha1", "ObjectBucketClaim", "media", instance)
    assert left["metadata"]["uid"] == bucket["metadata"]["uid"]
    assert not leaving(left)


def test_what_is_being_deleted_already_is_not_deleted_again(cluster, instance):
    """As a volume is, until the last pod that uses it is gone."""
    held = {"metadata": {"finalizers": ["example.org/held"]}}
    cluster.patch("v1", "PersistentVolumeClaim", "mastodon-queue", instance, held)
    assert "PersistentVolumeClaim/mastodon-queue" in pruned(remove(cluster, instance, DOMAIN, data=DOMAIN)[0])
    assert leaving(cluster.get("v1", "PersistentVolumeClaim", "mastodon-queue", instance))
    assert pruned(remove(cluster, instance, DOMAIN, data=DOMAIN)[0]) == []
    freed = {"metadata": {"finalizers": None}}
    cluster.patch("v1", "PersistentVolumeClaim", "mastodon-queue", instance, freed)


def test_where_there_is_nothing_nothing_happens(cluster):
    assert remove(cluster, "there-is-no-such-namespace", DOMAIN) == ([], [])
    assert nothing_there(cluster, "there-is-no-such-namespace", [], [])


def test_an_instance_whose_record_alone_is_left_is_not_nothing(cluster, instance):
    assert not nothing_there(cluster, instance, [], [])
    remove(cluster, instance, DOMAIN, data=DOMAIN)
    assert nothing_there(cluster, instance, *remove(cluster, instance, DOMAIN, data=DOMAIN))


def test_what_came_from_files_is_not_taken_away_in_parts(cluster, instance):
    labelled = {"matchLabels": {"app": "web"}}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": POD["containers"]}}
    spec = {"replicas": 0, "selector": labelled, "template": template}
    cluster.create(made("Deployment", "mastodon-web", instance, "apps/v1", spec=spec))
    before = standing(cluster, instance)
    for data in ("", DOMAIN):
        with pytest.raises(Failure, match=r"Deployment .*mastodon-web.*kubectl delete -f.*Nothing was touched"):
            remove(cluster, instance, DOMAIN, data=data)
    assert standing(cluster, instance) == before
    cluster.delete("apps/v1", "Deployment", "mastodon-web", instance)
    assert pruned(remove(cluster, instance, DOMAIN)[0]) == GONE
