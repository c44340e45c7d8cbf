# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to Redis-compatible servers that the user runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REDIS_PORT = 6379
SENTINEL_PORT = 26379

# What the application distinguishes: feeds and streaming, queues, and what may be forgotten at any time.
PURPOSES = ("base", "sidekiq", "cache")


def external_cache(given: Mapping[str, Any]) -> dict[str, Any]:
    """The `cache_connection` from what the user says; a purpose that is not given uses the base server.

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
        "tls": bool(given.get("tls")),
        "ca_secret": given.get("ca_secret"),
        "sentinels": [
            {"host": sentinel["host"], "port": int(sentinel.get("port") or SENTINEL_PORT)}
            for sentinel in given.get("sentinels") or []
        ],
        "sentinel_master": given.get("sentinel_master"),
        "sentinel_user": given.get("sentinel_user"),
        "sentinel_password_secret": given.get("sentinel_password_secret"),
    }
