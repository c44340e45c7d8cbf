"""What the cluster tells: the present version, the backups, and an upgrade that has begun."""

from datetime import UTC, datetime

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._client import UnknownKindError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._backup import cluster_of
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._check import check_upgrade
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import Consent
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._version import version

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CNPG = "cnpg/social/mastodon-database/mastodon"


class Cluster:
    clock = NOW

    def __init__(self, *, record=None, web=None, backups=(), jobs=()):
        self.backups, self.jobs, self.asked = backups, list(jobs), []
        self.web = web and {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": web}]}}}}
        self.record = None
        if record:
            _record.write(self, "social", None, record)

    def create(self, manifest):
        self.record = manifest

    def get(self, _version, kind, _name, _namespace):
        self.asked.append(kind)
        return self.record if kind == "ConfigMap" else self.web

    def list(self, _version, kind, _namespace, *, labels=""):
        self.asked.append(kind)
        if kind == "Backup":
            if self.backups is None:
                raise UnknownKindError("postgresql.cnpg.io/v1", "Backup")
            return list(self.backups)
        return self.jobs


def recorded(image="mastodon:v4.5.15", database=CNPG):
    return Record(database, image, image, 0, "2026-01-01T00:00:00Z")


def backup(ended, phase="completed", cluster="mastodon-database", name="daily"):
    status = {"phase": phase, **({"stoppedAt": ended} if ended else {})}
    metadata = {"name": name, "creationTimestamp": "2026-03-01T00:00:00Z"}
    return {"metadata": metadata, "spec": {"cluster": {"name": cluster}}, "status": status}


def job(created, image="mastodon:v4.6.5"):
    return {"metadata": {"creationTimestamp": created, "annotations": {"fediverse.mastodon/image": image}}}


def checked(cluster, wanted="4.6.5", **consent):
    return check_upgrade(cluster, "social", version(wanted), Consent(**consent))


FRESH = backup("2026-03-10T02:00:00Z")
STALE = backup("2026-03-08T02:00:00Z")


@pytest.mark.parametrize("web", [None, "mastodon:nightly"])
def test_a_new_instance_may_be_of_any_version(web):
    found = checked(Cluster(web=web), "3.0.0")
    assert (found["changed"], found["present"]) == (False, None)


def test_an_instance_that_stays_costs_one_read():
    cluster = Cluster(record=recorded("mastodon:v4.6.5"))
    assert checked(cluster)["present"] == "4.6.5"
    assert cluster.asked == ["ConfigMap"]


def test_without_a_record_the_running_version_counts():
    with pytest.raises(Failure, match=r"4\.7\.0 -> 4\.6\.5"):
        checked(Cluster(web="mastodon:v4.7.0"))


def test_the_record_counts_before_the_running_version():
    assert checked(Cluster(record=recorded(), web="mastodon:v4.7.0", backups=[FRESH]))["present"] == "4.5.15"


@pytest.mark.parametrize(
    ("backups", "said"),
    [
        ([FRESH], None),
        ([STALE, FRESH], None),
        ([backup("2026-03-10T03:00:00+01:00")], None),
        ([STALE], "daily, ended 2026-03-08 02:00 UTC"),
        ([], "no completed Backup"),
        (None, "no completed Backup"),
        ([backup("2026-03-10T02:00:00Z", phase="failed")], "no completed Backup"),
        ([backup("", phase="running")], "no completed Backup"),
        ([{"metadata": {"name": "new", "creationTimestamp": "2026-03-10T02:00:00Z"}}], "no completed Backup"),
        ([backup("2026-03-10T02:00:00Z", cluster="another")], "no completed Backup"),
        # Without a time of its end, that of its making.
        ([backup("")], "daily, ended 2026-03-01 00:00 UTC"),
    ],
)
def test_a_recent_backup(backups, said):
    cluster = Cluster(record=recorded(), backups=backups)
    if said is None:
        assert checked(cluster)["present"] == "4.5.15"
        return
    with pytest.raises(Failure, match=said) as failure:
        checked(cluster)
    assert "one of the last 24 hours is needed" in str(failure.value)
    assert checked(cluster, without_backup="4.5.15 -> 4.6.5")["present"] == "4.5.15"


def test_how_old_a_backup_may_be():
    cluster = Cluster(record=recorded(), backups=[STALE])
    assert checked(cluster, backup_max_age=58 * 3600)
    with pytest.raises(Failure):
        checked(cluster, backup_max_age=58 * 3600 - 1)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3600, "the last hour is"), (5400, "5400 seconds"), (7200, "2 hours"), (1, "the last second"), (0, "0 seconds")],
)
@pytest.mark.parametrize("backups", [[], [STALE]])
def test_the_age_is_told_in_words(backups, seconds, words):
    with pytest.raises(Failure, match=words):
        checked(Cluster(record=recorded(), backups=backups), backup_max_age=seconds)


def test_the_backups_of_a_database_of_the_users_own_cannot_be_seen():
    cluster = Cluster(record=recorded(database="external/db.example:5432/mastodon"), backups=[FRESH])
    with pytest.raises(Failure, match="not this collection's"):
        checked(cluster)


@pytest.mark.parametrize(
    ("jobs", "enough"),
    [
        ([], False),
        # Begun a day after that backup, and resumed now.
        ([job("2026-03-08T20:00:00Z")], True),
        ([job("2026-03-10T08:00:00Z"), job("2026-03-08T20:00:00Z")], True),
        ([job("2026-03-10T08:00:00Z")], False),
        # Another version's, and one of an earlier time with this version.
        ([job("2026-03-08T20:00:00Z", "mastodon:v4.6.4")], False),
        ([job("2025-12-01T00:00:00Z")], False),
    ],
)
def test_an_upgrade_that_has_begun_needs_no_newer_backup(jobs, enough):
    cluster = Cluster(record=recorded(), backups=[STALE], jobs=jobs)
    if enough:
        checked(cluster)
    else:
        with pytest.raises(Failure, match="2026-03-08"):
            checked(cluster)


@pytest.mark.parametrize(
    ("database", "cluster"),
    [(CNPG, "mastodon-database"), ("external/a/b/c", None), ("mastodon", None), ("cnpg/short", None)],
)
def test_the_cluster_that_a_database_names(database, cluster):
    assert cluster_of(database) == cluster
