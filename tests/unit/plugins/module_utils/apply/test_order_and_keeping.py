"""What is applied first, and what is never pruned."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._members import (
    contents,
    holding_data,
    key,
    why_kept,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._order import ordered


def made(kind, name="x", api_version="v1", namespace="shop", **metadata):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace, **metadata}}


def test_what_others_refer_to_comes_first_and_the_rest_keeps_its_order():
    kinds = ["Deployment", "Service", "HTTPRoute", "ConfigMap", "Cluster", "Secret", "Namespace"]
    found = [one["kind"] for one in ordered([made(kind) for kind in kinds])]
    assert found == ["Namespace", "Secret", "ConfigMap", "Service", "Deployment", "HTTPRoute", "Cluster"]


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("v1", "PersistentVolumeClaim"),
        ("v1", "Secret"),
        ("postgresql.cnpg.io/v1", "Cluster"),
        ("postgresql.cnpg.io/v1", "Database"),
        ("objectbucket.io/v1alpha1", "ObjectBucketClaim"),
    ],
)
def test_data_is_kept(api_version, kind):
    assert why_kept(made(kind, api_version=api_version)) == "it holds data"


def test_what_an_operator_made_is_its_owners_affair():
    assert why_kept(made("ConfigMap", ownerReferences=[{"uid": "1", "controller": True}]))
    assert why_kept(made("ConfigMap", ownerReferences=[{"uid": "1"}])) is None


def test_what_is_being_deleted_is_not_deleted_again():
    assert why_kept(made("ConfigMap", deletionTimestamp="2026-11-21T05:40:00Z")) == "it is being deleted already"


@pytest.mark.parametrize(("api_version", "kind"), [("apps/v1", "Deployment"), ("example.org/v1", "Cluster")])
def test_everything_else_may_go(api_version, kind):
    assert why_kept(made(kind, api_version=api_version)) is None


def test_the_version_does_not_make_another_object():
    assert key(made("HTTPRoute", api_version="g/v1")) == key(made("HTTPRoute", api_version="g/v1beta1"))


def test_contents_are_the_kinds_and_namespaces_of_the_objects():
    found = contents(
        [made("Service"), made("Deployment", api_version="apps/v1", namespace="other"), made("A", namespace=None)]
    )
    assert found.group_kinds == {"Service", "Deployment.apps", "A"}
    assert found.namespaces == {"shop", "other"}


def test_what_guards_data_stays_as_long_as_the_data():
    guard = made("NetworkPolicy", annotations={"fediverse.mastodon/guards": "Cluster/db"})
    cluster = made("Cluster", name="db", api_version="postgresql.cnpg.io/v1")
    assert why_kept(guard, holding_data([guard, cluster])) == "it guards Cluster/db"
    assert why_kept(guard, holding_data([guard])) is None
