# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a CloudNativePG cluster, and telling what it is if it is not ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .._kube._client import Cluster
from .._kube._errors import Failure
from .._kube._progress import Progress
from ._postgresql import fenced, hibernated
from ._state import Failed, Ready, status
from ._targets import target
from ._watch import Sight, Watch, entries, summary

API_VERSION = "postgresql.cnpg.io/v1"
Name = Literal["absent", "progressing", "ready", "hibernated", "fenced", "failed"]


def wait_for_postgresql(
    cluster: Cluster,
    *,
    name: str,
    namespace: str,
    poolers: Sequence[str],
    timeout: float,
    settle: float,
    progress: Progress,
    check_mode: bool,
) -> dict[str, Any]:
    """Wait for the cluster and its poolers; in check mode take a single look."""
    database = target(API_VERSION, "Cluster", name, namespace)
    targets = [database, *(target(API_VERSION, "Pooler", pooler, namespace) for pooler in poolers)]
    watch = Watch(cluster, settle, progress, lenient=check_mode)
    try:
        if check_mode:
            watch.look(targets)
        else:
            watch.until_ready(targets, timeout)
    except Failure as failure:
        failure.result |= described(watch.sights.get(database, Sight()))
        raise
    found = described(watch.sights[database])
    return {"changed": False, "msg": summary(watch.sights), "objects": entries(watch.sights), **found}


def described(sight: Sight) -> dict[str, Any]:
    """The cluster in the terms of the module's return values."""
    item: Mapping[str, Any] = sight.item or {}
    now = status(item)
    return {
        "state": state_name(sight),
        "reason": sight.worst.reason,
        "phase": now.get("phase"),
        "primary": now.get("currentPrimary") or None,
        "instances": now.get("instances", 0),
        "ready_instances": now.get("readyInstances", 0),
        "timeline": now.get("timelineID"),
    }


def state_name(sight: Sight) -> Name:
    if sight.item is None:
        return "absent"
    if hibernated(sight.item):
        return "hibernated"
    if fenced(sight.item):
        return "fenced"
    if isinstance(sight.worst, Failed):
        return "failed"
    return "ready" if isinstance(sight.worst, Ready) else "progressing"
