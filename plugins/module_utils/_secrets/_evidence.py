# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signs that an instance's data already exists, so that new keys would make it unreadable (pains.md T13)."""

from __future__ import annotations

from collections.abc import Iterator

from .. import _domain_pin
from .._kube._client import Cluster, UnknownKindError
from .._labels import PART_OF
from .._migrate import _record

# Objects that exist only once an instance has been migrated, has federated, or has a database.
_OBJECTS = (
    ("v1", "ConfigMap", _record.NAME),
    ("v1", "ConfigMap", _domain_pin.NAME),
    ("postgresql.cnpg.io/v1", "Cluster", "mastodon-database"),
)


def existing_data(cluster: Cluster, namespace: str) -> Iterator[str]:
    """What was found, such as "Cluster mastodon-database"."""
    for api_version, kind, name in _OBJECTS:
        try:
            if cluster.get(api_version, kind, name, namespace):
                yield f"{kind} {name}"
        except UnknownKindError:
            continue
    for claim in cluster.list("v1", "PersistentVolumeClaim", namespace):
        labels = claim["metadata"].get("labels") or {}
        if labels.get("app.kubernetes.io/part-of") == PART_OF or "cnpg.io/cluster" in labels:
            yield f"PersistentVolumeClaim {claim['metadata']['name']}"
