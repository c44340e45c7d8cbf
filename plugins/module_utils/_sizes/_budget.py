# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many connections to PostgreSQL an instance opens, and whether the database or its pooler admits them (T45)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._backing._sizes import SERVER_CONNECTIONS, server_connections
from .._maintenance import _connections
from ._growth import most_pods
from ._queues import SCHEDULER, served
from ._sizes import workloads

# What the name of the server's own limit begins with.
SERVER_LIMIT = "max_connections"


@dataclass(frozen=True)
class Limit:
    """A number of connections that must not be exceeded, by what is said of the database."""

    name: str
    needed: int
    admitted: int

    @property
    def kept(self) -> bool:
        return self.needed <= self.admitted


def connection_budget(
    sizes: Mapping[str, Any],
    database: Mapping[str, Any],
    growing: Collection[str] = (),
    maintenance: Mapping[str, Any] | None = None,
    domain: str = "",
) -> dict[str, Any]:
    """The connections of every process, their sum, and the limits they are held against, with a line for people.

    mastodon.md 8: web replicas x processes x threads + Sidekiq threads x replicas + streaming replicas x pool.
    During a rollout every Deployment that surges has one more pod (the scheduler's stops first instead). Commands
    connect to the server itself: a migration or one by hand, and those on a schedule that may run together. What an
    autoscaler decides is held against the limits at its end.

    growing: the workloads that may have up to their `max_replicas`.
    maintenance: app_maintenance of the instance with this domain, which says when what runs.
    """
    parts = dict(_parts(sizes))
    grown = {name: most_pods(name, size, growing) for name, size in workloads(sizes)}
    steady = sum(each * replicas for each, replicas, _surges in parts.values())
    most = sum(each * grown[name] for name, (each, _replicas, _surges) in parts.items())
    surge = sum(each for each, _replicas, surges in parts.values() if surges)
    pool = sizes["job"]["database_pool"]
    commands = _connections.of_command("", pool) + _connections.scheduled(maintenance or {}, domain, pool)
    limits = list(_limits(most + surge, commands, database))
    told = [f"{limit.needed} of {limit.admitted} ({limit.name})" for limit in limits]
    if _unknown_pool(database):
        told.append("how many the pooler accepts and opens is not known (pool)")
    return {
        "processes": {name: each * replicas for name, (each, replicas, _surges) in parts.items()},
        "steady": steady,
        "rollout": steady + surge,
        "scaled_up": most + surge,
        "commands": commands,
        "limits": [
            {"name": limit.name, "needed": limit.needed, "admitted": limit.admitted, "kept": limit.kept}
            for limit in limits
        ],
        "kept": all(limit.kept for limit in limits),
        "message": _message(parts, (steady, steady + surge, most + surge, commands), bool(growing), told),
    }


def _parts(sizes: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, int, bool]]]:
    """Each Deployment's connections per pod, its pods, and whether a rollout adds a pod."""
    web, streaming = sizes["web"], sizes["streaming"]
    yield "web", (web["processes"] * web["threads"], web["replicas"], True)
    for name, group in sizes["sidekiq"].items():
        yield f"sidekiq-{name}", (group["concurrency"], group["replicas"], SCHEDULER not in served(group["queues"]))
    yield "streaming", (streaming["database_pool"], streaming["replicas"], True)


def _limits(rollout: int, commands: int, database: Mapping[str, Any]) -> Iterator[Limit]:
    pool, most = database.get("pool"), database.get("max_connections")
    if pool:
        accepted = int(pool["max_client_conn"]) * int(pool["instances"])
        yield Limit("the pooler's max_client_conn", rollout, accepted)
        # With session pooling a client keeps its server connection: the pool must have one for each.
        if database.get("pooling") == "session":
            opened = server_connections({**pool, "surge": 0})
            yield Limit("the pooler's default_pool_size with session pooling", rollout, opened)
    if most:
        direct = 0 if _unknown_pool(database) else server_connections(pool) if pool else rollout
        admitted = int(most) - SERVER_CONNECTIONS
        yield Limit(f"{SERVER_LIMIT} less {SERVER_CONNECTIONS} in reserve", direct + commands, admitted)


def _unknown_pool(database: Mapping[str, Any]) -> bool:
    """Behind a transaction pooler the server sees only the pool; with every other pooling it sees every client."""
    return database.get("pooling") == "transaction" and not database.get("pool")


def _message(
    parts: Mapping[str, tuple[int, int, bool]], sums: tuple[int, int, int, int], growing: bool, told: list[str]
) -> str:
    steady, rollout, scaled, commands = sums
    terms = " + ".join(f"{name} {replicas} x {each}" for name, (each, replicas, _surges) in parts.items())
    up = f", {scaled} when all is scaled up" if growing else ""
    return f"{terms} = {steady} connections, {rollout} during a rollout{up}, {commands} of commands: " + "; ".join(
        told or ["no limit is known"]
    )
