"""What needs no waiting, judged from objects that somebody has just read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._glance import all_ready


class Cluster:
    """Companions by name; everything that is asked for is noted."""

    clock = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)

    def __init__(self, **companions):
        self.companions = companions
        self.asked = []

    def get(self, _api_version, kind, name, _namespace=None):
        self.asked.append(f"{kind}/{name}")
        found = self.companions.get(kind)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture(name="web")
def fixture_web(recorded):
    return {"apiVersion": "apps/v1", "kind": "Deployment", **recorded("workloads", "ready")}


@pytest.fixture(name="pooler")
def fixture_pooler(recorded):
    return {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Pooler", **recorded("postgresql", "pooler")}


CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"}}


def test_what_needs_no_waiting_is_ready_and_costs_nothing(web):
    cluster = Cluster()
    assert all_ready(cluster, [CONFIG, web])
    assert cluster.asked == []


def test_one_that_is_not_ready_is_enough(web, recorded):
    starting = {"apiVersion": "apps/v1", "kind": "Deployment", **recorded("workloads", "starting")}
    assert not all_ready(Cluster(), [web, starting])


def test_what_changed_a_moment_ago_is_not_believed(web):
    web["metadata"]["managedFields"] = [{"time": "2026-11-21T11:59:57Z", "subresource": "status"}]
    assert not all_ready(Cluster(), [web])
    web["metadata"]["managedFields"] = [{"time": "2026-11-21T11:59:50Z", "subresource": "status"}]
    assert all_ready(Cluster(), [web])


def test_companions_are_read_and_judged(pooler, web, recorded):
    cluster = Cluster(Deployment=web)
    assert all_ready(cluster, [pooler])
    assert len(cluster.asked) == 1
    assert not all_ready(Cluster(), [pooler])
    assert not all_ready(Cluster(Deployment=recorded("workloads", "starting")), [pooler])


def test_what_may_not_be_read_is_left_to_the_wait(pooler):
    assert not all_ready(Cluster(Deployment=KubeError("read it", 403, {"message": "forbidden"})), [pooler])
