# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service, Gateway and HTTPRoute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
    if not is_balanced(item) or (status(item).get("loadBalancer") or {}).get("ingress"):
        return Ready()
    return Progressing("no load balancer has given it an address yet")


def is_balanced(item: Object) -> bool:
    return item["spec"].get("type") == "LoadBalancer"


def gateway(item: Object) -> State:
    """Accepted and Programmed, with every listener: a route is Accepted even if its listener has no certificate."""
    now = generation(item)
    answered = {one.get("name"): one for one in status(item).get("listeners") or ()}
    # The listeners first, since the Gateway as a whole only tells that something is wrong with one.
    for listener in item["spec"]["listeners"]:
        if missing := unmet(answered.get(listener["name"]) or {}, ("ResolvedRefs", "Programmed"), now):
            return Progressing(f"listener {listener['name']}: {missing.text}")
    missing = unmet(status(item), ("Accepted", "Programmed"), now)
    return Progressing(missing.text) if missing else Ready()


def http_route(item: Object) -> State:
    """Accepted by every parent it names, with all references resolved, for this very spec."""
    parents = status(item).get("parents") or ()
    for wanted in item["spec"].get("parentRefs") or ():
        answers = [one for one in parents if _same(one.get("parentRef") or {}, wanted, item)]
        name = f"{wanted.get('kind', 'Gateway')} {wanted['name']}"
        if wanted.get("sectionName"):
            name += f" listener {wanted['sectionName']}"
        if not answers:
            return Progressing(f"{name} has not answered yet")
        for answer in answers:
            if missing := unmet(answer, ("Accepted", "ResolvedRefs"), generation(item)):
                return Progressing(f"{name}: {missing.text}", doubtful=missing.reason in ROUTE_DOUBTFUL)
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


@dataclass(frozen=True)
class Unmet:
    reason: str
    text: str


def unmet(part: Object, kinds: tuple[str, ...], generation: int) -> Unmet | None:
    """The first of these conditions of a status, or of a listener or parent in it, that does not hold."""
    for kind in kinds:
        found = condition({"status": part}, kind)
        if found.get("observedGeneration") != generation:
            return Unmet("", f"{kind} is not known for the last change yet")
        if not holds(found):
            return Unmet(str(found.get("reason")), f"not {kind}: {told(found)}")
    return None
