# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The redirect of the handle domain as a route of the Gateway API."""

from __future__ import annotations

from typing import Any

from ._handle import HANDLE_PATHS, Handle, metadata, own_headers

API_VERSION = "gateway.networking.k8s.io/v1"
KIND = "HTTPRoute"


def http_route(handle: Handle) -> dict[str, Any]:
    parent = {"name": handle.gateway_name, "namespace": handle.gateway_namespace or handle.namespace}
    if handle.gateway_section:
        parent["sectionName"] = handle.gateway_section
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": metadata(handle),
        "spec": {"parentRefs": [parent], "hostnames": [handle.local_domain], "rules": [_rule(handle)]},
    }


def _rule(handle: Handle) -> dict[str, Any]:
    # Exact paths: everything else on this domain belongs to its owner. No path in the redirect: path and query stay as
    # they are. Scheme and port are named, or the listener's own port would leak. A CORS filter would not do for the
    # header: it does not act on redirects (operators.md 10).
    redirect = {"scheme": "https", "hostname": handle.web_domain, "port": 443, "statusCode": handle.status}
    added = [{"name": name, "value": value} for name, value in own_headers(handle).items()]
    return {
        "matches": [{"path": {"type": "Exact", "value": path}} for path in HANDLE_PATHS],
        "filters": [
            {"type": "RequestRedirect", "requestRedirect": redirect},
            {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": added}},
        ],
    }
