# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object: predict what applying it does, and do it.

``changed`` is decided between the live object and the server's own dry run, never between the manifest and the live
object: defaults, webhooks and operators fill in fields that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._kube._client import FIELD_MANAGER, Cluster, reference
from .._kube._errors import Failure, KubeError
from ._anew import failure, remove
from ._conflict import explained, made_by_hand
from ._difference import difference
from ._outcome import Outcome, Prediction
from ._projection import normalized, owned_fields, projection
from ._replicas import given_back, hand_over, held, let_go

__all__ = ["Outcome", "Prediction", "apply_one", "carry_out", "created", "predict", "prepared"]

# An operator may write its object between our reading it and the dry run; it does not do so for ever.
ATTEMPTS = 4


def apply_one(cluster: Cluster, manifest: Mapping[str, Any], *, check_mode: bool, force: bool = False) -> Outcome:
    """Make one object what the manifest says; in check mode only tell what that would do."""
    wanted = prepared(cluster, manifest)
    try:
        prediction = predict(cluster, wanted, read(cluster, wanted), force=force)
    except KubeError as error:
        if check_mode and namespace_is_missing(error):
            return created(wanted).outcome
        raise
    if check_mode:
        return prediction.outcome
    return carry_out(cluster, prediction, force=force)


def prepared(cluster: Cluster, manifest: Mapping[str, Any], namespace: str | None = None) -> dict[str, Any]:
    """The manifest as it is sent: in ``namespace`` if it names none itself."""
    metadata = manifest.get("metadata")
    if not (
        manifest.get("apiVersion") and manifest.get("kind") and isinstance(metadata, Mapping) and metadata.get("name")
    ):
        raise Failure(f"This manifest lacks apiVersion, kind or metadata.name: {_excerpt(manifest)}")
    made = normalized(manifest)
    if cluster.resource(made["apiVersion"], made["kind"]).namespaced:
        made["metadata"] = {**metadata, "namespace": metadata.get("namespace") or namespace}
        if not made["metadata"]["namespace"]:
            raise Failure(f"{reference(manifest)} needs a namespace: set metadata.namespace.")
    return made


def read(cluster: Cluster, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    metadata = manifest["metadata"]
    return cluster.get(manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace"))


def predict(
    cluster: Cluster, manifest: dict[str, Any], live: dict[str, Any] | None, *, force: bool = False
) -> Prediction:
    """What applying the prepared manifest over the live object would do, by the server's own word."""
    for _attempt in range(ATTEMPTS):
        if live and live["metadata"].get("deletionTimestamp"):
            raise Failure(_being_deleted(live))
        expected, force = _dry_run(cluster, held(manifest, live), force=force)
        if live is None and not expected["metadata"].get("resourceVersion"):
            return created(manifest, expected)
        before, after = projection(live), projection(expected)
        if before == after or (live and live["metadata"]["resourceVersion"] == expected["metadata"]["resourceVersion"]):
            break
        live = read(cluster, manifest)
    if reason := failure(live):
        outcome = Outcome("changed", expected, {"status": f"failed ({reason})"}, {"status": "made anew"})
        return Prediction(outcome, manifest, live, write=True, force=force, anew=True)
    owned = owned_fields(live, FIELD_MANAGER) == owned_fields(expected, FIELD_MANAGER) and not let_go(manifest, live)
    outcome = Outcome("unchanged" if before == after else "changed", expected, *difference(before, after))
    return Prediction(outcome, manifest, live, write=outcome.changed or not owned, force=force)


def _dry_run(cluster: Cluster, manifest: dict[str, Any], *, force: bool) -> tuple[dict[str, Any], bool]:
    """The object as it would be, and whether that takes force: an edit by hand is drift, another tool's a conflict."""
    try:
        return cluster.apply(manifest, dry_run=True, force=force), force
    except KubeError as error:
        if not made_by_hand(error) and not given_back(cluster, manifest, error):
            raise explained(error, manifest) from error
    return cluster.apply(manifest, dry_run=True, force=True), True


def created(manifest: dict[str, Any], expected: dict[str, Any] | None = None) -> Prediction:
    """The prediction for an object that does not exist; ``expected`` is the server's dry run, if it could make one."""
    made = expected or manifest
    return Prediction(Outcome("created", made, *difference({}, projection(made))), manifest, live=None, write=True)


def carry_out(cluster: Cluster, prediction: Prediction, *, force: bool = False) -> Outcome:
    if not prediction.write:
        return prediction.outcome
    try:
        if prediction.live and let_go(prediction.manifest, prediction.live):
            hand_over(cluster, prediction.manifest, prediction.live)
        if prediction.live and prediction.anew:
            remove(cluster, prediction.live)
        made = cluster.apply(prediction.manifest, force=force or prediction.force)
    except KubeError as error:
        raise explained(error, prediction.manifest) from error
    return replace(prediction.outcome, object=made)


def namespace_is_missing(error: KubeError) -> bool:
    return error.status == 404 and error.details.get("kind") == "namespaces"


def _being_deleted(live: Mapping[str, Any]) -> str:
    finalizers = ", ".join(live["metadata"].get("finalizers") or ()) or "its grace period"
    return f"{reference(live)} is being deleted and waits for {finalizers}: run again when it is gone."


def _excerpt(manifest: Mapping[str, Any]) -> str:
    """What the manifest says of itself; never its content, which may be a Secret's."""
    metadata = manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return f"apiVersion {manifest.get('apiVersion')}, kind {manifest.get('kind')}, name {name}"
