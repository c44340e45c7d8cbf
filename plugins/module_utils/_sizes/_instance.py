# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole instance's sums before any role ran: application, database, poolers and cache, from the user's variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._backing._quantity import mebibytes, millicores
from .._backing._sizes import POOLER_SURGE, cache_size, database_size
from .._environment._observability import METRICS
from .._environment._settings import group_settings
from .._switch import switched
from .._workload._autoscalers import growing
from ._budget import connection_budget
from ._footprint import Component, footprint
from ._sizes import sizes

PROFILE = "single_user"


def instance_sums(values: Mapping[str, Any]) -> list[str]:
    """Lines for people: what every part asks for, the sums, and the connections against the database's limits.

    values: the roles' variables by their names, with what follows from the profile left out where it is not set.
    """
    settled = sizes(_profile(values, "app"), values.get("app_sizes"))
    others = growing(values, settled)
    monitored = switched(values, "app_monitoring", switched(values, "mastodon_monitoring"))
    metrics = bool(group_settings(METRICS, {**values, "app_monitoring": monitored})["enabled"])
    found = footprint(settled, others, metrics, backing(values))
    domain = str(values.get("app_local_domain") or values.get("mastodon_local_domain") or "")
    budget = connection_budget(settled, database_limits(values), others, values.get("app_maintenance"), domain)
    return [", ".join(found["components"]), found["message"], budget["message"]]


def backing(values: Mapping[str, Any]) -> Iterator[Component]:
    """What the roles `database` and `cache` run for the instance; servers of the user's own ask for nothing."""
    if values.get("database_backend", "cnpg") == "cnpg":
        yield from _database(values)
    if values.get("cache_backend", "valkey") == "valkey":
        size = cache_size(_profile(values, "cache"))
        memory = values.get("cache_queue_memory") or size["queue_memory"]
        yield _component("queue", 1, values["cache_queue_cpu"], memory)
        if switched(values, "cache_volatile", True):
            memory = values.get("cache_volatile_memory") or size["cache_memory"]
            yield _component("cache", 1, values["cache_volatile_cpu"], memory)


def database_limits(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the database's limits: of one that the user runs, what is said of it; else the role's."""
    if values.get("database_backend", "cnpg") == "external":
        return dict(values.get("database_external") or {})
    size = database_size(_profile(values, "database"))
    pooling = values.get("database_pooling") or "transaction"
    pool = {
        "max_client_conn": int(values.get("database_pooler_max_clients") or size["max_clients"]),
        "default_pool_size": int(values.get("database_pool_size") or size["pool_size"]),
        "instances": int(values.get("database_pooler_instances") or size["pooler_instances"]),
        "surge": POOLER_SURGE,
    }
    return {
        "pooling": pooling,
        "pool": pool if pooling != "none" else None,
        "max_connections": int(values.get("database_max_connections") or size["max_connections"]),
    }


def _database(values: Mapping[str, Any]) -> Iterator[Component]:
    size = database_size(_profile(values, "database"))
    instances = int(values.get("database_instances") or size["instances"])
    cpu, memory = values.get("database_cpu") or size["cpu"], values.get("database_memory") or size["memory"]
    yield _component("database", instances, cpu, memory)
    if (values.get("database_pooling") or "transaction") != "none":
        pods = int(values.get("database_pooler_instances") or size["pooler_instances"])
        poolers = 2 if switched(values, "database_read_replica") else 1
        cpu, memory = values["database_pooler_cpu"], values["database_pooler_memory"]
        for name in ("pooler", "pooler-ro")[:poolers]:
            yield _component(name, pods, cpu, memory, surges=True)


def _component(name: str, pods: int, cpu: str, memory: str, surges: bool = False) -> Component:
    return Component(name, pods, millicores(cpu), mebibytes(memory), most=pods, surges=surges)


def _profile(values: Mapping[str, Any], role: str) -> str:
    return str(values.get(f"{role}_profile") or values.get("mastodon_profile") or PROFILE)
