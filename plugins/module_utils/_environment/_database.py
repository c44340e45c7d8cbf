# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to PostgreSQL as each process needs it: pooled or direct, and TLS in the words of its runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ._address import authority_part
from ._draft import Draft
from ._variable import RAILS, WEB_AND_SIDEKIQ, Process

_STREAMING = frozenset({Process.STREAMING})
_JOB = frozenset({Process.JOB})
_SERVING = frozenset(Process) - _JOB

# libpq's modes that do not verify, in the words of Node, which otherwise verifies authority and name (mastodon.md 5.4).
# Node cannot try TLS and go on without; and libpq's "require" verifies only where it is given an authority.
_NODE_MODES: Mapping[str, str] = {"disable": "disable", "allow": "disable", "prefer": "disable", "require": "no-verify"}
VERIFY_FULL = "verify-full"
AUTO = "auto"


def streaming_mode(connection: Mapping[str, Any], wanted: str = AUTO) -> str:
    """DB_SSLMODE of the streaming server for libpq's mode, unless another is wanted."""
    if wanted != AUTO:
        return wanted
    mode = connection["sslmode"]
    if mode == "require" and connection.get("ca_secret"):
        return VERIFY_FULL
    return _NODE_MODES.get(mode, VERIFY_FULL)


def draft_database(draft: Draft, connection: Mapping[str, Any], trusted: Mapping[str, Any] | None, wanted: str) -> None:
    """Give each process its way to the database.

    `trusted` is the authority that streaming must trust for anything else, `wanted` the user's word on its TLS.
    """
    draft.set("DB_HOST", connection["host"], only=_SERVING)
    draft.set("DB_PORT", connection["port"], only=_SERVING)
    # Migrations hold advisory locks, which a transaction pooler strands (mastodon.md 6, T5).
    draft.set("DB_HOST", connection["direct_host"], only=_JOB)
    draft.set("DB_PORT", connection["direct_port"], only=_JOB)
    draft.set("DB_NAME", connection["name"])
    draft.set("DB_USER", connection["user"])
    draft.secret("DB_PASS", connection["password_secret"])
    for view in draft.views():
        draft.set_view("DB_POOL", view.database_pool, view)
    pooled = connection["pooling"] == "transaction"
    draft.set("PREPARED_STATEMENTS", not pooled, only=WEB_AND_SIDEKIQ)
    _replica(draft, connection, pooled)
    _tls_for_rails(draft, connection)
    _tls_for_streaming(draft, connection, trusted, streaming_mode(connection, wanted))


def _replica(draft: Draft, connection: Mapping[str, Any], pooled: bool) -> None:
    """Even an empty REPLICA_DB_HOST would switch the replica on (operators.md 3.7), so without one there is nothing."""
    replica = connection.get("replica")
    if replica:
        draft.set("REPLICA_DB_HOST", replica["host"])
        draft.set("REPLICA_DB_PORT", replica["port"])
        draft.set("REPLICA_PREPARED_STATEMENTS", not pooled)
        draft.set("REPLICA_DB_TASKS", False)


def _tls_for_rails(draft: Draft, connection: Mapping[str, Any]) -> None:
    mode = connection["sslmode"]
    draft.set("DB_SSLMODE", mode, only=RAILS)
    if connection.get("ca_secret") and mode != "disable":
        draft.authority("PGSSLROOTCERT", "database", connection["ca_secret"])
    elif mode == VERIFY_FULL:
        # The word of libpq 16 and newer for the public authorities; without it a file in the home directory is read.
        draft.set("PGSSLROOTCERT", "system")


def _tls_for_streaming(
    draft: Draft, connection: Mapping[str, Any], trusted: Mapping[str, Any] | None, mode: str
) -> None:
    draft.set("DB_SSLMODE", mode, only=_STREAMING)
    own = connection.get("ca_secret") if mode == VERIFY_FULL else None
    if own and trusted and dict(own) != dict(trusted):
        # Node takes one further file of authorities; the connection's own then stands in its address.
        draft.authority("NODE_EXTRA_CA_CERTS", "trusted", trusted)
        draft.set("DATABASE_URL", _address(connection, draft.mount("database", own, only=_STREAMING)))
    elif own:
        draft.authority("NODE_EXTRA_CA_CERTS", "database", own)
    else:
        draft.authority("NODE_EXTRA_CA_CERTS", "trusted", trusted)


def _address(connection: Mapping[str, Any], authority: str) -> str:
    """Without the password: streaming takes that from DB_PASS (mastodon.md 5.4)."""
    place = authority_part(connection["host"], connection["port"], connection["user"])
    query = urlencode({"sslmode": VERIFY_FULL, "sslrootcert": authority}, safe="/")
    return f"postgresql://{place}/{quote(connection['name'], safe='')}?{query}"
