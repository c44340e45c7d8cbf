"""The connection to given servers, and what their check is told."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._cache import (
    cache_connection,
    check_environment,
)

SECRET = {"name": "redis", "key": "password"}


def test_a_purpose_that_is_not_given_is_absent():
    found = cache_connection({"base": {"host": "r"}, "cache": None})
    assert found["sidekiq"] is None
    assert found["cache"] is None
    assert (found["base"]["host"], found["base"]["port"], found["base"]["db"]) == ("r", 6379, 0)


def test_nothing_is_inherited_from_the_base_server():
    base = {"host": "r", "port": 7000, "db": 3, "user": "toot", "password_secret": SECRET}
    found = cache_connection({"base": base, "sidekiq": {"host": "q"}})
    assert found["sidekiq"] == cache_connection({"base": {"host": "q"}})["base"]


def test_sentinels_have_their_own_port():
    given = {
        "sentinels": [{"host": "a"}, {"host": "b", "port": 5000}],
        "sentinel_master": "m",
        "password_secret": SECRET,
    }
    found = cache_connection({"base": given})["base"]
    assert found["sentinels"] == [{"host": "a", "port": 26379}, {"host": "b", "port": 5000}]
    environment = check_environment(found, "base")
    assert environment["SENTINELS"] == "a:26379 b:5000"
    assert environment["HOST"] == ""


def test_the_check_is_told_how_to_connect_but_no_password():
    given = {"host": "r", "user": "toot", "tls": True, "ca_secret": SECRET, "password_secret": SECRET}
    environment = check_environment(cache_connection({"cache": given, "base": given})["cache"], "cache")
    assert environment["OPTIONS"] == "--user toot --tls --cacert /etc/cache-ca/ca.crt"
    assert environment["PURPOSE"] == "cache"
    assert all(isinstance(value, str) for value in environment.values())
    assert not any("redis" in value for value in environment.values())


def test_a_public_authority_needs_no_file():
    found = cache_connection({"base": {"host": "r", "tls": True}})["base"]
    assert check_environment(found, "base")["OPTIONS"] == "--tls"
