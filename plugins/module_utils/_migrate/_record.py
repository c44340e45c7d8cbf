# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is migrated, as ConfigMap ``mastodon-migrations``: readable by people, written by one run at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .._kube._client import Cluster
from .._labels import labels
from ._brakes import DEPLOYMENT, Stopped, names
from ._plan import RECORD, Record

NAME = RECORD
COMPONENT = "migrations"
UNKNOWN = "unknown"
# What was stopped for migrations and what it was before, as JSON.
STOPPED = "stopped"


def read(cluster: Cluster, namespace: str) -> dict[str, Any] | None:
    return cluster.get("v1", "ConfigMap", NAME, namespace)


def record(live: Mapping[str, Any] | None) -> Record | None:
    """What the ConfigMap says; None without one, and for one that somebody emptied."""
    data = (live or {}).get("data") or {}
    if not data.get("database"):
        return None
    pending = data.get("post_pending", UNKNOWN)
    return Record(
        database=data["database"],
        before_rollout=data.get("before_rollout", ""),
        after_rollout=data.get("after_rollout", ""),
        post_pending=int(pending) if pending.isdecimal() else None,
        finished=data.get("finished", ""),
        begun=data.get("begun", ""),
    )


def write(cluster: Cluster, namespace: str, live: Mapping[str, Any] | None, new: Record) -> None:
    """Write the record over the one that was read; KubeError 409 if another run wrote since."""
    data = {
        "database": new.database,
        "before_rollout": new.before_rollout,
        "after_rollout": new.after_rollout,
        "post_pending": UNKNOWN if new.post_pending is None else str(new.post_pending),
        "finished": new.finished,
        "begun": new.begun,
    }
    _write(cluster, namespace, live, data)


def stopped(live: Mapping[str, Any] | None) -> list[str]:
    """The names of what stands still for migrations."""
    return names(standstill(live))


def standstill(live: Mapping[str, Any] | None) -> Stopped:
    """What stands still for migrations, and what it was before."""
    given = json.loads(((live or {}).get("data") or {}).get(STOPPED) or "{}")
    # It was the number of Pods of Deployments alone once.
    counts = {name: {"replicas": count} for name, count in given.items() if isinstance(count, int)}
    return {DEPLOYMENT.kind: counts} if counts else given


def write_stopped(cluster: Cluster, namespace: str, live: Mapping[str, Any] | None, stopped: Stopped) -> None:
    """Remember it, or forget it all; KubeError 409 if another run wrote since."""
    _write(cluster, namespace, live, {STOPPED: json.dumps(stopped, sort_keys=True) if stopped else None})


def _write(cluster: Cluster, namespace: str, live: Mapping[str, Any] | None, data: Mapping[str, str | None]) -> None:
    metadata = {"labels": labels(namespace, COMPONENT)}
    if live is None:
        identity = {"name": NAME, "namespace": namespace}
        cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**identity, **metadata}, "data": data})
        return
    bound = {**metadata, "resourceVersion": live["metadata"]["resourceVersion"]}
    cluster.patch("v1", "ConfigMap", NAME, namespace, {"metadata": bound, "data": data})
