# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other routes claim of the handle domain: which of its paths, and whether they do anything else besides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import _gateway, _ingress, _traefik
from ._handle import HANDLE_PATHS

Object = Mapping[str, Any]

_LITERAL = re.compile(r"[`\"]([^`\"]*)[`\"]")
_MATCHER = re.compile(r"(!?)\s*([A-Z]\w*)\(([^)]*)\)")


@dataclass(frozen=True)
class Claim:
    """C(paths) are the handle's that a route matches as exactly as ours; C(only) says that it matches no others."""

    paths: tuple[str, ...]
    only: bool


def claim(other: Object, ours: Object) -> Claim | None:
    """What a route of the same kind claims of the domain of ours; None if it never meets ours."""
    pairs = list(_READERS[ours["kind"]](other, ours))
    ours_alone = domain(ours)
    paths = {path for host, path in pairs if host == ours_alone and path in HANDLE_PATHS}
    if not paths:
        return None
    return Claim(
        tuple(path for path in HANDLE_PATHS if path in paths),
        all(host == ours_alone and path in HANDLE_PATHS for host, path in pairs),
    )


def domain(ours: Object) -> str:
    """The one domain that a route of ours is for."""
    hosts = {host for host, path in _READERS[ours["kind"]](ours, ours)}
    return str(hosts.pop())


# Pairs of host and path; a path that is not exact is told as None: it is less specific and loses against ours.
Pairs = Iterator[tuple[str, "str | None"]]


def _http_route(route: Object, ours: Object) -> Pairs:
    if not _share_a_listener(route, ours):
        return
    everything: list[Object] = [{}]
    # Without a hostname it is for every name of its listener, and on Envoy Gateway the older of the two wins.
    for host in route["spec"].get("hostnames") or (*ours["spec"]["hostnames"], ""):
        for rule in route["spec"].get("rules") or everything:
            for match in rule.get("matches") or everything:
                path = match.get("path") or {}
                yield host.lower(), path.get("value") if path.get("type") == "Exact" else None


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


def _ingress_route(route: Object, ours: Object) -> Pairs:
    """A prefix counts as well: by its length its rule would come before an exact one."""
    for each in route["spec"].get("routes") or ():
        matchers = _MATCHER.findall(str(each.get("match")))
        hosts = [host.lower() for host in _literals(matchers, ("Host",))] or [""]
        paths: list[str | None] = [*_literals(matchers, ("Path", "PathPrefix"))]
        if not paths or any(
            negated or name not in ("Host", "Path", "PathPrefix") for negated, name, _given in matchers
        ):
            paths.append(None)
        yield from ((host, path) for host in hosts for path in paths)


def _literals(matchers: Iterable[tuple[str, str, str]], names: tuple[str, ...]) -> Iterator[str]:
    for negated, name, given in matchers:
        if name in names and not negated:
            yield from _LITERAL.findall(given)


def _ingress_paths(route: Object, ours: Object) -> Pairs:
    """Whatever the type of its path: controllers disagree on which of two equal ones comes first."""
    classes = {_class(route), _class(ours)} - {None}
    if len(classes) > 1:
        return
    if route["spec"].get("defaultBackend"):
        yield "", None
    everything: list[Object] = [{}]
    for rule in route["spec"].get("rules") or ():
        for path in (rule.get("http") or {}).get("paths") or everything:
            yield str(rule.get("host") or "").lower(), str(path.get("path") or "/").rstrip("/") or "/"


def _class(route: Object) -> str | None:
    annotations = route["metadata"].get("annotations") or {}
    return route["spec"].get("ingressClassName") or annotations.get("kubernetes.io/ingress.class")


_READERS = {_gateway.KIND: _http_route, _traefik.ROUTE: _ingress_route, _ingress.KIND: _ingress_paths}
