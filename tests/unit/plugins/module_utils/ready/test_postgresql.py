"""CloudNativePG's objects, as its operator reports them."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._postgresql import (
    TERMINAL,
    backup,
    cluster,
    database,
    fenced_instances,
    pooler,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._state import Failed, Progressing, Ready


def test_a_healthy_cluster_is_ready(recorded):
    assert cluster(recorded("postgresql", "healthy")) == Ready()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("setting_up", "Setting up primary (Creating primary instance database-1)"),
        ("upgrading", "Upgrading Postgres major version (Upgrading cluster to major version 99)"),
    ],
)
def test_a_cluster_on_its_way_tells_phase_and_reason(recorded, name, reason):
    assert cluster(recorded("postgresql", name)) == Progressing(reason)


@pytest.mark.parametrize(("name", "word"), [("hibernated", "hibernated"), ("fenced", "fenced instances: all")])
def test_phase_and_ready_condition_are_not_believed_of_a_cluster_that_stands_down(recorded, name, word):
    item = recorded("postgresql", name)
    assert item["status"]["phase"] == "Cluster in healthy state"
    assert next(one["status"] for one in item["status"]["conditions"] if one["type"] == "Ready") == "True"
    state = cluster(item)
    assert isinstance(state, Failed)
    assert word in state.reason


def test_a_cluster_that_the_operator_must_not_touch_is_not_waited_for(recorded):
    item = recorded("postgresql", "setting_up")
    item["metadata"]["annotations"] = {"cnpg.io/reconciliationLoop": "disabled"}
    assert isinstance(cluster(item), Failed)


@pytest.mark.parametrize("phase", sorted(TERMINAL))
def test_a_phase_without_a_way_out_fails(recorded, phase):
    item = recorded("postgresql", "healthy")
    item["status"] |= {"phase": phase, "phaseReason": "because"}
    assert cluster(item) == Failed(f"{phase} (because)")


def test_more_instances_than_are_there_are_waited_for(recorded):
    item = recorded("postgresql", "healthy")
    item["spec"]["instances"] = 3
    assert cluster(item) == Progressing("1 of 3 instances are ready")


def test_a_switchover_is_waited_for(recorded):
    item = recorded("postgresql", "healthy")
    item["status"]["targetPrimary"] = "database-2"
    assert cluster(item) == Progressing("the primary moves from database-1 to database-2")


def test_an_image_that_does_not_run_yet_is_waited_for(recorded):
    item = recorded("postgresql", "healthy")
    item["spec"]["imageName"] = "ghcr.io/cloudnative-pg/postgresql:18.4"
    assert cluster(item) == Progressing("image ghcr.io/cloudnative-pg/postgresql:18.4 is not running yet")


def test_a_name_that_the_certificate_lacks_is_waited_for(recorded):
    item = recorded("postgresql", "healthy")
    item["spec"]["certificates"] = {"serverAltDNSNames": ["database-pooler"]}
    assert cluster(item) == Progressing("the server's certificate does not have database-pooler yet")


def test_an_archive_that_takes_no_wal_is_waited_for(recorded):
    item = recorded("postgresql", "healthy")
    archiving = next(one for one in item["status"]["conditions"] if one["type"] == "ContinuousArchiving")
    archiving |= {"status": "False", "reason": "ContinuousArchivingFailing", "message": "Expected empty archive"}
    assert cluster(item) == Ready(), "the spec asks for no archive"
    item["spec"]["plugins"] = [{"name": "barman-cloud.cloudnative-pg.io", "isWALArchiver": True}]
    assert "Expected empty archive" in cluster(item).reason
    item["spec"]["plugins"][0]["enabled"] = False
    assert cluster(item) == Ready()


@pytest.mark.parametrize(
    ("annotation", "names"),
    [(None, []), ("[]", []), ('["*"]', ["all"]), ('["db-1","db-2"]', ["db-1", "db-2"]), ("nonsense", ["nonsense"])],
)
def test_the_fencing_annotation(annotation, names):
    assert fenced_instances(annotation) == names


def test_an_active_pooler_is_ready_as_far_as_it_can_tell(recorded):
    item = recorded("postgresql", "pooler")
    assert pooler(item) == Ready()
    item["status"] = {}
    assert pooler(item) == Progressing("phase not set")


def test_a_pooler_that_failed_is_doubtful_and_a_paused_one_is_not_waited_for(recorded):
    item = recorded("postgresql", "pooler")
    item["status"] = {"phase": "failed", "phaseReason": "cluster database not found"}
    assert pooler(item) == Progressing("cluster database not found", doubtful=True)
    item["status"] = {"phase": "paused"}
    assert isinstance(pooler(item), Failed)


def test_a_database_must_be_applied_for_this_spec(recorded):
    item = recorded("postgresql", "database_applied")
    assert database(item) == Ready()
    item["metadata"]["generation"] += 1
    assert database(item) == Progressing("not applied yet")


def test_only_what_postgresql_itself_refuses_is_doubtful(recorded):
    item = recorded("postgresql", "database_refused")
    assert database(item).doubtful
    item["status"]["message"] = "while scanning if database exists: dial error: connection refused"
    assert not database(item).doubtful


def test_a_backup_ends_well_or_badly(recorded):
    item = recorded("postgresql", "backup_failed")
    assert backup(item) == Failed("cannot proceed with the backup as the cluster has no backup section")
    item["status"] = {"phase": "completed"}
    assert backup(item) == Ready()
    item["status"] = {"phase": "running"}
    assert backup(item) == Progressing("phase running")
