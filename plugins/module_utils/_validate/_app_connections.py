# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in how the application connects to its database and cache (T45)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._backing._sizes import RESERVED_CONNECTIONS, server_connections
from .._environment._redis import PREFIXES
from .._sizes._budget import SERVER_LIMIT, connection_budget
from .._sizes._instance import database_limits
from .._sizes._sizes import sizes
from .._workload._autoscalers import growing
from ._app_values import dictionary, profile
from ._mistake import Mistake


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    yield from _database(dictionary(values, "app_database", "database_connection"))
    yield from _budget(values)
    yield from _cache(values)


def _database(connection: Mapping[str, Any]) -> Iterator[Mistake]:
    """A connection that was written by hand; the role `database` publishes none like these."""
    direct = (connection.get("direct_host"), connection.get("direct_port"))
    if connection.get("pooling") == "transaction" and direct == (connection.get("host"), connection.get("port")):
        problem = "direct_host is the pooler itself, and migrations take advisory locks that a pooler strands"
        yield Mistake("app_database", problem, "set direct_host and direct_port to the server behind it")
    if connection.get("sslmode") == "verify-ca" and not connection.get("ca_secret"):
        problem = "sslmode verify-ca trusts no public authority"
        yield Mistake("app_database", problem, "set ca_secret, or sslmode: verify-full")


def _budget(values: Mapping[str, Any]) -> Iterator[Mistake]:
    try:
        settled = sizes(profile(values), dictionary(values, "app_sizes"))
        maintenance = dictionary(values, "app_maintenance")
        domain = str(values.get("app_local_domain") or values.get("mastodon_local_domain") or "")
        budget = connection_budget(settled, _limits(values), growing(values, settled), maintenance, domain)
    except (ValueError, KeyError, TypeError):
        return
    for limit in budget["limits"]:
        if not limit["kept"] and not _told_of_pool(values, limit["name"]):
            cure = (
                "use fewer replicas, processes or threads in app_sizes, fewer threads in app_maintenance, a transaction"
                " pooler, or raise the limit"
            )
            yield Mistake("app_sizes", f"too many database connections: {budget['message']}", cure)
            return


def _told_of_pool(values: Mapping[str, Any], name: str) -> bool:
    """Whether the rules about the database tell it: the pools alone are too many for its server.

    They know nothing of a connection that was written by hand.
    """
    limits = _limits(values)
    pool, most = limits.get("pool"), limits.get("max_connections")
    if _by_hand(values) or not pool or not most or not name.startswith(SERVER_LIMIT):
        return False
    return server_connections(pool) > most - RESERVED_CONNECTIONS


def _by_hand(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return dictionary(values, "app_database", "database_connection")


def _limits(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is known of the database's limits: of a connection by hand, a server of the user's own, or the role's."""
    known = _by_hand(values)
    if known or values.get("database_backend") == "external":
        return known or dictionary(values, "database_external")
    return database_limits(values)


def _cache(values: Mapping[str, Any]) -> Iterator[Mistake]:
    cache = dictionary(values, "app_cache", "cache_connection", "cache_external")
    servers = {purpose: cache[purpose] for purpose in PREFIXES if isinstance(cache.get(purpose), Mapping)}
    for purpose, server in servers.items():
        if server.get("tls") and server.get("sentinels"):
            problem = (
                f"{purpose} has TLS and Sentinels, and Mastodon can say TLS only in an address, which names one host"
            )
            yield Mistake("app_cache", problem, "set one of them")
    authorities = [
        dict(server["ca_secret"]) for server in servers.values() if server.get("tls") and server.get("ca_secret")
    ]
    if not values.get("app_trusted_ca_secret") and any(authority != authorities[0] for authority in authorities):
        problem = "the servers' certificates have different authorities, and Ruby reads one file of them"
        yield Mistake(
            "app_cache", problem, "put all authorities into one key of a Secret and name it in app_trusted_ca_secret"
        )
