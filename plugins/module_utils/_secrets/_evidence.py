# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signs that something works with the old value of a key, so that a new one would do harm (pains.md T13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .. import _domain_pin
from .._kube._client import Cluster, UnknownKindError
from .._labels import PART_OF
from .._migrate import _record
from ._keys import Need

# Objects that exist only once an instance has been migrated, has federated, or has a database.
_DATA = (
    ("v1", "ConfigMap", _record.NAME),
    ("v1", "ConfigMap", _domain_pin.NAME),
    ("postgresql.cnpg.io/v1", "Cluster", "mastodon-database"),
)
# The role cache's server of the queues; its volume outlives it.
_VALKEY = (
    ("apps/v1", "StatefulSet", "mastodon-queue"),
    ("v1", "PersistentVolumeClaim", "mastodon-queue"),
)


def evidence(cluster: Cluster, namespace: str, need: Need) -> Iterator[str]:
    """What was found, such as "Cluster mastodon-database"."""
    if need == "valkey":
        yield from _objects(cluster, namespace, _VALKEY)
        return
    yield from _objects(cluster, namespace, _DATA)
    for claim in cluster.list("v1", "PersistentVolumeClaim", namespace):
        labels = claim["metadata"].get("labels") or {}
        if labels.get("app.kubernetes.io/part-of") == PART_OF or "cnpg.io/cluster" in labels:
            yield f"PersistentVolumeClaim {claim['metadata']['name']}"


def _objects(cluster: Cluster, namespace: str, objects: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    for api_version, kind, name in objects:
        try:
            if cluster.get(api_version, kind, name, namespace):
                yield f"{kind} {name}"
        except UnknownKindError:
            continue
