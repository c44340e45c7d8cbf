# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The redirect of the handle domain as objects of Traefik."""

from __future__ import annotations

from typing import Any

from ._handle import HANDLE_PATHS, NAME, Handle, metadata, own_headers

API_VERSION = "traefik.io/v1alpha1"
ROUTE, MIDDLEWARE = "IngressRoute", "Middleware"
HEADERS, REDIRECT = f"{NAME}-headers", f"{NAME}-redirect"
# Traefik takes the longest rule unless a number is given, and a prefix is longer than the same exact path.
PRIORITY = 10_000


def objects(handle: Handle) -> list[dict[str, Any]]:
    """Both middlewares, and the route that names them."""
    return [
        _middleware(handle, HEADERS, {"headers": {"customResponseHeaders": own_headers(handle)}}),
        _middleware(handle, REDIRECT, {"redirectRegex": redirect(handle)}),
        _route(handle),
    ]


def redirect(handle: Handle) -> dict[str, Any]:
    """The expression sees the whole URL as it was sent, with its query (operators.md 12)."""
    return {
        "regex": "^https?://[^/]+/(.*)$",
        "replacement": f"https://{handle.web_domain}/${{1}}",
        # It knows two kinds: 301 for GET and 308 for HEAD, or 302 and 307 (pkg/middlewares/redirect/redirect.go).
        "permanent": handle.status == 301,
    }


def rule(handle: Handle) -> str:
    paths = " || ".join(f"Path(`{path}`)" for path in HANDLE_PATHS)
    return f"Host(`{handle.local_domain}`) && ({paths})"


def _middleware(handle: Handle, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API_VERSION, "kind": MIDDLEWARE, "metadata": metadata(handle, name), "spec": spec}


def _route(handle: Handle) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": ROUTE,
        "metadata": metadata(handle),
        "spec": {
            "entryPoints": [handle.entry_point],
            "routes": [
                {
                    "kind": "Rule",
                    "match": rule(handle),
                    "priority": PRIORITY,
                    # The headers come first: they are put on whatever comes back from the redirect.
                    "middlewares": [{"name": HEADERS}, {"name": REDIRECT}],
                    "services": [{"kind": "TraefikService", "name": "noop@internal"}],
                }
            ],
            "tls": {"secretName": handle.certificate_secret} if handle.certificate_secret else {},
        },
    }
