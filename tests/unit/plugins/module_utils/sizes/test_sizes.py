"""Profiles and what is laid over them."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._footprint import Component, footprint
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._profiles import PROFILES
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._queues import (
    SCHEDULER,
    WEIGHTS,
    owners,
    served,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._sizes import sizes, workloads

SIZE = {"replicas": 2, "max_replicas": 5, "requests": {"cpu": "250m", "memory": "512Mi"}, "queues": ["push"]}
SETTLED = {
    "web": SIZE,
    "streaming": {**SIZE, "requests": {"cpu": "1.5"}},
    "sidekiq": {"a": SIZE, "b": {**SIZE, "queues": ["scheduler"]}},
    "job": {"requests": {"cpu": "50m"}},
    "metrics": {"requests": {"cpu": "25m", "memory": "180Mi"}},
}
README = Path(__file__).parents[5] / "roles/app/README.md"


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_serves_all_queues_once_and_owns_the_scheduler_once(name):
    groups = sizes(name)["sidekiq"]
    queues = [queue for group in groups.values() for queue in served(group["queues"])]
    assert sorted(queues) == sorted(WEIGHTS)
    (owner,) = owners(groups, SCHEDULER)
    assert groups[owner]["replicas"] == 1


@pytest.mark.parametrize("name", PROFILES)
def test_every_container_asks_for_something_and_has_a_limit_of_memory(name):
    settled = sizes(name)
    for _workload, size in [*workloads(settled), ("job", settled["job"]), ("metrics", settled["metrics"])]:
        assert set(size["requests"]) == {"cpu", "memory"}
        assert set(size["limits"]) == {"memory"}


def test_values_are_laid_over_level_by_level_and_typed():
    settled = sizes("small", {"web": {"replicas": "3", "requests": {"cpu": "1"}}})
    assert settled["web"]["replicas"] == 3
    assert settled["web"]["threads"] == PROFILES["small"]["web"]["threads"]
    assert settled["web"]["requests"] == {"cpu": "1", "memory": "768Mi"}


def test_a_profile_is_not_changed_by_what_is_laid_over_it():
    sizes("small", {"web": {"requests": {"cpu": "7"}}, "sidekiq": {"work": None}})
    assert PROFILES["small"]["web"]["requests"]["cpu"] == "250m"
    assert "work" in PROFILES["small"]["sidekiq"]


def test_a_group_that_is_null_is_left_out_and_a_new_one_is_completed():
    settled = sizes("single_user", {"sidekiq": {"all": None, "mine": {"queues": ["default"], "concurrency": 3}}})
    assert list(settled["sidekiq"]) == ["mine"]
    assert settled["sidekiq"]["mine"]["replicas"] == 1
    assert settled["sidekiq"]["mine"]["limits"] == {"memory": "1536Mi"}


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        ({"web": {"replcias": 2}}, "replcias"),
        ({"web": {"threads": "many"}}, "threads"),
        ({"sidekiq": {"mine": {"concurrency": 3}}}, "queues"),
        ({"sidekiq": ["all"]}, "dictionary of groups"),
        ({"web": 3}, "web must be a dictionary"),
        ({"webs": {}}, "webs is no part"),
    ],
)
def test_what_is_unknown_or_of_a_wrong_type_is_named(overrides, named):
    with pytest.raises(ValueError, match=named):
        sizes("small", overrides)


def test_all_faults_are_named_at_once():
    with pytest.raises(ValueError, match=r"threads.*webs"):
        sizes("small", {"web": {"threads": "many"}, "webs": {}})


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(ValueError, match="single_user, small, community"):
        sizes("huge")


def test_the_footprint_counts_every_pod():
    found = footprint(SETTLED)
    assert (found["pods"], found["millicores"], found["mebibytes"]) == (8, 3 * 500 + 3000, 3 * 1024)
    assert found["message"].startswith("8 pods ask for 4500m of CPU and 3072Mi of memory; ")


def test_a_rollout_asks_for_a_pod_more_of_what_surges_and_for_a_job():
    rollout = footprint(SETTLED)["rollout"]
    # web, streaming and a; b owns the scheduler and stops first.
    assert (rollout["pods"], rollout["millicores"]) == (8 + 3 + 1, 4500 + 250 + 1500 + 250 + 50)


def test_what_grows_is_counted_at_its_end():
    scaled = footprint(SETTLED, ["web"])
    assert scaled["pods"] == 8
    assert scaled["scaled_up"]["pods"] == 8 + 3
    assert "11 pods ask for 5250m of CPU" in scaled["message"]
    assert "(web 5)" in scaled["message"]


def test_metrics_of_web_take_a_container_more():
    assert footprint(SETTLED, metrics=True)["mebibytes"] == footprint(SETTLED)["mebibytes"] + 2 * 180


def test_what_else_belongs_to_the_instance_is_added():
    database = Component("database", 3, 1000, 8192, most=3)
    found = footprint(SETTLED, others=[database])
    assert (found["pods"], found["mebibytes"]) == (11, 3072 + 3 * 8192)
    assert "database 3 x 1000m 8192Mi" in found["components"]


@pytest.mark.parametrize("name", PROFILES)
def test_the_role_s_readme_tells_the_true_sums(name):
    total = footprint(sizes(name))
    row = next(line for line in README.read_text().splitlines() if line.startswith(f"| `{name}`"))
    assert f"{total['pods']} pods, {total['millicores']}m, {total['mebibytes']}Mi" in row
