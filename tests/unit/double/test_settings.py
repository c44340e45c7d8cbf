"""Connection settings: one variable, two meanings (mastodon.md 5.4, 5.5)."""

from __future__ import annotations

import pytest
from mastodon_double.database import forget_libpq, rails_settings, replica_settings, streaming_settings
from mastodon_double.redis_settings import rails_redis, streaming_redis


def test_rails_defaults():
    settings = rails_settings({}, threads=5)
    assert settings.parameters == {
        "host": "localhost",
        "port": "5432",
        "dbname": "mastodon_production",
        "user": "mastodon",
        "password": "",
        "sslmode": "prefer",
        "connect_timeout": "15",
        "application_name": "",
    }
    assert (settings.prepared, settings.pool) == (True, 5)


@pytest.mark.parametrize("mode", ["", "disable", "no-verify", "verify-full"])
def test_rails_hands_the_mode_to_libpq_as_it_is(mode):
    assert rails_settings({"DB_SSLMODE": mode}, 5).parameters["sslmode"] == mode


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, {"sslmode": "disable"}),
        ({"DB_SSLMODE": ""}, {"sslmode": "disable"}),
        ({"DB_SSLMODE": "disable"}, {"sslmode": "disable"}),
        ({"DB_SSLMODE": "no-verify"}, {"sslmode": "require"}),
        *[
            ({"DB_SSLMODE": mode}, {"sslmode": "verify-full", "sslrootcert": "system"})
            for mode in ("allow", "prefer", "require", "verify-ca", "verify-full", "anything")
        ],
        (
            {"DATABASE_URL": "postgres://h/d?sslmode=require&sslrootcert=/ca"},
            {"sslmode": "verify-full", "sslrootcert": "/ca"},
        ),
        ({"DATABASE_URL": "postgres://h/d", "DB_SSLMODE": "require"}, {"sslmode": "disable"}),
    ],
)
def test_streaming_knows_three_modes(env, expected):
    parameters = streaming_settings(env).parameters
    assert {name: parameters[name] for name in parameters if name.startswith("ssl")} == expected


def test_pools():
    assert rails_settings({"DB_POOL": "25"}, 5).pool == 25
    assert streaming_settings({}).pool == 10
    with pytest.raises(ValueError, match="Invalid DB_POOL environment variable: many"):
        streaming_settings({"DB_POOL": "many"})


@pytest.mark.parametrize(
    "env",
    [
        {"PREPARED_STATEMENTS": "false"},
        {"QUERY_LOG_TAGS_ENABLED": "true"},
        {"DATABASE_URL": "postgres://h/d?prepared_statements=false"},
    ],
)
def test_prepared_statements_can_be_turned_off(env):
    assert rails_settings(env, 5).prepared is False
    assert "prepared_statements" not in rails_settings(env, 5).parameters


def test_url_overrides_the_parts_and_passes_its_query_on():
    env = {
        "DATABASE_URL": "postgres://u:p%40@h:6432/d?sslmode=verify-ca&sslrootcert=/ca",
        "DB_HOST": "other",
        "DB_PASS": "x",
    }
    parameters = rails_settings(env, 5).parameters
    assert {
        key: parameters[key] for key in ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert")
    } == {
        "host": "h",
        "port": "6432",
        "dbname": "d",
        "user": "u",
        "password": "p@",
        "sslmode": "verify-ca",
        "sslrootcert": "/ca",
    }


def test_streaming_takes_a_missing_password_from_db_pass():
    assert streaming_settings({"DATABASE_URL": "postgres://u@h/d", "DB_PASS": "x"}).parameters["password"] == "x"


def test_replica_falls_back_value_by_value():
    assert replica_settings({"DB_HOST": "primary"}, 5) is None
    replica = replica_settings({"DB_HOST": "primary", "DB_USER": "u", "REPLICA_DB_HOST": "reader"}, 5)
    assert (replica.parameters["host"], replica.parameters["user"]) == ("reader", "u")


def test_node_knows_nothing_of_libpqs_variables():
    env = {
        "PGSSLMODE": "disable",
        "PGHOST": "x",
        "SSL_CERT_FILE": "/rails",
        "NODE_EXTRA_CA_CERTS": "/node",
        "DB_HOST": "h",
    }
    forget_libpq(env)
    assert env == {"SSL_CERT_FILE": "/node", "NODE_EXTRA_CA_CERTS": "/node", "DB_HOST": "h"}


BASE = {"REDIS_HOST": "base", "REDIS_PORT": "6380", "REDIS_DB": "2", "REDIS_USER": "u", "REDIS_PASSWORD": "p"}


@pytest.mark.parametrize("prefix", ["SIDEKIQ_", "CACHE_"])
def test_a_prefix_without_host_is_the_base_as_a_whole(prefix):
    env = {**BASE, f"{prefix}REDIS_DB": "5", f"{prefix}REDIS_PASSWORD": "other"}
    assert rails_redis(env, prefix) == rails_redis(BASE)


def test_a_prefix_with_host_inherits_nothing():
    found = rails_redis({**BASE, "SIDEKIQ_REDIS_HOST": "own"}, "SIDEKIQ_")
    assert (found.host, found.port, found.db, found.user, found.password) == ("own", 6379, 0, None, None)


def test_url_wins_and_tls_needs_the_ruby_driver():
    env = {**BASE, "REDIS_URL": "rediss://:p%40ss@tls:6390/3"}
    with pytest.raises(ValueError, match="REDIS_DRIVER=ruby"):
        rails_redis(env)
    found = rails_redis({**env, "REDIS_DRIVER": "ruby"})
    assert (found.host, found.port, found.db, found.password, found.tls) == ("tls", 6390, 3, "p@ss", True)
    assert streaming_redis(env).tls is True


def test_an_empty_url_is_a_url_to_rails_and_none_to_node():
    env = {**BASE, "REDIS_URL": ""}
    with pytest.raises(ValueError, match="Invalid URL"):
        rails_redis(env)
    assert streaming_redis(env).host == "base"


def test_a_password_that_looks_encoded_is_decoded_by_rails_only():
    env = {"REDIS_HOST": "h", "REDIS_PASSWORD": "100%41+"}
    assert rails_redis(env).password == "100A+"
    assert streaming_redis(env).password == "100%41+"


def test_sentinels():
    env = {
        "REDIS_SENTINELS": "a:1,b",
        "REDIS_SENTINEL_MASTER": "main",
        "REDIS_PASSWORD": "p",
        "REDIS_SENTINEL_PORT": "7",
    }
    for found in (rails_redis(env), streaming_redis(env)):
        assert (found.master, found.sentinels, found.sentinel_password) == ("main", (("a", 1), ("b", 7)), "p")
    assert (
        rails_redis({**BASE, "CACHE_REDIS_SENTINELS": "a:1"}, "CACHE_").host == "base"
    )  # no master named: no sentinels
