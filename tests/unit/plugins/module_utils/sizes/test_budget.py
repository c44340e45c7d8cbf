"""Connections to the database, counted and held against what admits them (T45)."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._sizes import (
    DATABASE,
    POOLER_SURGE,
    RESERVED_CONNECTIONS,
    SERVER_CONNECTIONS,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._budget import connection_budget
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._profiles import PROFILES
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._sizes import sizes

SIZES = {
    "web": {"replicas": 2, "processes": 2, "threads": 5},
    "streaming": {"replicas": 2, "database_pool": 10},
    "sidekiq": {
        "work": {"replicas": 3, "concurrency": 25, "queues": ["push"]},
        "scheduler": {"replicas": 1, "concurrency": 5, "queues": ["scheduler,1"]},
    },
    "job": {"database_pool": 5},
}
# A migration or another command, and one of the two that are on by default.
COMMANDS = 6 + 3
POOL = {"max_client_conn": 100, "default_pool_size": 20, "instances": 2}


def test_the_sum_is_that_of_the_documentation():
    budget = connection_budget(SIZES, {})
    assert budget["processes"] == {"web": 20, "sidekiq-work": 75, "sidekiq-scheduler": 5, "streaming": 20}
    assert budget["steady"] == 120


def test_a_rollout_adds_a_pod_of_everything_but_the_scheduler():
    assert connection_budget(SIZES, {})["rollout"] == 120 + 10 + 25 + 10


def test_the_number_is_told_in_one_line():
    message = connection_budget(SIZES, {})["message"]
    assert "web 2 x 10 + sidekiq-work 3 x 25" in message
    assert "= 120 connections, 165 during a rollout" in message
    assert message.endswith("no limit is known")


@pytest.mark.parametrize(
    ("database", "needed", "admitted", "kept"),
    [
        ({"pooling": "none", "max_connections": 182}, 165 + COMMANDS, 174, True),
        ({"pooling": "none", "max_connections": 181}, 165 + COMMANDS, 173, False),
        ({"pooling": "transaction", "pool": POOL}, 165, 200, True),
        ({"pooling": "transaction", "pool": {**POOL, "max_client_conn": 80}}, 165, 160, False),
    ],
)
def test_each_limit_is_kept_or_not(database, needed, admitted, kept):
    budget = connection_budget(SIZES, database)
    (limit,) = budget["limits"]
    assert (limit["needed"], limit["admitted"], limit["kept"]) == (needed, admitted, kept)
    assert budget["kept"] is kept


def test_behind_a_transaction_pooler_the_server_sees_the_pools_and_what_goes_past_them():
    budget = connection_budget(SIZES, {"pooling": "transaction", "pool": POOL, "max_connections": 57})
    assert [limit["needed"] for limit in budget["limits"]] == [165, 40 + COMMANDS]
    assert budget["kept"]


def test_the_pods_of_the_pooler_s_own_rollout_count_against_the_server_and_for_no_client():
    rolled = {"pooling": "transaction", "pool": {**POOL, "surge": 1}, "max_connections": 500}
    assert [limit["needed"] for limit in connection_budget(SIZES, rolled)["limits"]] == [165, 60 + COMMANDS]
    session = connection_budget(SIZES, {"pooling": "session", "pool": {**POOL, "surge": 1}})
    assert [limit["admitted"] for limit in session["limits"]] == [200, 40]


def test_of_a_transaction_pooler_that_nothing_is_known_of_only_what_goes_past_it_counts():
    budget = connection_budget(SIZES, {"pooling": "transaction", "max_connections": 60})
    (limit,) = budget["limits"]
    assert (limit["needed"], limit["admitted"], limit["kept"]) == (COMMANDS, 52, True)
    assert budget["message"].endswith("; how many the pooler accepts and opens is not known (pool)")
    # With every other pooling the server sees each client.
    assert not connection_budget(SIZES, {"pooling": "session", "max_connections": 60})["kept"]


@pytest.mark.parametrize(
    ("jobs", "pool", "commands"),
    [
        ({"profiles": None, "headers": None}, 5, 6),
        ({}, 5, 6 + 3),
        ({}, 12, 12 + 3),
        ({"headers": {"command": "tootctl media remove --remove-headers --concurrency=9"}}, 5, 6 + 10),
        ({"headers": {"command": "tootctl media remove --remove-headers -c 9"}}, 5, 6 + 10),
        ({"media": {"enabled": True}}, 5, 6 + 3 + 3),
        ({"statuses": {"enabled": True}}, 5, 6 + 6),
        ({"statuses": {"enabled": True}, "recount": {"enabled": True}}, 5, 6 + 6 + 3),
        ({"statuses": {"enabled": True, "schedule": "0 5 * * *"}}, 5, 6 + 3 + 6),
        ({"statuses": {"enabled": True, "deadline": 10801}}, 5, 6 + 3 + 6),
        ({"profiles": {"every": "daily"}, "headers": {"every": "daily"}}, 5, 6 + 3 + 3),
    ],
)
def test_commands_are_counted_that_may_run_together(jobs, pool, commands):
    database = {"pooling": "none", "max_connections": 500}
    sizes = {**SIZES, "job": {"database_pool": pool}}
    budget = connection_budget(sizes, database, maintenance={"jobs": jobs}, domain="example.org")
    assert budget["commands"] == commands
    assert budget["limits"][0]["needed"] == 165 + commands
    assert f", {commands} of commands" in budget["message"]


def test_with_session_pooling_every_client_needs_a_connection_of_the_pool():
    budget = connection_budget(SIZES, {"pooling": "session", "pool": POOL})
    assert [(limit["needed"], limit["admitted"], limit["kept"]) for limit in budget["limits"]] == [
        (165, 200, True),
        (165, 40, False),
    ]


def test_what_an_autoscaler_decides_is_held_against_the_limits_at_its_end():
    sizes_up = {**SIZES, "web": {**SIZES["web"], "max_replicas": 4}}
    budget = connection_budget(sizes_up, {"pooling": "none", "max_connections": 185 + COMMANDS}, ["web"])
    assert (budget["steady"], budget["rollout"], budget["scaled_up"]) == (120, 165, 185)
    assert not budget["kept"]
    assert "185 when all is scaled up" in budget["message"]


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_fits_the_database_of_the_same_profile(name):
    size = DATABASE[name]
    pool = {
        "max_client_conn": size.max_clients,
        "default_pool_size": size.pool_size,
        "instances": size.pooler_instances,
        "surge": POOLER_SURGE,
    }
    database = {"pooling": "transaction", "pool": pool, "max_connections": size.max_connections}
    budget = connection_budget(sizes(name), database)
    assert budget["kept"], budget["message"]
    # Nobody waits for a server connection as long as half of the threads are doing anything but queries.
    assert 2 * size.pool_size * size.pooler_instances >= budget["steady"]
    # What the database keeps free of pools is enough for them, also when both of the default ones are run by hand.
    assert budget["commands"] + 3 <= RESERVED_CONNECTIONS - SERVER_CONNECTIONS
