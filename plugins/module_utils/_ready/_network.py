# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service, Gateway and HTTPRoute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._state import Object, Progressing, Ready, State, condition, generation, holds, status, told

# Only somebody who changes the Gateway, a ReferenceGrant or the route itself makes these go away.
ROUTE_DOUBTFUL = frozenset(
    [
        "BackendNotFound",
        "InvalidKind",
        "NoMatchingListenerHostname",
        "NoMatchingParent",
        "NotAllowedByListeners",
        "RefNotPermitted",
        "UnsupportedProtocol",
        "UnsupportedValue",
    ]
)


def service(item: Object) -> State:
    if item["spec"].get("type") != "LoadBalancer" or (status(item).get("loadBalancer") or {}).get("ingress"):
        return Ready()
    return Progressing("no load balancer has given it an address yet")


def gateway(item: Object) -> State:
    """Accepted and Programmed, with every listener: a route is Accepted even if its listener has no certificate."""
    for kind in ("Accepted", "Programmed"):
        if not holds(found := condition(item, kind), generation(item)):
            return Progressing(_unmet(kind, found, generation(item)))
    listeners = {one.get("name"): one for one in status(item).get("listeners") or ()}
    for listener in item["spec"]["listeners"]:
        for kind in ("ResolvedRefs", "Programmed"):
            found = _condition(listeners.get(listener["name"]) or {}, kind)
            if not holds(found, generation(item)):
                return Progressing(f"listener {listener['name']}: {_unmet(kind, found, generation(item))}")
    return Ready()


def http_route(item: Object) -> State:
    """Accepted by every parent it names, with all references resolved, for this very spec."""
    parents = status(item).get("parents") or ()
    for wanted in item["spec"].get("parentRefs") or ():
        answers = [one for one in parents if _same(one.get("parentRef") or {}, wanted, item)]
        name = wanted["name"] + (f" listener {wanted['sectionName']}" if wanted.get("sectionName") else "")
        if not answers:
            return Progressing(f"{wanted.get('kind', 'Gateway')} {name} has not answered yet")
        for answer in answers:
            for kind in ("Accepted", "ResolvedRefs"):
                if not holds(found := _condition(answer, kind), generation(item)):
                    text = f"{wanted.get('kind', 'Gateway')} {name}: {_unmet(kind, found, generation(item))}"
                    return Progressing(text, doubtful=found.get("reason") in ROUTE_DOUBTFUL)
    return Ready()


def gateways(route: Object) -> Iterator[dict[str, Any]]:
    """The Gateways in the route's own namespace that it needs; those elsewhere are somebody else's."""
    for parent in (route.get("spec") or {}).get("parentRefs") or ():
        namespace = parent.get("namespace")
        if parent.get("kind", "Gateway") == "Gateway" and namespace in (None, route["metadata"]["namespace"]):
            yield {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "name": parent["name"]}


def _same(answered: Mapping[str, Any], wanted: Mapping[str, Any], route: Object) -> bool:
    """Whether a status entry is about this parentRef; the API server fills in group and kind."""
    own = route["metadata"].get("namespace")
    return all(
        answered.get(field, default) == wanted.get(field, default)
        for field, default in (
            ("kind", "Gateway"),
            ("name", None),
            ("namespace", own),
            ("sectionName", None),
            ("port", None),
        )
    )


def _condition(part: Object, kind: str) -> dict[str, Any]:
    return condition({"status": part}, kind)


def _unmet(kind: str, found: Object, generation: int) -> str:
    if found.get("observedGeneration") != generation:
        return f"{kind} is not known for the last change yet"
    return f"not {kind}: {told(found)}"
