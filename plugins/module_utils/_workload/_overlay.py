# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user says of every pod, laid over the pods that were rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._plain import merged

# Lists of the role's own: a list laid over them would take their place and leave a pod that cannot run.
OWNED = ("containers", "initContainers", "volumes")


def overlay_pods(
    manifests: Iterable[Mapping[str, Any]],
    pod_spec: Mapping[str, Any],
    annotations: Mapping[str, str],
    labels: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The manifests, with fields, annotations and labels merged into every pod template."""
    return [_overlaid(manifest, pod_spec, annotations, labels) for manifest in manifests]


def _overlaid(
    manifest: Mapping[str, Any],
    pod_spec: Mapping[str, Any],
    annotations: Mapping[str, str],
    labels: Mapping[str, str],
) -> dict[str, Any]:
    spec = manifest.get("spec") or {}
    if manifest.get("kind") == "CronJob":
        return {
            **manifest,
            "spec": {**spec, "jobTemplate": _overlaid(spec["jobTemplate"], pod_spec, annotations, labels)},
        }
    template = spec.get("template")
    if not template:
        return dict(manifest)
    metadata: dict[str, Any] = {"labels": dict(labels), "annotations": dict(annotations)}
    said = {name: given for name, given in metadata.items() if given}
    # Where nothing is said nothing is claimed: an empty map would be ours all the same.
    over = {"spec": dict(pod_spec), **({"metadata": said} if said else {})}
    return {**manifest, "spec": {**spec, "template": merged(template, over)}}
