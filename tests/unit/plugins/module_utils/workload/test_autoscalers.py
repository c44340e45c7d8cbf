"""What decides the replicas, and of which workloads."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._profiles import PROFILES
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._queues import SCHEDULER, owners
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._sizes import sizes
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._autoscalers import autoscalers, growing
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._workloads import workloads

REF = {"name": "redis", "key": "password"}
SERVER = {"host": "mastodon-queue", "port": 6379, "db": 2, "user": None, "password_secret": REF, "tls": False}
ALL = {"web": True, "streaming": True, "sidekiq": True}
VALUES = {
    "app_namespace": "social",
    "app_profile": "community",
    "app_cache": {"base": SERVER, "sidekiq": None, "cache": None},
    "app_autoscaling": ALL,
}


def names(**changes):
    values = {**VALUES, **changes}
    return growing(values, sizes(values["app_profile"], values.get("app_sizes")))


def triggers(server, **changes):
    found = autoscalers({**VALUES, "app_cache": {"base": SERVER, "sidekiq": server}, **changes})
    return found["queues"][0]["triggers"], found["authentication"]


def test_nothing_is_scaled_unless_it_is_switched_on():
    assert names(app_autoscaling={}) == []
    assert names(app_autoscaling={"web": "yes"}) == ["web"]


@pytest.mark.parametrize("name", PROFILES)
def test_the_owner_of_the_scheduler_is_never_scaled(name):
    (owner,) = owners(sizes(name)["sidekiq"], SCHEDULER)
    greedy = {"sidekiq": {owner: {"max_replicas": 9}}}
    assert f"sidekiq-{owner}" not in names(app_profile=name, app_sizes=greedy)


def test_what_has_no_room_to_grow_keeps_its_replicas():
    assert "web" not in names(app_sizes={"web": {"replicas": 8}})
    replicas = {
        one["workload"]: one["replicas"] for one in workloads({**VALUES, "app_sizes": {"web": {"replicas": 8}}})
    }
    assert replicas["web"] == 8
    assert replicas["streaming"] is None
    assert replicas["sidekiq-scheduler"] == 1


def test_without_keda_the_groups_keep_their_replicas():
    assert names(app_absent_kinds=["ScaledObject"]) == ["web", "streaming"]


def test_what_others_scale_grows_too():
    assert names(app_autoscaling={}, app_autoscaled_workloads=["streaming"]) == ["streaming"]


def test_web_grows_when_its_processes_are_busy_whatever_it_asks_for():
    found = autoscalers(VALUES)["cpu"]
    assert {one["workload"]: (one["min"], one["max"], one["cpu"]) for one in found} == {
        "web": (3, 8, "1800m"),
        "streaming": (2, 6, "600m"),
    }
    given = autoscalers({**VALUES, "app_sizes": {"web": {"scale_at_cpu": "2"}}})["cpu"]
    assert given[0]["cpu"] == "2"
    single = autoscalers({**VALUES, "app_sizes": {"web": {"processes": 1}}})["cpu"]
    assert single[0]["cpu"] == "600m"


def test_a_group_grows_with_the_longest_of_its_queues():
    (one, other), authentication = triggers(None)
    assert [one["metadata"]["listName"], other["metadata"]["listName"]] == ["queue:default", "queue:mailers"]
    assert one["metadata"]["listLength"] == "50"
    assert (one["metadata"]["host"], one["metadata"]["port"]) == ("mastodon-queue.social.svc", "6379")
    assert one["metadata"]["databaseIndex"] == "2"
    assert authentication == [{"parameter": "password", **REF}]
    assert one["authenticationRef"] == {"name": "mastodon-queues"}


def test_keda_asks_the_server_that_sidekiq_uses():
    server = {"host": "redis.example.org", "port": 6380, "tls": True, "ca_secret": REF, "user": "toot"}
    (one, *_rest), authentication = triggers(server)
    assert one["type"] == "redis"
    assert one["metadata"]["host"] == "redis.example.org"
    assert (one["metadata"]["enableTLS"], one["metadata"]["username"]) == ("true", "toot")
    assert authentication == [{"parameter": "ca", **REF}]


def test_keda_asks_sentinels():
    sentinels = [{"host": "s1", "port": 26379}, {"host": "10.0.0.2", "port": 26380}]
    server = {"host": None, "sentinels": sentinels, "sentinel_master": "m", "sentinel_password_secret": REF}
    (one, *_rest), authentication = triggers(server)
    assert one["type"] == "redis-sentinel"
    assert one["metadata"]["hosts"] == "s1.social.svc,10.0.0.2"
    assert one["metadata"]["ports"] == "26379,26380"
    assert one["metadata"]["sentinelMaster"] == "m"
    assert authentication == [{"parameter": "sentinelPassword", **REF}]


def test_a_server_without_a_password_needs_no_authentication():
    (one, *_rest), authentication = triggers({"host": "redis", "port": 6379})
    assert authentication == []
    assert "authenticationRef" not in one


def test_a_switch_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="webs"):
        autoscalers({**VALUES, "app_autoscaling": {"webs": True}})
