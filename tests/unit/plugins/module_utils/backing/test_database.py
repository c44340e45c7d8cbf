"""The connection to a given database, and to one that CloudNativePG made."""

import copy

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._database import (
    cnpg_connection,
    database_connection,
    overlay_cluster,
    service_names,
)

PASSWORD = {"name": "pg", "key": "password"}
WANTED = {"initdb": {"database": "mastodon", "owner": "mastodon", "localeCollate": "C"}}
MANIFESTS = [
    {"kind": "Cluster", "metadata": {"name": "db", "namespace": "m"}, "spec": {"instances": 2, "bootstrap": WANTED}},
    {"kind": "Pooler", "metadata": {"name": "db", "namespace": "m"}, "spec": {"instances": 1}},
]


def test_service_names_are_the_four_forms():
    assert service_names("db", "social", "cluster.local") == [
        "db",
        "db.social",
        "db.social.svc",
        "db.social.svc.cluster.local",
    ]


def test_a_host_and_a_password_are_enough():
    found = database_connection({"host": "pg.example.org", "password_secret": PASSWORD}, "mastodon", "toot")
    assert found == {
        "host": "pg.example.org",
        "port": 5432,
        "direct_host": "pg.example.org",
        "direct_port": 5432,
        "name": "mastodon",
        "user": "toot",
        "password_secret": PASSWORD,
        "pooling": "none",
        "sslmode": "verify-full",
        "ca_secret": None,
        "max_connections": None,
        "pool": None,
        "identity": "postgresql/pg.example.org:5432/mastodon",
        "replica": None,
    }


def test_the_identity_names_the_server_behind_the_pooler():
    behind = {"direct_host": "pg.example.org", "direct_port": 5433, "password_secret": PASSWORD}
    one = database_connection({"host": "pooler-1", **behind}, "mastodon", "mastodon")
    two = database_connection({"host": "pooler-2", "port": 6432, **behind}, "mastodon", "mastodon")
    assert one["identity"] == two["identity"] == "postgresql/pg.example.org:5433/mastodon"


def test_a_replica_has_the_primary_s_port_unless_told():
    given = {"host": "pg", "port": 6432, "password_secret": PASSWORD, "replica": {"host": "ro"}}
    assert database_connection(given, "m", "m")["replica"] == {"host": "ro", "port": 6432}


GIVEN = {"name": "mastodon", "user": "mastodon", "identity": "cnpg/social/mastodon-database/mastodon"}


def cluster(bootstrap, **metadata):
    return [{"metadata": {"name": "mastodon-database", **metadata}, "spec": {"bootstrap": bootstrap}}]


def test_a_database_that_is_not_there_is_known_by_its_place():
    assert cnpg_connection(GIVEN, []) == GIVEN
    predicted = cluster({"initdb": {"database": "mastodon"}}, uid="never-seen-again")
    assert cnpg_connection(GIVEN, predicted) == GIVEN


def test_a_database_made_again_is_another_one():
    first, second = (cnpg_connection(GIVEN, cluster({}, uid=uid, resourceVersion="1")) for uid in ("a", "b"))
    assert first["identity"] == "cnpg/social/mastodon-database/mastodon@a"
    assert second["identity"] == "cnpg/social/mastodon-database/mastodon@b"
    assert {**first, "identity": ""} == {**GIVEN, "identity": ""}


@pytest.mark.parametrize(
    "bootstrap",
    [
        {"initdb": {"database": "mastodon", "owner": "mastodon", "localeCollate": "en_US.UTF-8"}},
        {"recovery": {"source": "origin", "database": "mastodon", "owner": "mastodon"}},
        {"recovery": {"source": "origin"}},
    ],
)
def test_a_database_may_be_made_from_anything_that_has_its_name(bootstrap):
    cnpg_connection(GIVEN, cluster(bootstrap))


@pytest.mark.parametrize(("field", "variable"), [("database", "database_name"), ("owner", "database_user")])
def test_a_live_database_of_another_name_stops_the_run(field, variable):
    with pytest.raises(ValueError, match=f"Set {variable}: other"):
        cnpg_connection(GIVEN, cluster({"recovery": {field: "other"}}))


def test_further_fields_are_merged_and_a_bootstrap_replaces_ours():
    before = copy.deepcopy(MANIFESTS)
    manifests = [
        {**MANIFESTS[0], "spec": {**MANIFESTS[0]["spec"], "resources": {"limits": {"memory": "1Gi"}}}},
        MANIFESTS[1],
    ]
    recovery = {"recovery": {"source": "origin"}}
    extra = {"resources": {"limits": {"cpu": "1"}}, "plugins": [{"name": "p"}], "bootstrap": recovery}
    cluster, pooler = overlay_cluster(manifests, extra)
    assert cluster["spec"] == {
        "instances": 2,
        "bootstrap": recovery,
        "resources": {"limits": {"memory": "1Gi", "cpu": "1"}},
        "plugins": [{"name": "p"}],
    }
    assert pooler == before[1]
    assert before == MANIFESTS
