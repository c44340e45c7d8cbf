# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deployment, StatefulSet, DaemonSet and Job: what ``kubectl rollout status`` asks, and what makes waiting useless."""

from __future__ import annotations

from ._state import Failed, Object, Progressing, Ready, State, condition, status, told, unobserved


def deployment(item: Object) -> State:
    return _obstacle(item) or _rollout(item)


def _obstacle(item: Object) -> State | None:
    """Why looking at the numbers of replicas is useless or too early."""
    if item["spec"].get("paused"):
        return Failed("its rollout is paused: resume it with kubectl rollout resume")
    if stale := unobserved(item):
        return stale
    failure = condition(item, "ReplicaFailure")
    if failure.get("status") == "True":
        return refused(str(failure.get("message", "")))
    return None


def _rollout(item: Object) -> State:
    wanted, now = item["spec"].get("replicas", 1), status(item)
    updated, total, available = (now.get(name, 0) for name in ("updatedReplicas", "replicas", "availableReplicas"))
    if updated < wanted:
        reason = f"{updated} of {wanted} replicas are updated"
    elif total > updated:
        reason = f"{total - updated} replicas of the old version are ending"
    elif available < wanted:
        reason = f"{available} of {wanted} replicas are available"
    else:
        return Ready()
    # It stays exceeded until a pod becomes available, which may be soon if what was missing is there by now.
    late = condition(item, "Progressing").get("reason") == "ProgressDeadlineExceeded"
    return Progressing(f"{reason}, and progressDeadlineSeconds is over" if late else reason, doubtful=late)


def stateful_set(item: Object) -> State:
    spec, now = item["spec"], status(item)
    wanted = spec.get("replicas", 1)
    if stale := unobserved(item):
        return stale
    ready, updated = now.get("readyReplicas", 0), now.get("updatedReplicas", 0)
    strategy = spec.get("updateStrategy") or {}
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    # A set whose pods all run the last revision may report no updatedReplicas.
    if now.get("currentRevision") != now.get("updateRevision") and updated < wanted - partition:
        waits = "; its pods are replaced when somebody deletes them" if strategy.get("type") == "OnDelete" else ""
        return Progressing(f"{updated} of {wanted - partition} replicas are updated{waits}")
    if ready < wanted:
        return Progressing(f"{ready} of {wanted} replicas are ready")
    if now.get("replicas", 0) > wanted:
        return Progressing(f"{now['replicas'] - wanted} replicas are ending")
    return Ready()


def daemon_set(item: Object) -> State:
    now = status(item)
    if stale := unobserved(item):
        return stale
    wanted = now.get("desiredNumberScheduled", 0)
    updated = now.get("updatedNumberScheduled", 0)
    if ((item["spec"].get("updateStrategy") or {}).get("type")) != "OnDelete" and updated < wanted:
        return Progressing(f"{updated} of {wanted} pods are updated")
    if now.get("numberAvailable", 0) < wanted:
        return Progressing(f"{now.get('numberAvailable', 0)} of {wanted} pods are available")
    return Ready()


def job(item: Object) -> State:
    failure = condition(item, "Failed")
    if failure.get("status") == "True":
        return Failed(told(failure))
    if condition(item, "Complete").get("status") == "True":
        return Ready()
    if item["spec"].get("suspend"):
        return Failed("it is suspended: set spec.suspend to false")
    failed = status(item).get("failed", 0)
    return Progressing(f"running, {failed} attempts failed before" if failed else "running")


def refused(message: str) -> State:
    """Why the pods of a workload cannot be created. A quota may free up; a pod that policy forbids stays forbidden."""
    text = f"its pods are refused: {message}"
    return Progressing(text, doubtful=True) if "exceeded quota" in message else Failed(text)
