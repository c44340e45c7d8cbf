"""Redis: each purpose complete or absent, because Mastodon inherits nothing part by part."""

from __future__ import annotations

import pytest

CA = {"name": "valkey-ca", "key": "ca.crt"}
OTHER = {"name": "other", "key": "p"}


def told(environment):
    names = {**environment.values, **environment.composed}
    return {name: value for name, value in names.items() if "REDIS" in name}


def test_the_base_server_is_all_there_is(environments):
    assert told(environments()["web"]) == {"REDIS_HOST": "queue", "REDIS_PORT": "6379", "REDIS_DB": "0"}


@pytest.mark.parametrize(("purpose", "prefix"), [("sidekiq", "SIDEKIQ_"), ("cache", "CACHE_")])
def test_a_server_of_its_own_is_told_with_port_number_and_password(environments, server, purpose, prefix):
    own = {**server, "host": "own", "db": 3, "user": "u", "password_secret": OTHER}
    built = environments(app_cache={"base": server, "sidekiq": None, "cache": None, purpose: own})
    for name in ("web", "sidekiq-work", "job"):
        values = told(built[name])
        assert values[f"{prefix}REDIS_HOST"] == "own"
        assert values[f"{prefix}REDIS_PORT"] == "6379"
        assert values[f"{prefix}REDIS_DB"] == "3"
        assert values[f"{prefix}REDIS_USER"] == "u"
        assert built[name].secret_refs[f"{prefix}REDIS_PASSWORD"] == OTHER
    assert not [name for name in told(built["streaming"]) if name.startswith(prefix)]
    assert f"{prefix}REDIS_PASSWORD" not in built["streaming"].secret_refs


def test_a_server_without_a_password_has_no_variable_for_it(environments, server):
    built = environments(app_cache={"base": {**server, "password_secret": None}})
    assert "REDIS_PASSWORD" not in built["web"].secret_refs


@pytest.mark.parametrize(
    ("user", "password", "at"),
    [
        (None, True, ":$(REDIS_PASSWORD)@"),
        ("toot", True, "toot:$(REDIS_PASSWORD)@"),
        ("a@b", True, "a%40b:$(REDIS_PASSWORD)@"),
        ("toot", False, "toot@"),
        (None, False, ""),
    ],
)
def test_tls_is_an_address_that_the_kubelet_completes(environments, server, user, password, at):
    changed = {**server, "tls": True, "user": user}
    built = environments(app_cache={"base": changed if password else {**changed, "password_secret": None}})
    for name in ("web", "streaming", "job"):
        assert built[name].composed == {"REDIS_URL": f"rediss://{at}queue:6379/0"}
        assert ("REDIS_PASSWORD" in built[name].secret_refs) is password
        assert "REDIS_HOST" not in built[name].values


def test_tls_needs_the_driver_that_speaks_it_wherever_it_is(environments, server):
    assert "REDIS_DRIVER" not in environments()["web"].values
    built = environments(app_cache={"base": server, "cache": {**server, "host": "cache", "tls": True}})
    assert built["web"].values["REDIS_DRIVER"] == "ruby"
    assert built["web"].composed["CACHE_REDIS_URL"] == "rediss://:$(CACHE_REDIS_PASSWORD)@cache:6379/0"
    assert "REDIS_DRIVER" not in built["streaming"].values


def test_a_private_authority_is_trusted_by_ruby_and_node(environments, server, database):
    cache = {"base": {**server, "tls": True, "ca_secret": CA}}
    built = environments(app_cache=cache, app_database={**database, "sslmode": "disable"})
    assert built["web"].values["SSL_CERT_FILE"] == "/etc/mastodon/ca/trusted/ca.crt"
    assert built["streaming"].values["NODE_EXTRA_CA_CERTS"] == "/etc/mastodon/ca/trusted/ca.crt"
    assert built["web"].mounts["ca-trusted"].secret == built["streaming"].mounts["ca-trusted"].secret == CA
    assert "SSL_CERT_FILE" not in built["streaming"].values


def test_an_authority_without_tls_is_not_mounted(environments, server):
    assert "SSL_CERT_FILE" not in environments(app_cache={"base": {**server, "ca_secret": CA}})["web"].values


def test_sentinels(environments, server):
    sentinels = [{"host": "s1", "port": 26379}, {"host": "s2", "port": 26380}]
    own = {
        "sentinels": sentinels,
        "sentinel_master": "primary",
        "sentinel_user": "watch",
        "sentinel_password_secret": OTHER,
    }
    built = environments(app_cache={"base": {**server, "host": None, **own}})
    for name in ("web", "streaming", "job"):
        assert told(built[name]) == {
            "REDIS_SENTINELS": "s1:26379,s2:26380",
            "REDIS_SENTINEL_MASTER": "primary",
            "REDIS_SENTINEL_USERNAME": "watch",
            "REDIS_DB": "0",
        }
        assert built[name].secret_refs["REDIS_SENTINEL_PASSWORD"] == OTHER


def test_an_ipv6_address_is_written_in_brackets(environments, server):
    built = environments(app_cache={"base": {**server, "tls": True, "host": "fd00::7"}})
    assert built["web"].composed["REDIS_URL"] == "rediss://:$(REDIS_PASSWORD)@[fd00::7]:6379/0"
