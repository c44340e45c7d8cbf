# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to Redis-compatible servers, ours or the user's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._switch import switched

REDIS_PORT = 6379
SENTINEL_PORT = 26379

# Where the check finds the authority of a server's certificate.
CA_PATH = "/etc/cache-ca/ca.crt"

# What the application distinguishes: feeds and streaming, queues, and what may be forgotten at any time.
PURPOSES = ("base", "sidekiq", "cache")


def cache_connection(given: Mapping[str, Any]) -> dict[str, Any]:
    """The `cache_connection` from what is said of the servers; a purpose that is not given uses the base server.

    Mastodon 4.6 inherits nothing field by field: once a purpose has a host of its own, its port, database, user and
    password are its own too (mastodon.md 5.5). So each purpose here is either complete or absent.
    """
    return {purpose: _server(given[purpose]) if given.get(purpose) else None for purpose in PURPOSES}


def _server(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "host": given.get("host"),
        "port": int(given.get("port") or REDIS_PORT),
        "db": int(given.get("db") or 0),
        "user": given.get("user"),
        "password_secret": given.get("password_secret"),
        "tls": switched(given, "tls"),
        "ca_secret": given.get("ca_secret"),
        "sentinels": [
            {"host": sentinel["host"], "port": int(sentinel.get("port") or SENTINEL_PORT)}
            for sentinel in given.get("sentinels") or []
        ],
        "sentinel_master": given.get("sentinel_master"),
        "sentinel_user": given.get("sentinel_user"),
        "sentinel_password_secret": given.get("sentinel_password_secret"),
    }


def check_environment(server: Mapping[str, Any], purpose: str) -> dict[str, str]:
    """What the check's script is told about one server of a `cache_connection`: everything but passwords."""
    tls = ["--tls"] if server["tls"] else []
    authority = ["--cacert", CA_PATH] if server["ca_secret"] else []
    return {
        "PURPOSE": purpose,
        "HOST": server["host"] or "",
        "PORT": str(server["port"]),
        "DB": str(server["db"]),
        "OPTIONS": " ".join([*_user(server["user"]), *tls, *authority]),
        "SENTINELS": " ".join(f"{sentinel['host']}:{sentinel['port']}" for sentinel in server["sentinels"]),
        "SENTINEL_MASTER": server["sentinel_master"] or "",
        "SENTINEL_OPTIONS": " ".join(_user(server["sentinel_user"])),
    }


def _user(name: str | None) -> list[str]:
    return ["--user", name] if name else []
