"""The connection to a given database, and the care for what a live one was made from."""

import copy

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._database import (
    database_connection,
    keep_bootstrap,
    overlay_cluster,
    service_names,
)

PASSWORD = {"name": "pg", "key": "password"}
WANTED = {"initdb": {"database": "mastodon", "owner": "mastodon", "localeCollate": "C"}}
MANIFESTS = [
    {"kind": "Cluster", "metadata": {"name": "db", "namespace": "m"}, "spec": {"instances": 2, "bootstrap": WANTED}},
    {"kind": "Pooler", "metadata": {"name": "db", "namespace": "m"}, "spec": {"instances": 1}},
]


def live(bootstrap):
    return [{"metadata": {"name": "db"}, "spec": {"instances": 1, "bootstrap": bootstrap}}]


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


def test_a_new_database_is_made_as_asked():
    assert keep_bootstrap(MANIFESTS, []) == MANIFESTS


@pytest.mark.parametrize(
    "bootstrap",
    [
        {"initdb": {"database": "mastodon", "owner": "mastodon", "localeCollate": "en_US.UTF-8"}},
        {"recovery": {"source": "origin", "database": "mastodon", "owner": "mastodon"}},
        {"recovery": {"source": "origin"}},
    ],
)
def test_a_live_database_keeps_what_it_was_made_from(bootstrap):
    cluster, pooler = keep_bootstrap(MANIFESTS, live(bootstrap))
    assert cluster["spec"] == {"instances": 2, "bootstrap": bootstrap}
    assert pooler == MANIFESTS[1]


@pytest.mark.parametrize(("field", "variable"), [("database", "database_name"), ("owner", "database_user")])
def test_a_live_database_of_another_name_stops_the_run(field, variable):
    bootstrap = {"initdb": {**WANTED["initdb"], field: "other"}}
    with pytest.raises(ValueError, match=f"Set {variable}: other"):
        keep_bootstrap(MANIFESTS, live(bootstrap))


def test_another_cluster_s_bootstrap_is_not_ours():
    foreign = live({"recovery": {}})
    foreign[0]["metadata"]["name"] = "other"
    assert keep_bootstrap(MANIFESTS, foreign) == MANIFESTS


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
