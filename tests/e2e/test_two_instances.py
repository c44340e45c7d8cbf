"""Two instances from one inventory on one cluster, converged in parallel, do not touch each other."""

from __future__ import annotations

import pytest
from support.playbooks import kubectl, objects, prepare, site

pytestmark = pytest.mark.cluster


def instance(name):
    return {
        "mastodon_local_domain": f"{name}.test",
        "mastodon_namespace": f"e2e-{name}",
        "mastodon_owner_username": name,
        "mastodon_owner_email": f"{name}@{name}.test",
    }


INVENTORY = {name: instance(name) for name in ("north", "south")}
KINDS = "deployments,statefulsets,services,configmaps,secrets,clusters.postgresql.cnpg.io,httproutes"


def versions(name):
    """Every object of an instance with the version it has; operators' own bookkeeping aside."""
    return {
        f"{found['kind']} {found['metadata']['name']}": found["metadata"]["uid"]
        + str(found["metadata"].get("generation", ""))
        for found in objects(KINDS, f"e2e-{name}")
    }


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("two")


@pytest.fixture(scope="module")
def converged(scratch):
    for name in INVENTORY:
        kubectl("delete", "namespace", f"e2e-{name}", "--ignore-not-found")
    prepare(INVENTORY, scratch)
    yield site(INVENTORY, scratch, "--forks=2")
    for name in INVENTORY:
        kubectl("delete", "namespace", f"e2e-{name}", "--ignore-not-found", "--wait=false")


def test_both_are_converged_and_verified(converged):
    assert converged.code == 0, converged.output[-5000:]


def test_each_has_its_own_domain_secrets_and_owner(converged):
    for name in INVENTORY:
        domain = kubectl("-n", f"e2e-{name}", "get", "configmap/mastodon-web", "-o", "jsonpath={.data.LOCAL_DOMAIN}")
        assert domain == f"{name}.test"
    keys = {
        kubectl("-n", f"e2e-{name}", "get", "secret/mastodon-secrets", "-o", "jsonpath={.data.SECRET_KEY_BASE}")
        for name in INVENTORY
    }
    assert len(keys) == 2


def test_changing_one_leaves_the_other_alone(converged, scratch):
    before = versions("north")
    changed = {**INVENTORY, "south": {**INVENTORY["south"], "app_sizes": {"web": {"replicas": 2}}}}
    run = site(changed, scratch, "--limit=south")
    assert run.code == 0, run.output[-5000:]
    assert run.changed_objects.get("Deployment mastodon-web") == "changed"
    assert versions("north") == before


def test_a_run_over_both_then_changes_nothing_in_the_other(converged, scratch):
    run = site(INVENTORY, scratch, "--forks=2")
    assert run.code == 0, run.output[-5000:]
    assert {row["host"] for row in run.results if row["changed"]} <= {"south"}
