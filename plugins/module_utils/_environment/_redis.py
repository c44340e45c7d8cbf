# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections to Redis-compatible servers, complete for each purpose: Mastodon inherits nothing part by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._address import authority_part
from ._draft import Draft

# What the variables of each purpose begin with. Without a host of its own a purpose uses the base server as a whole;
# with one it inherits no port, number or password (mastodon.md 5.5).
PREFIXES: Mapping[str, str] = {"base": "", "sidekiq": "SIDEKIQ_", "cache": "CACHE_"}


def draft_redis(draft: Draft, cache: Mapping[str, Any]) -> None:
    for purpose, prefix in PREFIXES.items():
        server = cache.get(purpose)
        if server:
            _server(draft, f"{prefix}REDIS_", server)
    if any(server.get("tls") for server in servers(cache)):
        # The default driver, hiredis, speaks no TLS (mastodon.md 5.5).
        draft.set("REDIS_DRIVER", "ruby")


def servers(cache: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The servers that are there, the base first."""
    return [cache[purpose] for purpose in PREFIXES if cache.get(purpose)]


def authority(cache: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The authority of the first server that has TLS and a private one."""
    return next(
        (server["ca_secret"] for server in servers(cache) if server.get("tls") and server.get("ca_secret")), None
    )


def _server(draft: Draft, name: str, server: Mapping[str, Any]) -> None:
    draft.secret(f"{name}PASSWORD", server.get("password_secret"))
    if server.get("tls"):
        draft.compose(f"{name}URL", _address(name, server))
        return
    if server.get("sentinels"):
        draft.set(f"{name}SENTINELS", [f"{sentinel['host']}:{sentinel['port']}" for sentinel in server["sentinels"]])
        draft.set(f"{name}SENTINEL_MASTER", server["sentinel_master"])
        draft.set(f"{name}SENTINEL_USERNAME", server.get("sentinel_user"))
        draft.secret(f"{name}SENTINEL_PASSWORD", server.get("sentinel_password_secret"))
    else:
        draft.set(f"{name}HOST", server["host"])
        draft.set(f"{name}PORT", server["port"])
    draft.set(f"{name}DB", server["db"])
    draft.set(f"{name}USER", server.get("user"))


def _address(name: str, server: Mapping[str, Any]) -> str:
    """TLS is spoken only where an address says so. The kubelet puts the password in, which must be safe in one."""
    password = f"$({name}PASSWORD)" if server.get("password_secret") else ""
    place = authority_part(server["host"], server["port"], server.get("user") or "", password)
    return f"rediss://{place}/{server['db']}"
