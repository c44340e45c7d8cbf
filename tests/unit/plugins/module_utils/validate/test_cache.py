"""Mistakes in the cache's variables."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._cache import mistakes


def found(**values):
    return [(mistake.variable, mistake.problem) for mistake in mistakes(values)]


def external(**given):
    return found(cache_backend="external", cache_external=given)


def test_nothing_set_is_no_mistake():
    assert found() == []


@pytest.mark.parametrize("variable", ["cache_queue_memory", "cache_volatile_memory"])
@pytest.mark.parametrize(("memory", "problem"), [("63Mi", "too little"), ("lots", "not an amount")])
def test_memory_must_hold_a_server(variable, memory, problem):
    ((named, told),) = found(**{variable: memory})
    assert named == variable
    assert problem in told
    assert found(**{variable: "64Mi"}) == []


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({}, True),
        ({"cache_network_policy": "false"}, False),
        ({"cache_clients": [{"podSelector": {}}]}, False),
        ({"app_autoscaling": {"web": True}}, False),
        ({"cache_backend": "external", "cache_external": {"base": {"host": "redis"}}}, False),
    ],
)
def test_keda_must_be_let_in_to_ask_for_queues(values, refused):
    variables = [variable for variable, _problem in found(**{"app_autoscaling": {"sidekiq": True}, **values})]
    assert variables == ["cache_clients"] * refused


def test_a_base_server_is_needed():
    assert external() == [("cache_external", "base is not set")]


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        ({}, "base is not set"),
        ({"port": 6379}, "neither host nor sentinels"),
        ({"host": "r", "sentinels": [{"host": "s"}], "sentinel_master": "m"}, "both host and sentinels"),
        ({"sentinels": [{"host": "s"}]}, "sentinel_master is not set"),
        ({"sentinels": [{"host": "s"}], "sentinel_master": "m", "tls": True}, "TLS only to servers given by a URL"),
        ({"host": "rediss://r"}, "not a bare host name"),
        ({"host": "r:6380"}, "not a bare host name"),
        ({"host": "r", "ca_secret": {"name": "ca", "key": "ca.crt"}}, "TLS is off"),
    ],
)
def test_mistakes_in_a_server(server, problem):
    ((_variable, told),) = external(base=server)
    assert problem in told


def test_a_server_that_evicts_is_never_the_one_that_holds_jobs():
    one, other = {"host": "r"}, {"host": "c"}
    assert external(base=one, cache=other) == []
    assert external(base=one, cache={**one, "port": 6380}) == []
    # Another database of the same server shares its eviction.
    ((_variable, told),) = external(base=one, cache={**one, "port": 6379, "db": 1})
    assert "one server" in told
