# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in the choice of what answers for the domains: what one backend can do and another cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .._switch import switched
from ._mistake import Mistake

_ROUTE = re.compile(r"(HTTPRoute|IngressRoute|Ingress|Middleware) [a-z0-9.-]+/[a-z0-9.-]+")


def own_gateway(values: Mapping[str, Any]) -> bool:
    """Whether the role makes a Gateway."""
    return values.get("edge_backend", "gateway") == "gateway" and switched(values, "edge_gateway_create", True)


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    backend = values.get("edge_backend", "gateway")
    handle = values.get("edge_handle_backend", backend)
    split = values.get("edge_local_domain") != values.get("edge_web_domain")
    if values.get("edge_probe_address") == "gateway" and backend != "gateway":
        problem = f"gateway has no meaning with edge_backend: {backend}, which has no Gateway with an address"
        cure = "remove it, and name addresses in edge_resolve while DNS does not know them"
        yield Mistake("edge_probe_address", problem, cure)
    yield from _adopt(values.get("edge_handle_adopt"))
    if split:
        yield from _handle(values, backend, handle)


def _handle(values: Mapping[str, Any], backend: Any, handle: Any) -> Iterator[Mistake]:
    status = values.get("edge_redirect_status", 301)
    if handle == "traefik" and status == 307:
        yield Mistake("edge_redirect_status", "307 cannot be had from Traefik's own kinds", "take 302 for a trial")
    if handle == "ingress" and status != 301:
        problem = (
            f"{status} has no effect with edge_handle_backend: ingress, which passes lookups on and redirects none"
        )
        yield Mistake("edge_redirect_status", problem, "remove it")
    if (
        handle == "gateway"
        and backend != "gateway"
        and values.get("edge_handle_gateway_name", "mastodon") == "mastodon"
    ):
        problem = f"is not set, and with edge_backend: {backend} the role makes no Gateway of its own"
        yield Mistake("edge_handle_gateway_name", problem, "name the Gateway that answers for the handle domain")
    if values.get("edge_handle_server", "recognized") != "recognized" and handle != "none":
        problem = f"has no effect with edge_handle_backend: {handle}, which needs no rule elsewhere"
        yield Mistake("edge_handle_server", problem, "remove it, or set edge_handle_backend: none")


def _adopt(routes: Any) -> Iterator[Mistake]:
    for route in routes if isinstance(routes, list) else ():
        if not _ROUTE.fullmatch(str(route)):
            problem = f"'{route}' does not name a route"
            yield Mistake("edge_handle_adopt", problem, "write each as the refusal does, like HTTPRoute site/webfinger")
