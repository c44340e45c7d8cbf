# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is in the way of the handle's objects: other routes with the same paths, and objects of others with our names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._kube._client import Cluster, reference
from .._kube._errors import Failure, KubeError
from .._labels import MANAGED_BY
from ._claims import claim, domain

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Rival:
    """An object that must go, or become ours, before ours can be told apart. C(mixed) is one with other duties too."""

    object: Object
    problem: str
    mixed: bool = False
    namesake: bool = False

    @property
    def ref(self) -> str:
        return reference(self.object)


class ConflictFailure(Failure):
    """Somebody else owns a path of the handle, or an object with the name of ours."""

    def __init__(self, rivals: Iterable[Rival]) -> None:
        super().__init__(
            "The handle's paths already belong to others; nothing was applied:\n"
            + "\n".join(f"  - {rival.ref} {rival.problem}" for rival in rivals)
            + "\nRemove these paths there, since two routes with the same exact path are a coin toss; or name"
            + " a route that does nothing else in `adopt`, and it is replaced."
        )


def is_ours(live: Object) -> bool:
    return (live["metadata"].get("labels") or {}).get("app.kubernetes.io/managed-by") == MANAGED_BY


def rivals(ours: Object, others: Iterable[Object]) -> Iterator[Rival]:
    """Those among other routes of the same kind that match a path of ours as exactly, or have its name.

    Prefixes and wildcards are less specific and lose against ours, so they may stay.
    """
    for other in others:
        if reference(other) == reference(ours):
            if not is_ours(other):
                yield _namesake(other)
        elif found := claim(other, ours):
            more = "" if found.only else ", besides others"
            problem = f"owns {', '.join(found.paths)} on {domain(ours)}{more}"
            yield Rival(other, problem, mixed=not found.only)


def refuse(found: Iterable[Rival], adopt: Collection[str]) -> list[Rival]:
    """The rivals that may be taken over, all of them; ConflictFailure if there are others."""
    found = list(found)
    refused = [rival for rival in found if rival.ref not in adopt or rival.mixed]
    if refused:
        raise ConflictFailure(refused)
    return found


def namesakes(cluster: Cluster, manifests: Iterable[Object]) -> Iterator[Rival]:
    """Objects of others with the names of ours."""
    for manifest in manifests:
        metadata = manifest["metadata"]
        live = cluster.get(manifest["apiVersion"], manifest["kind"], metadata["name"], metadata["namespace"])
        if live is not None and not is_ours(live):
            yield _namesake(live)


def visible(cluster: Cluster, route: Object) -> tuple[list[dict[str, Any]], str]:
    """All routes of this kind in the cluster; those of our namespace, and a sentence of that, if we may see no more."""
    try:
        return cluster.list(route["apiVersion"], route["kind"]), ""
    except KubeError as error:
        if error.status != 403:
            raise
        namespace = route["metadata"]["namespace"]
        narrow = f"Only namespace {namespace} was searched for routes of others with the handle's paths. {error}"
    return cluster.list(route["apiVersion"], route["kind"], namespace), narrow


def _namesake(live: Object) -> Rival:
    return Rival(live, "has the name of ours and was made by others", namesake=True)
