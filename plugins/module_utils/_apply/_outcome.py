# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What applying one object did, or would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .._kube._client import reference

Action = Literal["created", "changed", "unchanged", "pruned", "kept"]


@dataclass(frozen=True)
class Outcome:
    action: Action
    # The live object, or the predicted one in check mode.
    object: dict[str, Any]
    # What differs, with the values of Secrets hidden.
    before: dict[str, Any]
    after: dict[str, Any]
    # Why an object was kept.
    reason: str = ""
    # It was kept only because this run prunes nothing.
    prunable: bool = False

    @property
    def ref(self) -> str:
        return reference(self.object)

    @property
    def changed(self) -> bool:
        return self.action not in ("unchanged", "kept")

    @property
    def entry(self) -> dict[str, Any]:
        """How module results list the object."""
        metadata = self.object["metadata"]
        return {
            "kind": self.object["kind"],
            "namespace": metadata.get("namespace"),
            "name": metadata["name"],
            "action": self.action,
        }


@dataclass(frozen=True)
class Prediction:
    outcome: Outcome
    manifest: dict[str, Any]
    live: dict[str, Any] | None
    # Something is to be sent: also when only the ownership of fields changes, which does not change the object.
    write: bool
    # Fields are to be taken over from another manager.
    force: bool = False
    # The live object is to be deleted first.
    anew: bool = False
