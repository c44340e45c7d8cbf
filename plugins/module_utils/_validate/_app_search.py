# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in what is said of the search server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._environment._search import SEARCH
from ._app_values import settings
from ._mistake import Mistake

VARIABLE = "app_search"


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    given = settings(values, SEARCH)
    if not given:
        return
    host = given["host"]
    if not host:
        yield Mistake(VARIABLE, "search is enabled, and host is not set", "set host to the search server")
    elif "://" in host:
        yield Mistake(VARIABLE, f"host {host} has a scheme", "write the host alone, and set tls: true for https")
    elif "/" in host or (host.count(":") == 1):
        # Mastodon appends ES_PORT to whatever it finds (mastodon.md 5.8).
        yield Mistake(
            VARIABLE,
            f"host {host} has a port or a path, and a port is appended",
            "write the host alone, the port in port",
        )
    if bool(given["user"]) != bool(given["password_secret"]):
        yield Mistake(VARIABLE, "of user and password_secret only one is set", "set both or neither")
    if given["ca_secret"] and not given["tls"]:
        yield Mistake(VARIABLE, "ca_secret is set without tls", "set tls: true, or remove ca_secret")
