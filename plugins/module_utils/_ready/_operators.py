# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dragonfly and Elasticsearch, as their operators report them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._state import Failed, Object, Progressing, Ready, State, status, unobserved


def dragonfly(item: Object) -> State:
    """Only a phase, which is stale right after a change: its StatefulSet must be ready too."""
    phase = str(status(item).get("phase") or "not set")
    return Ready() if phase.lower() == "ready" else Progressing(f"phase {phase}")


def stateful_set_of_dragonfly(item: Object) -> Iterator[dict[str, Any]]:
    yield {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": item["metadata"]["name"]}


def elasticsearch(item: Object) -> State:
    """Health green: yellow for good means that a single node is asked for replicas it cannot hold (ES_PRESET)."""
    if stale := unobserved(item):
        return stale
    phase, health = status(item).get("phase"), status(item).get("health")
    if phase == "Invalid":
        return Failed("the operator calls its spec invalid")
    if (phase, health) == ("Ready", "green"):
        return Ready()
    return Progressing(f"phase {phase}, health {health}")
