# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ConfigMap ``mastodon-settings``: which settings were written last, and to which database; readable by people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._kube._client import Cluster
from .._labels import labels

NAME = "mastodon-settings"
COMPONENT = "settings"


@dataclass(frozen=True)
class Record:
    database: str
    settings: Mapping[str, Any]

    def holds(self, other: Record) -> bool:
        """Whether all of another record was written with this one."""
        return self.database == other.database and other.settings.items() <= self.settings.items()


def read(cluster: Cluster, namespace: str) -> Record | None:
    """What was written last; None if nothing was, and if somebody made the record unreadable."""
    data = (cluster.get("v1", "ConfigMap", NAME, namespace) or {}).get("data") or {}
    try:
        settings = json.loads(data["settings"])
        return Record(data["database"], settings) if isinstance(settings, dict) else None
    except (KeyError, ValueError):
        return None


def write(cluster: Cluster, namespace: str, record: Record) -> None:
    metadata = {"name": NAME, "namespace": namespace, "labels": labels(namespace, COMPONENT)}
    data = {"database": record.database, "settings": json.dumps(record.settings, indent=2, sort_keys=True)}
    cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}, force=True)
