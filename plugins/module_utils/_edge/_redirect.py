# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The redirect of the handle domain as a Gateway API route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._labels import labels
from .._probe._handle_probes import HANDLE_PATHS

NAME = "mastodon-handle"
API_VERSION = "gateway.networking.k8s.io/v1"


@dataclass(frozen=True)
class Handle:
    """The handle domain and the listener of the Gateway that answers for it.

    C(max_age) is how long browsers and proxies may keep the redirect, in seconds.
    """

    local_domain: str
    web_domain: str
    namespace: str
    gateway_name: str
    gateway_namespace: str
    gateway_section: str | None = None
    status: int = 301
    max_age: int = 3600
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def split(self) -> bool:
        return self.local_domain != self.web_domain


def redirect_route(handle: Handle) -> dict[str, Any] | None:
    """The route, or None when both domains are the same and there is nothing to redirect."""
    if not handle.split:
        return None
    metadata: dict[str, Any] = {
        "name": NAME,
        "namespace": handle.namespace,
        "labels": labels(handle.namespace, "edge"),
    }
    if handle.annotations:
        metadata["annotations"] = dict(handle.annotations)
    parent = {"name": handle.gateway_name, "namespace": handle.gateway_namespace}
    if handle.gateway_section:
        parent["sectionName"] = handle.gateway_section
    return {
        "apiVersion": API_VERSION,
        "kind": "HTTPRoute",
        "metadata": metadata,
        "spec": {"parentRefs": [parent], "hostnames": [handle.local_domain], "rules": [_rule(handle)]},
    }


def _rule(handle: Handle) -> dict[str, Any]:
    # Exact paths: everything else on this domain belongs to its owner. No path in the redirect: path and query stay as
    # they are. Scheme and port are named, or the listener's own port would leak. A CORS filter would not do for the
    # header: it does not act on redirects (operators.md 10).
    return {
        "matches": [{"path": {"type": "Exact", "value": path}} for path in HANDLE_PATHS],
        "filters": [
            {
                "type": "RequestRedirect",
                "requestRedirect": {
                    "scheme": "https",
                    "hostname": handle.web_domain,
                    "port": 443,
                    "statusCode": handle.status,
                },
            },
            {
                "type": "ResponseHeaderModifier",
                "responseHeaderModifier": {
                    "set": [
                        {"name": "Access-Control-Allow-Origin", "value": "*"},
                        {"name": "Cache-Control", "value": f"max-age={handle.max_age}"},
                    ]
                },
            },
        ],
    }
