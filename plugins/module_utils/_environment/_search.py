# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Full-text search in Elasticsearch or OpenSearch; off unless asked for (T37)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._variable import Group, Kind, Variable

SEARCH = Group(
    variable="app_search",
    prefix="ES_",
    help="Full-text search in Elasticsearch or OpenSearch.",
    source="mastodon.md 5.8; mastodon: config/initializers/chewy.rb, lib/chewy/index_extensions.rb",
    switch="enabled",
    options={
        "tls": {"type": "bool", "default": False, "description": "Whether the server is spoken to over TLS."},
    },
    variables=(
        Variable("ES_ENABLED", "Switch search on.", kind=Kind.FLAG, preset=False),
        Variable("ES_HOST", "The server's host, without scheme and port.", default="V(localhost)"),
        Variable("ES_PORT", "The server's port.", kind=Kind.INTEGER, default="V(9200)"),
        Variable("ES_USER", "Name to sign in with."),
        Variable("ES_PASS", "Password to sign in with.", kind=Kind.SECRET, option="password_secret"),
        Variable(
            "ES_CA_FILE",
            "Authority of the server's certificate, if not a public one.",
            kind=Kind.FILE,
            option="ca_secret",
        ),
        Variable("ES_PREFIX", "What the names of indices begin with, where a server holds those of several instances."),
        Variable(
            "ES_PRESET",
            "How many nodes the server has, and so how many shards and replicas an index.",
            choices=("single_node_cluster", "small_cluster", "large_cluster"),
            default="V(single_node_cluster)",
        ),
    ),
)


def derived(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The host with its scheme; Mastodon appends the port itself."""
    if given["tls"] and given.get("host"):
        yield "ES_HOST", f"https://{given['host']}"
