"""Upgrades on a real API server: the check that comes before everything, and what is stopped and applied afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._apply import apply_one
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._labels import labels
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import BEFORE, Goal, Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._standstill import Processes, go_on
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._check import check_upgrade
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import Consent
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._version import version
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._workloads import PROCESS_LABEL

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]

OLD, NEW = "mastodon:v4.5.15", "mastodon:v4.6.5"
GOAL = Goal(BEFORE, NEW, "db")


@pytest.fixture(scope="module")
def cluster():
    return connect({})


@pytest.fixture
def namespace(cluster):
    name = f"upgrade-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


def recorded(cluster, namespace, image=OLD):
    database = f"cnpg/{namespace}/mastodon-database/mastodon"
    _record.write(cluster, namespace, None, Record(database, image, image, 0, "2026-01-01T00:00:00Z"))


def backup(cluster, namespace, age):
    """A Backup as CloudNativePG leaves it, of a Cluster that is not there, so that nobody works on it."""
    spec = {"cluster": {"name": "mastodon-database"}}
    metadata = {"name": "by-hand", "namespace": namespace}
    cluster.create({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Backup", "metadata": metadata, "spec": spec})
    ended = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    patch = json.dumps({"status": {"phase": "completed", "stoppedAt": ended}})
    command = ["kubectl", "-n", namespace, "patch", "backup.postgresql.cnpg.io", "by-hand", "--subresource=status"]
    subprocess.run([*command, "--type=merge", "-p", patch], check=True, stdout=subprocess.DEVNULL)


def check(cluster, namespace, wanted="4.6.5", **consent):
    return check_upgrade(cluster, namespace, version(wanted), Consent(**consent))


def test_a_namespace_that_is_not_there_may_have_any_version(cluster):
    assert check(cluster, "nowhere-at-all")["present"] is None


def test_an_upgrade_needs_a_backup_of_the_last_day(cluster, namespace):
    recorded(cluster, namespace)
    with pytest.raises(Failure, match="no completed Backup"):
        check(cluster, namespace)
    backup(cluster, namespace, timedelta(hours=23))
    assert check(cluster, namespace)["present"] == "4.5.15"
    with pytest.raises(Failure, match="by-hand"):
        check(cluster, namespace, backup_max_age=3600)


def deployment(namespace, workload, replicas):
    """Of an instance; nowhere is there a node for its Pods."""
    process = workload.partition("-")[0]
    own = labels(namespace, process)
    pod = {
        "nodeSelector": {"nowhere": "true"},
        "containers": [{"name": process, "image": NEW}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"mastodon-{workload}", "namespace": namespace, "labels": own},
        "spec": {
            **({"replicas": replicas} if replicas is not None else {}),
            "selector": {"matchLabels": own},
            "template": {"metadata": {"labels": {**own, PROCESS_LABEL: process}}, "spec": pod},
        },
    }


def replicas(cluster, namespace, workload):
    return cluster.get("apps/v1", "Deployment", f"mastodon-{workload}", namespace)["spec"]["replicas"]


def test_what_stood_still_goes_on_as_applied_or_as_it_was(cluster, namespace):
    web, autoscaled = deployment(namespace, "web", 2), deployment(namespace, "sidekiq-all", None)
    for manifest in (web, autoscaled):
        apply_one(cluster, manifest, check_mode=False)
    cluster.patch("apps/v1", "Deployment", "mastodon-sidekiq-all", namespace, {"spec": {"replicas": 3}})
    processes = Processes(cluster, namespace, Progress(None))
    assert processes.moving() == {
        "Deployment": {"mastodon-sidekiq-all": {"replicas": 3}, "mastodon-web": {"replicas": 2}}
    }
    processes.stop(None, timeout=60)
    assert processes.moving() == {}
    assert cluster.list("v1", "Pod", namespace) == []

    assert apply_one(cluster, web, check_mode=False).action == "changed", "the replicas are taken back without force"
    assert apply_one(cluster, autoscaled, check_mode=False).action == "unchanged"
    assert (replicas(cluster, namespace, "web"), replicas(cluster, namespace, "sidekiq-all")) == (2, 0)
    assert go_on(cluster, namespace, GOAL, Progress(None), check_mode=True)["changed"]
    assert replicas(cluster, namespace, "sidekiq-all") == 0
    assert go_on(cluster, namespace, GOAL, Progress(None), check_mode=False)["changed"]
    assert replicas(cluster, namespace, "sidekiq-all") == 3
    for manifest in (web, autoscaled):
        assert apply_one(cluster, manifest, check_mode=False).action == "unchanged"
    assert go_on(cluster, namespace, GOAL, Progress(None), check_mode=False)["changed"] is False
