# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which part of an object says what was asked for, and how a manifest is brought into the form that can be compared."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

# Written by the API server on every object; none of it is anybody's wish.
SERVER_METADATA = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")


def projection(live: Mapping[str, Any] | None) -> dict[str, Any]:
    """The object without its status and without what the API server keeps about it."""
    if live is None:
        return {}
    kept = {name: value for name, value in live.items() if name != "status"}
    metadata = live.get("metadata") or {}
    kept["metadata"] = {name: value for name, value in metadata.items() if name not in SERVER_METADATA}
    return kept


def owned_fields(live: Mapping[str, Any] | None, manager: str) -> Any:
    """What the field manager owns through apply; None if it never applied the object."""
    for entry in ((live or {}).get("metadata") or {}).get("managedFields") or ():
        if entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource"):
            return entry.get("fieldsV1")
    return None


def normalized(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest as it is sent.

    ``stringData`` becomes ``data``: a key no longer sent in stringData stays in the Secret, one no longer in data goes.
    """
    made = dict(manifest)
    text = made.pop("stringData", None) if made.get("kind") == "Secret" else None
    if text:
        encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in text.items()}
        made["data"] = {**(made.get("data") or {}), **encoded}
    return made
