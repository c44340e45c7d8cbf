# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each profile gives to the database, the cache and the storage; every pool of connections fits its server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Connections that are nobody else's: PostgreSQL's superuser_reserved_connections (3), and the operator's and a dump's.
SERVER_CONNECTIONS = 8
# Connections that no pool may take: those, and the commands' that connect directly (migrations, tootctl: 5 to 10, docs:
# admin/scaling).
RESERVED_CONNECTIONS = SERVER_CONNECTIONS + 12

# A rolling update of a pooler makes one pod before it ends another, as the role says: CloudNativePG hands an empty
# strategy on, with which Kubernetes makes a quarter more (cloudnative-pg: pkg/specs/pgbouncer/deployments.go). One that
# ends is told SIGINT, upon which it takes no more queries, so that it does not count (pgbouncer: pull request 902).
POOLER_SURGE = 1


@dataclass(frozen=True)
class DatabaseSize:
    """`memory` is both request and limit; `pool_size` counts server connections of one pooler pod."""

    instances: int
    storage_size: str
    cpu: str
    memory: str
    max_connections: int
    pooler_instances: int
    pool_size: int
    max_clients: int


@dataclass(frozen=True)
class CacheSize:
    """`queue_*` is the durable instance (base and Sidekiq), `cache_*` the volatile one."""

    queue_memory: str
    queue_storage_size: str
    cache_memory: str


DATABASE: Mapping[str, DatabaseSize] = {
    "single_user": DatabaseSize(1, "10Gi", "100m", "512Mi", 100, 1, 30, 500),
    "small": DatabaseSize(2, "20Gi", "250m", "2Gi", 100, 2, 20, 500),
    "community": DatabaseSize(3, "100Gi", "1", "8Gi", 250, 2, 70, 1000),
}

CACHE: Mapping[str, CacheSize] = {
    "single_user": CacheSize("256Mi", "2Gi", "128Mi"),
    "small": CacheSize("512Mi", "4Gi", "256Mi"),
    "community": CacheSize("2Gi", "10Gi", "1Gi"),
}

# What the volume for media starts with; remote media make most of it.
MEDIA: Mapping[str, str] = {"single_user": "20Gi", "small": "100Gi", "community": "500Gi"}


def database_size(profile: str) -> dict[str, Any]:
    """The database's numbers of a profile."""
    return asdict(_of(DATABASE, profile))


def cache_size(profile: str) -> dict[str, Any]:
    """The cache's numbers of a profile."""
    return asdict(_of(CACHE, profile))


def media_claim_size(profile: str) -> str:
    """The size of the volume for media in a profile."""
    return str(_of(MEDIA, profile))


def server_connections(pool: Mapping[str, Any]) -> int:
    """The server connections that a pooler's pods together may open for Mastodon's one user and one database.

    pool: `instances` with `default_pool_size` each, and `surge`, the pods more during a rolling update, if known.
    """
    return (int(pool["instances"]) + int(pool.get("surge") or 0)) * int(pool["default_pool_size"])


def _of(sizes: Mapping[str, Any], profile: str) -> Any:
    try:
        return sizes[profile]
    except KeyError:
        raise ValueError(f"there is no profile {profile!r}; choose one of {', '.join(sizes)}") from None
