"""Amounts of CPU and memory that are none are told with their variable, before anything adds them up."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.filter.instance_sums import instance_sums
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._all import find_mistakes

ROLES = Path(__file__).parents[5] / "roles"
SPECIFICATIONS = [yaml.safe_load(file.read_text()) for file in sorted(ROLES.glob("*/meta/argument_specs.yml"))]
OPTIONS = [one["argument_specs"]["main"].get("options", {}) for one in SPECIFICATIONS]
INSTANCE = {
    "mastodon_local_domain": "example.org",
    "mastodon_owner_username": "alice",
    "mastodon_owner_email": "alice@example.org",
    "mastodon_monitoring": True,
    "mastodon_metrics_clients": [{}],
    "mastodon_profile": "small",
    "edge_certificate_secret": "tls",
}
PARTS = [("web",), ("streaming",), ("sidekiq", "work"), ("job",), ("metrics",)]


def sized(path, size):
    for name in reversed(path):
        size = {name: size}
    return {"app_sizes": size}


def requested(path, field):
    return sized(path, {"requests": {field: "abc"}})


ADDED_UP = [
    *((requested(path, field), "app_sizes") for path in PARTS for field in ("cpu", "memory")),
    *(
        ({name: "abc"}, name)
        for name in (
            *("database_cpu", "database_memory", "database_pooler_cpu", "database_pooler_memory"),
            *("cache_queue_cpu", "cache_queue_memory", "cache_volatile_cpu", "cache_volatile_memory"),
        )
    ),
]
OTHERS = [
    ({"database_pooler_memory_limit": "abc"}, "database_pooler_memory_limit"),
    ({"database_pooler_memory_limit": "32Mi"}, "database_pooler_memory_limit"),
    *((sized(path, {"limits": {"cpu": "abc"}}), "app_sizes") for path in PARTS),
    *((sized(path, {"limits": {"memory": "abc"}}), "app_sizes") for path in PARTS),
    *((sized(path, {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}), "app_sizes") for path in PARTS),
    *((sized(path, {"scale_at_cpu": value}), "app_sizes") for path in PARTS[:2] for value in ("abc", "0", "-1")),
]


def found(values):
    return find_mistakes(OPTIONS, {**INSTANCE, **values})


def test_the_instance_is_sound_otherwise():
    assert found({}) == []
    instance_sums(INSTANCE, SPECIFICATIONS)


@pytest.mark.parametrize(("values", "variable"), [*ADDED_UP, *OTHERS], ids=str)
def test_what_is_no_amount_is_told_once_with_its_variable(values, variable):
    (mistake,) = found(values)
    assert mistake.variable == variable
    path = str(values.get("app_sizes", ""))
    assert all(part in mistake.problem for part in ("work", "metrics", "streaming") if f"'{part}'" in path)
    assert mistake.cure.startswith(("write it like", "set limits.cpu", "set it to"))


@pytest.mark.parametrize(("values", "_variable"), ADDED_UP, ids=str)
def test_these_are_the_amounts_that_the_sums_cannot_go_without(values, _variable):
    with pytest.raises(ValueError, match="abc"):
        instance_sums({**INSTANCE, **values}, SPECIFICATIONS)
