# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The members of an apply set that are in the cluster, and which of them may be deleted when the set drops them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from .._kube._client import Cluster, Resource
from .._kube._errors import KubeError
from ._keep import called
from ._parent import Contents, Parent

# (group/kind, namespace, name): the same object in whatever version it is written.
Key = tuple[str, str, str]

# Deleting one of these deletes data that nobody can make again.
PERSISTENT = frozenset(
    [
        "PersistentVolumeClaim",
        "Secret",
        "Cluster.postgresql.cnpg.io",
        "Database.postgresql.cnpg.io",
        "ObjectBucketClaim.objectbucket.io",
    ]
)

# On an object that guards one of these, such as a NetworkPolicy; the value is its Kind/name.
GUARDS = "fediverse.mastodon/guards"


def group_kind(manifest: Mapping[str, Any]) -> str:
    group = str(manifest["apiVersion"]).rpartition("/")[0]
    return f"{manifest['kind']}.{group}" if group else str(manifest["kind"])


def key(manifest: Mapping[str, Any]) -> Key:
    metadata = manifest["metadata"]
    return group_kind(manifest), metadata.get("namespace") or "", metadata["name"]


def contents(manifests: Iterable[Mapping[str, Any]]) -> Contents:
    """The kinds and namespaces of these objects."""
    keys = [key(manifest) for manifest in manifests]
    return Contents(
        frozenset(kind for kind, _namespace, _name in keys), frozenset(space for _k, space, _n in keys if space)
    )


def members(
    cluster: Cluster,
    parent: Parent,
    where: Contents,
    versions: Mapping[str, str],
    each: Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], list[Any]],
) -> dict[Key, dict[str, Any]]:
    """All objects with the set's label, by one list per kind and namespace, in the version that ``versions`` names."""
    lists = [
        (cluster, parent, resource, namespace)
        for resource in _resources(cluster, where.group_kinds, versions)
        for namespace in (sorted(where.namespaces) if resource.namespaced else [None])
    ]
    return {key(found): found for page in each(_list, lists) for found in page}


def _resources(cluster: Cluster, group_kinds: Iterable[str], versions: Mapping[str, str]) -> Iterable[Resource]:
    for name in sorted(group_kinds):
        kind, _dot, group = name.partition(".")
        if name in versions:
            yield cluster.resource(versions[name], kind)
        elif found := cluster.discovery.preferred(group, kind):
            yield found
        # else: the kind is gone from the cluster, and its objects with it


def _list(cluster: Cluster, parent: Parent, resource: Resource, namespace: str | None) -> list[dict[str, Any]]:
    try:
        return cluster.list(resource.api_version, resource.kind, namespace, labels=parent.selector)
    except KubeError as error:
        if error.status == 404:  # a kind whose definition this very set is about to create
            return []
        raise


def holding_data(leaving: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Those that hold data, as Kind/name."""
    return frozenset(called(live) for live in leaving if group_kind(live) in PERSISTENT)


def why_kept(live: Mapping[str, Any], data: Collection[str] = ()) -> str | None:
    """Why an object that left the set is not deleted, where ``data`` leaves it too and stays; None if it is."""
    if group_kind(live) in PERSISTENT:
        return "it holds data"
    if (guarded := (live["metadata"].get("annotations") or {}).get(GUARDS)) in data:
        return f"it guards {guarded}"
    if any(owner.get("controller") for owner in live["metadata"].get("ownerReferences") or ()):
        return "its owner made it"  # some controllers copy the labels of an object to those they derive from it
    if live["metadata"].get("deletionTimestamp"):
        return "it is being deleted already"
    return None
