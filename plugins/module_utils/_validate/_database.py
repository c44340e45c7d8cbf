# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the database's variables that types cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._backing._quantity import mebibytes
from .._backing._sizes import DATABASE, POOLER_SURGE, RESERVED_CONNECTIONS, DatabaseSize
from .._switch import switched
from ._amounts import CPU, MEMORY, amount_mistakes
from ._mistake import Mistake
from ._monitored import unreadable
from ._pods import pod_spec_mistakes

_RESERVED_NAMES = ("postgres", "template0", "template1")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake in the `database_*` variables; what is missing follows from the profile."""
    yield from _name(values)
    yield from pod_spec_mistakes(values, "database_pod_spec")
    if values.get("database_backend", "cnpg") == "external":
        yield from _external(values.get("database_external") or {})
        return
    yield from unreadable(values, "database")
    profile = values.get("database_profile") or values.get("mastodon_profile") or "single_user"
    size = DATABASE.get(str(profile))
    if size is None:
        return
    yield from _instances(values, size)
    yield from _memory(values)
    yield from _pods(values)
    yield from _connections(values, size)
    yield from _parameters(values)


def _name(values: Mapping[str, Any]) -> Iterator[Mistake]:
    for variable in ("database_name", "database_user"):
        if values.get(variable) in _RESERVED_NAMES:
            yield Mistake(variable, f"{values[variable]} is PostgreSQL's own", "choose another name, such as mastodon")


def _external(given: Mapping[str, Any]) -> Iterator[Mistake]:
    variable = "database_external"
    for part in ("host", "password_secret"):
        if not given.get(part):
            yield Mistake(variable, f"{part} is not set", f"set database_external.{part}, or database_backend: cnpg")
    host = given.get("host")
    if isinstance(host, str) and ("://" in host or "/" in host or (host.count(":") == 1)):
        yield Mistake(variable, f"host {host} is not a bare host name", "write the host alone, and its port in port")
    if given.get("pooling") in ("transaction", "session"):
        if not given.get("direct_host") and not given.get("direct_port"):
            problem = "direct_host is not set, and migrations cannot pass through a pooler (they take advisory locks)"
            yield Mistake(variable, problem, "set direct_host (or direct_port) to the server behind the pooler")
    elif given.get("pool"):
        yield Mistake(variable, "pool is set without a pooler", "set pooling to transaction or session, or remove pool")
    if given.get("sslmode") == "verify-ca" and not given.get("ca_secret"):
        problem = "sslmode verify-ca trusts no public authority"
        yield Mistake(variable, problem, "set ca_secret, or sslmode: verify-full")
    pool, limit = given.get("pool"), given.get("max_connections")
    if isinstance(pool, Mapping) and isinstance(limit, int):
        yield from _fits(variable, pool.get("instances") or 1, pool.get("default_pool_size") or 0, limit)


def _instances(values: Mapping[str, Any], size: DatabaseSize) -> Iterator[Mistake]:
    instances = _number(values, "database_instances", size.instances)
    if instances < 1:
        yield Mistake("database_instances", f"{instances} instances hold no database", "set 1 or more")
    if switched(values, "database_read_replica") and instances < 2:
        problem = "there is no standby to read from: database_instances is 1"
        yield Mistake("database_read_replica", problem, "set database_instances to 2 or more")
    if switched(values, "database_enable_pdb") and instances == 1:
        problem = "with one instance every node drain would wait for ever"
        yield Mistake("database_enable_pdb", problem, "remove it, or set database_instances to 2 or more")


def _memory(values: Mapping[str, Any]) -> Iterator[Mistake]:
    memory = values.get("database_memory")
    if memory is None:
        return
    try:
        found = mebibytes(memory)
    except ValueError as error:
        yield Mistake("database_memory", str(error), "write it like 2Gi")
        return
    if found < 256:
        yield Mistake("database_memory", f"{memory} is too little for PostgreSQL", "set 256Mi or more")


def _pods(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """What the pods ask for; PostgreSQL's memory has rules of its own."""
    amounts = {
        "database_cpu": CPU,
        "database_pooler_cpu": CPU,
        "database_pooler_memory": MEMORY,
        "database_pooler_memory_limit": MEMORY,
    }
    given = {variable: values[variable] for variable in amounts if values.get(variable) is not None}
    for variable, value in given.items():
        yield from amount_mistakes(variable, value, amounts[variable])
    asked, most = (MEMORY.of(given.get(f"database_pooler_memory{end}", "")) for end in ("", "_limit"))
    if asked is not None and most is not None and most < asked:
        problem = f"each pod asks for {asked}Mi already"
        yield Mistake("database_pooler_memory_limit", problem, "set it to database_pooler_memory or more")


def _connections(values: Mapping[str, Any], size: DatabaseSize) -> Iterator[Mistake]:
    if values.get("database_pooling", "transaction") == "none":
        return
    poolers = 2 if switched(values, "database_read_replica") else 1
    instances = _number(values, "database_pooler_instances", size.pooler_instances)
    if instances < 1:
        problem = f"{instances} pods pool nothing"
        yield Mistake("database_pooler_instances", problem, "set 1 or more, or database_pooling: none")
        return
    limit = _number(values, "database_max_connections", size.max_connections)
    pool_size = _number(values, "database_pool_size", size.pool_size)
    # A failover may leave both poolers on the one instance that remains, and both roll when the operator is upgraded.
    yield from _fits("database_pool_size", poolers * (instances + POOLER_SURGE), pool_size, limit)


def _fits(variable: str, pods: int, pool_size: int, limit: int) -> Iterator[Mistake]:
    wanted, free = pods * pool_size, limit - RESERVED_CONNECTIONS
    if wanted > free:
        problem = (
            f"{pods} pooler pods at once with {pool_size} server connections each make {wanted}, but of PostgreSQL's"
            f" {limit} connections {RESERVED_CONNECTIONS} are kept for migrations and administration"
        )
        yield Mistake(variable, problem, f"set it to {max(free // pods, 1)} or less, or raise max_connections")


def _parameters(values: Mapping[str, Any]) -> Iterator[Mistake]:
    owners = {"max_connections": "database_max_connections", "shared_buffers": "database_memory"}
    for name, variable in owners.items():
        if name in (values.get("database_parameters") or {}):
            yield Mistake("database_parameters", f"{name} follows from {variable}", f"remove it and set {variable}")


def _number(values: Mapping[str, Any], variable: str, default: int) -> int:
    value = values.get(variable)
    try:
        return default if value is None else int(value)
    except (TypeError, ValueError):
        return default
