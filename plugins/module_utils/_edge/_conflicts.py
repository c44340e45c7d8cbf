# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who else claims the handle's paths: routes of others on the same hostname and Gateway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._kube._client import Cluster, reference
from .._kube._errors import KubeError
from .._probe._handle_probes import HANDLE_PATHS
from ._redirect import API_VERSION

Object = Mapping[str, Any]


def conflicts(route: Object, others: Iterable[Object]) -> list[str]:
    """One line for each route that matches a path of ours as exactly as ours does.

    Prefixes, wildcards and routes without a hostname are less specific and lose against ours, so they may stay.
    """
    lines = []
    for other in others:
        same = reference(other) == reference(route)
        if not same and _hostnames(other) & _hostnames(route) and _share_a_listener(other, route):
            paths = sorted(set(_exact_paths(other)) & set(HANDLE_PATHS))
            if paths:
                lines.append(f"{reference(other)} owns {', '.join(paths)} on {', '.join(sorted(_hostnames(route)))}")
    return lines


def visible_routes(cluster: Cluster, route: Object) -> list[dict[str, Any]]:
    """All routes of the cluster; those of our namespace when our rights end there."""
    try:
        return cluster.list(API_VERSION, "HTTPRoute")
    except KubeError as error:
        if error.status != 403:
            raise
    return cluster.list(API_VERSION, "HTTPRoute", route["metadata"]["namespace"])


def _hostnames(route: Object) -> set[str]:
    return {str(name).lower() for name in route["spec"].get("hostnames") or ()}


def _share_a_listener(one: Object, other: Object) -> bool:
    return any(
        (a["namespace"], a["name"]) == (b["namespace"], b["name"])
        and (a["section"] == b["section"] or None in (a["section"], b["section"]))
        for a in _parents(one)
        for b in _parents(other)
    )


def _parents(route: Object) -> Iterator[dict[str, Any]]:
    for parent in route["spec"].get("parentRefs") or ():
        if parent.get("kind", "Gateway") == "Gateway":
            namespace = parent.get("namespace") or route["metadata"]["namespace"]
            yield {"namespace": namespace, "name": parent["name"], "section": parent.get("sectionName")}


def _exact_paths(route: Object) -> Iterator[str]:
    for rule in route["spec"].get("rules") or ():
        for match in rule.get("matches") or ():
            path = match.get("path") or {}
            if path.get("type") == "Exact":
                yield path.get("value", "")
