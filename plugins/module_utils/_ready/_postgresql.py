# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CloudNativePG: Cluster, Pooler, Database and Backup (reference: the 1.30 documentation and API types)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ._state import Failed, Object, Progressing, Ready, State, condition, status, told, unobserved

HEALTHY = "Cluster in healthy state"
# api/v1/cluster_types.go: the operator does not leave these phases by itself.
TERMINAL = frozenset(
    [
        "Cluster cannot proceed to reconciliation due to an unknown plugin being required",
        "Cluster has incomplete or invalid image catalog",
        "Cluster is unrecoverable and needs manual intervention",
        "Cluster cannot execute instance online upgrade due to missing architecture binary",
        "Invalid cluster definition",
    ]
)
# The operator leaves these once what it needs appears: the plugin's pod, the right to create objects.
DOUBTFUL = frozenset(
    [
        "Cluster cannot proceed to reconciliation due to an error while interacting with plugins",
        "Unable to create required cluster objects",
        "Waiting for user action",
    ]
)
FENCED = "cnpg.io/fencedInstances"
HIBERNATION = "cnpg.io/hibernation"
RECONCILIATION = "cnpg.io/reconciliationLoop"


def cluster(item: Object) -> State:
    """Phase and Ready condition are not enough: a hibernated cluster keeps both, and neither knows the last change."""
    if reason := stood_down(item):
        return Failed(reason)
    now = status(item)
    phase = str(now.get("phase") or "not looked at by the operator yet")
    explained = f"{phase} ({now['phaseReason']})" if now.get("phaseReason") else phase
    if phase in TERMINAL:
        return Failed(explained)
    if phase != HEALTHY:
        return Progressing(explained, doubtful=phase in DOUBTFUL)
    return incomplete(item) or archiving(item) or Ready()


def incomplete(item: Object) -> State | None:
    """What the healthy phase does not tell."""
    now, wanted = status(item), item["spec"].get("instances", 1)
    if now.get("instances") != wanted or now.get("readyInstances") != wanted:
        return Progressing(f"{now.get('readyInstances', 0)} of {wanted} instances are ready")
    primary, target = now.get("currentPrimary"), now.get("targetPrimary")
    if not primary or primary != target:
        return Progressing(f"the primary moves from {primary} to {target}")
    lagging = unapplied(item)
    return Progressing(lagging) if lagging else None


def stood_down(item: Object) -> str:
    """Why somebody keeps the cluster from working; empty if nobody does."""
    return hibernated(item) or fenced(item) or unreconciled(item)


def hibernated(item: Object) -> str:
    if notes(item).get(HIBERNATION) == "on" or condition(item, HIBERNATION).get("status") == "True":
        return f"it is hibernated: wake it with the annotation {HIBERNATION}=off"
    return ""


def fenced(item: Object) -> str:
    names = fenced_instances(notes(item).get(FENCED))
    return f"fenced instances: {', '.join(names)}; lift it by removing the annotation {FENCED}" if names else ""


def unreconciled(item: Object) -> str:
    if notes(item).get(RECONCILIATION) == "disabled":
        return f"the operator is told not to work on it: remove the annotation {RECONCILIATION}"
    return ""


def notes(item: Object) -> dict[str, Any]:
    return item["metadata"].get("annotations") or {}


def fenced_instances(value: Any) -> list[str]:
    """The instances in the annotation's JSON list; an empty list fences none, ``*`` all."""
    try:
        names = json.loads(value) if value else []
    except ValueError:
        return [str(value)]
    return ["all" if name == "*" else str(name) for name in names] if isinstance(names, list) else [str(names)]


def unapplied(item: Object) -> str:
    """What the spec asks for and the status shows that it is not yet so; there is no observedGeneration to ask."""
    spec, now = item["spec"], status(item)
    image = spec.get("imageName")
    if image and now.get("image") and now["image"] != image:
        return f"image {image} is not running yet"
    asked = set((spec.get("certificates") or {}).get("serverAltDNSNames") or ())
    missing = asked - set((now.get("certificates") or {}).get("serverAltDNSNames") or ())
    return f"the server's certificate does not have {', '.join(sorted(missing))} yet" if missing else ""


def archiving(item: Object) -> State | None:
    """Set while the archive that the cluster asks for does not take its WAL."""
    plugins = item["spec"].get("plugins") or ()
    if not any(plugin.get("isWALArchiver") and plugin.get("enabled", True) for plugin in plugins):
        return None
    found = condition(item, "ContinuousArchiving")
    if found.get("status") == "True":
        return None
    return Progressing(f"WAL is not archived: {told(found) or 'no segment was archived yet'}")


def pooler(item: Object) -> State:
    """``active`` only says that the Pooler's prerequisites resolve: its Deployment must be ready too."""
    now = status(item)
    phase = now.get("phase")
    if phase == "failed":
        return Progressing(str(now.get("phaseReason") or now.get("error") or "phase failed"), doubtful=True)
    if phase in ("paused", "inactive"):
        return Failed(f"phase {phase}: {now.get('phaseReason') or 'spec.pgbouncer.paused is set'}")
    # Operators before 1.30 write no phase.
    if phase not in (None, "active") or not now:
        return Progressing(f"phase {phase or 'not set'}")
    return Ready()


def deployment_of_pooler(item: Object) -> Iterator[dict[str, Any]]:
    yield {"apiVersion": "apps/v1", "kind": "Deployment", "name": item["metadata"]["name"]}


def database(item: Object) -> State:
    """observedGeneration only rises when the spec was applied; until then the message tells what PostgreSQL said."""
    now = status(item)
    if now.get("applied") and not unobserved(item):
        return Ready()
    message = "" if now.get("applied") else str(now.get("message") or "")
    # It is tried again and again; without an SQLSTATE the server was not there yet.
    return Progressing(message or "not applied yet", doubtful="SQLSTATE" in message)


def backup(item: Object) -> State:
    phase = str(status(item).get("phase") or "pending")
    if phase == "completed":
        return Ready()
    if phase in ("failed", "invalid backup definition"):
        return Failed(str(status(item).get("error") or phase))
    return Progressing(f"phase {phase}", doubtful=phase == "walArchivingFailing")
