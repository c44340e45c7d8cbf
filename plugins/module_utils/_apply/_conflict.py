# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conflicts of server-side apply, as a sentence that names the other manager and the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._kube._client import FIELD_MANAGER, reference
from .._kube._errors import KubeError

# "conflict with "helm" using apps/v1 with subresource "scale"": the words before and after differ between versions.
MANAGER = re.compile(r'conflict with "([^"]+)"')

# HorizontalPodAutoscaler and KEDA write through the subresource.
SCALED = 'subresource "scale"'

# As these managers kubectl changes single fields for a person: kubectl-edit, kubectl-set, kubectl-patch, kubectl-scale.
BY_HAND = "kubectl-"
# With this one it applies whole files, which somebody may keep: another statement of the truth.
APPLIED = "kubectl-client-side-apply"


def made_by_hand(error: KubeError) -> bool:
    """Whether the fields in conflict were changed by a person, not by a tool that would change them back.

    Or by this collection: what it changed for the time being, such as the replicas of what stood still for migrations.
    """
    managers = {_manager(cause) for cause in _conflicts(error)}
    return bool(managers) and all(_gives_way(name) for name in managers)


def explained(error: KubeError, manifest: Mapping[str, Any]) -> KubeError:
    """The same error; if it is a conflict between field managers, with the fields, their owners and the cure."""
    conflicts = _conflicts(error)
    if not conflicts:
        return error
    claims = "; ".join(f"{cause.get('field')} belongs to {_manager(cause)}" for cause in conflicts)
    kind, name = manifest.get("kind"), manifest["metadata"]["name"]
    message = (
        f"other tools manage some of its fields: {claims}. Leave these fields out of the manifest of"
        f" {reference(manifest)}, or stop the other tool from managing them, or take them over by adding {kind}/{name}"
        " to force_conflicts"
    )
    return KubeError(
        error.attempt, error.status, {"reason": error.reason, "details": error.details, "message": message}
    )


def conflicting_fields(error: KubeError) -> set[str]:
    """The fields that other managers own; none if the error is no conflict between field managers."""
    return {str(cause.get("field")) for cause in _conflicts(error)}


def conflicting_scalers(error: KubeError, keeper: str) -> bool:
    """Whether all other managers set their fields by scaling, the keeper of a former number among them."""
    messages = [str(cause.get("message")) for cause in _conflicts(error)]
    return all(SCALED in message or f'"{keeper}"' in message for message in messages)


def _gives_way(manager: str) -> bool:
    return manager == FIELD_MANAGER or (manager.startswith(BY_HAND) and manager != APPLIED)


def _conflicts(error: KubeError) -> list[Mapping[str, Any]]:
    return [cause for cause in error.details.get("causes") or () if cause.get("reason") == "FieldManagerConflict"]


def _manager(cause: Mapping[str, Any]) -> str:
    found = MANAGER.search(str(cause.get("message", "")))
    return found.group(1) if found else "another manager"
