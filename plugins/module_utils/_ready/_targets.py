# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects are waited for, and reading them all with few requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._kube._client import Cluster, named
from .._kube._errors import Failure, UnknownKindError
from ._registry import Predicate, predicate


@dataclass(frozen=True)
class Target:
    """One object to wait for."""

    api_version: str
    kind: str
    name: str
    namespace: str | None

    @property
    def ref(self) -> str:
        return named(self.kind, self.name, self.namespace)

    @property
    def predicate(self) -> Predicate:
        if found := predicate(self.api_version, self.kind):
            return found
        about = f"a {self.kind} ({self.api_version})"
        raise Failure(f"Cannot wait for {self.ref}: nothing is known about when {about} is ready.")

    def companions(self, item: Mapping[str, Any]) -> list[Target]:
        """The objects in the same namespace without which this one, as it was seen, is not ready."""
        name = self.predicate.companions
        return (
            [Target(one["apiVersion"], one["kind"], one["name"], self.namespace) for one in name(item)] if name else []
        )


def of_manifests(manifests: Iterable[Mapping[str, Any]], namespace: str | None) -> list[Target]:
    """The objects among these manifests that somebody can wait for."""
    return [
        target(one["apiVersion"], one["kind"], one["metadata"]["name"], one["metadata"].get("namespace") or namespace)
        for one in manifests
        if (found := predicate(one["apiVersion"], one["kind"])) and found.concerns(one)
    ]


def target(api_version: str, kind: str, name: str, namespace: str | None) -> Target:
    made = Target(api_version, kind, name, namespace)
    if not made.predicate.namespaced:
        return Target(api_version, kind, name, None)
    if not namespace:
        raise Failure(f"{made.ref} needs a namespace: set its namespace, or the option namespace.")
    return made


def read(cluster: Cluster, targets: Iterable[Target], *, lenient: bool) -> dict[Target, dict[str, Any] | None]:
    """All targets as they are now, by one request for each kind and namespace.

    ``lenient`` takes a kind that the cluster does not serve for an absent object; else it is a failure.
    """
    groups: dict[tuple[str, str, str | None], list[Target]] = defaultdict(list)
    for one in targets:
        groups[one.api_version, one.kind, one.namespace].append(one)
    found: dict[Target, dict[str, Any] | None] = {}
    for members in groups.values():
        try:
            found.update(_read_group(cluster, members))
        except UnknownKindError:
            if not lenient:
                raise
            found.update(dict.fromkeys(members))
    return found


def _read_group(cluster: Cluster, members: list[Target]) -> dict[Target, dict[str, Any] | None]:
    first = members[0]
    if len(members) == 1:
        return {first: cluster.get(first.api_version, first.kind, first.name, first.namespace)}
    listed = cluster.list(first.api_version, first.kind, first.namespace)
    by_name = {item["metadata"]["name"]: item for item in listed}
    return {one: by_name.get(one.name) for one in members}


def of_objects(objects: Iterable[Mapping[str, Any]], namespace: str | None) -> list[Target]:
    """The objects that the option of this name lists."""
    return [target(one["api_version"], one["kind"], one["name"], one.get("namespace") or namespace) for one in objects]
