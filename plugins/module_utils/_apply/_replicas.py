# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replicas that an autoscaler decides (T57): the number survives its leaving the manifest, and its coming back.

Server-side apply takes away a field that its only manager no longer applies, and the default of replicas is 1. An
autoscaler becomes a manager when it first writes the number, which it does not before it wants another one.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._kube._client import FIELD_MANAGER, Cluster
from .._kube._errors import KubeError
from ._conflict import conflicting_fields, conflicting_scalers
from ._parent import member_of
from ._projection import owned_fields

FIELD = ".spec.replicas"
KINDS = ("Deployment", "StatefulSet")
# Kinds that decide the number; an autoscaler of KEDA's makes one of the former.
AUTOSCALERS = ("HorizontalPodAutoscaler", "ScaledObject")
# Holds the number from the moment that we stop until an autoscaler writes it.
KEEPER = f"{FIELD_MANAGER}.replicas"


def let_go(manifest: Mapping[str, Any], live: Mapping[str, Any] | None) -> bool:
    """Whether the manifest leaves the replicas to somebody else, and we still manage them."""
    if live is None or manifest["kind"] not in KINDS or "replicas" in manifest["spec"]:
        return False
    owned = owned_fields(live, FIELD_MANAGER) or {}
    return "f:replicas" in owned.get("f:spec", {})


def held(manifest: dict[str, Any], live: dict[str, Any] | None) -> dict[str, Any]:
    """The manifest whose dry run tells the truth: the replicas that we let go stay what they are."""
    if live is None or not let_go(manifest, live):
        return manifest
    return {**manifest, "spec": {**manifest["spec"], "replicas": live["spec"]["replicas"]}}


def hand_over(cluster: Cluster, manifest: Mapping[str, Any], live: Mapping[str, Any]) -> None:
    """Let another manager hold the number, so that it stays when ours no longer applies it."""
    number = {
        "apiVersion": manifest["apiVersion"],
        "kind": manifest["kind"],
        "metadata": {name: manifest["metadata"][name] for name in ("name", "namespace")},
        "spec": {"replicas": live["spec"]["replicas"]},
    }
    try:
        cluster.apply(number, manager=KEEPER)
    except KubeError as error:
        if conflicting_fields(error) != {FIELD}:
            raise
        # An autoscaler wrote another number in this very moment, and so holds it itself.


def given_back(cluster: Cluster, manifest: Mapping[str, Any], error: KubeError) -> bool:
    """Whether the conflict is about replicas alone, and no autoscaler but the set's own former one decides them."""
    if conflicting_fields(error) != {FIELD} or not conflicting_scalers(error, KEEPER):
        return False
    ours = member_of(manifest)
    return all(ours and member_of(scaler) == ours for scaler in _scalers(cluster, manifest))


def _scalers(cluster: Cluster, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = cluster.list("autoscaling/v2", "HorizontalPodAutoscaler", manifest["metadata"]["namespace"])
    target = (manifest["kind"], manifest["metadata"]["name"])
    return [one for one in found if _target(one) == target]


def _target(scaler: Mapping[str, Any]) -> tuple[str, str]:
    reference = scaler["spec"]["scaleTargetRef"]
    return reference["kind"], reference["name"]
