# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pods behind workloads, found through owner references, and what they say about whether waiting helps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._kube._client import Cluster
from ._pods import trouble
from ._state import Failed, State
from ._workloads import refused

REVISION = "deployment.kubernetes.io/revision"
# Kinds with pods, and the kinds that stand between them and their pods.
BETWEEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Deployment": (("apps/v1", "ReplicaSet"),),
    "StatefulSet": (),
    "DaemonSet": (),
    "Job": (),
    # CloudNativePG: instances are pods of the Cluster itself, its Jobs bootstrap them.
    "Cluster": (("batch/v1", "Job"),),
}


@dataclass(frozen=True)
class Family:
    """A workload's pods and what stands between, of the last revision only."""

    between: Sequence[dict[str, Any]]
    pods: Sequence[dict[str, Any]]


class Families:
    """The pods of one namespace, read once for several workloads."""

    def __init__(self, cluster: Cluster, namespace: str, kinds: Iterable[str]) -> None:
        kinds = list(kinds)
        wanted = sorted({between for kind in kinds for between in BETWEEN.get(kind, ())})
        self._between = [item for api_version, kind in wanted for item in cluster.list(api_version, kind, namespace)]
        self._pods = cluster.list("v1", "Pod", namespace)
        # A Deployment tells in a condition that its pods are refused; the others only in events.
        told = "reason=FailedCreate,type=Warning"
        self._refusals = cluster.list("v1", "Event", namespace, fields=told) if set(kinds) - {"Deployment"} else []

    def of(self, owner: Mapping[str, Any]) -> Family:
        between = [item for item in children(owner, self._between) if is_current(owner, item)]
        return Family(between, [pod for parent in (owner, *between) for pod in children(parent, self._pods)])

    def trouble(self, owner: Mapping[str, Any], since: str) -> State | None:
        """The worst that can be said about the workload's pods; None if they are just not there yet."""
        family = self.of(owner)
        living = [pod for pod in family.pods if not pod["metadata"].get("deletionTimestamp")]
        states = [state for pod in living if (state := trouble(pod, since))]
        if not living and (refusal := self._refusal((owner, *family.between), since)):
            states.append(refused(refusal))
        if owner.get("kind") == "Job":  # how often its pods may fail is its own affair
            states = [state for state in states if not isinstance(state, Failed)]
        return min(states, key=lambda state: not isinstance(state, Failed), default=None)

    def _refusal(self, owners: Iterable[Mapping[str, Any]], since: str) -> str:
        uids = {owner["metadata"]["uid"] for owner in owners}
        return next(
            (
                str(event.get("message"))
                for event in self._refusals
                if event["involvedObject"].get("uid") in uids and last_seen(event) >= since
            ),
            "",
        )


def children(owner: Mapping[str, Any], items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    uid = owner["metadata"]["uid"]
    return [
        item for item in items if any(one.get("uid") == uid for one in item["metadata"].get("ownerReferences") or ())
    ]


def is_current(owner: Mapping[str, Any], between: Mapping[str, Any]) -> bool:
    """Whether a ReplicaSet is the last revision's: the pods of older ones say nothing about the rollout."""
    if between["kind"] != "ReplicaSet":
        return True
    revisions = [(item["metadata"].get("annotations") or {}).get(REVISION) for item in (owner, between)]
    return revisions[0] == revisions[1]


def last_seen(event: Mapping[str, Any]) -> str:
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or "")
