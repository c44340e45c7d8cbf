# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where media is stored: S3, a volume, or what a hand-written `storage_connection` says of Swift or Azure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._connections import STORAGE
from ._draft import Draft
from ._variable import RAILS, Kind

# What local media is served from; the only path of the image that needs a volume then (mastodon.md 3.2).
MEDIA_PATH = "/opt/mastodon/public/system"
MEDIA_VOLUME = "media"

_OBJECT_STORES = {"s3": "S3_ENABLED", "swift": "SWIFT_ENABLED", "azure": "AZURE_ENABLED"}


def draft_storage(draft: Draft, storage: Mapping[str, Any]) -> None:
    backend = storage["backend"]
    settings = storage.get(backend) or {}
    if backend in _OBJECT_STORES:
        draft.set(_OBJECT_STORES[backend], True)
    else:
        draft.claim(MEDIA_VOLUME, MEDIA_PATH, settings["claim"], only=RAILS)
    _settings(draft, backend, settings)
    if backend == "s3":
        _s3(draft, settings)


def _settings(draft: Draft, backend: str, settings: Mapping[str, Any]) -> None:
    for variable in STORAGE.variables:
        section, _unused, key = STORAGE.option_of(variable).partition(".")
        value = settings.get(key) if section == backend and key else None
        if variable.kind is Kind.SECRET and key != "credentials_secret":
            draft.secret(variable.name, value)
        elif variable.name == "S3_PERMISSION":
            # Empty says: send no ACL. Only absence means Mastodon's default, public-read (operators.md 7.2).
            draft.set(variable.name, value)
        elif key not in ("credentials_secret", "checksums_when_required") and value != "":
            draft.set(variable.name, value)


def _s3(draft: Draft, settings: Mapping[str, Any]) -> None:
    credentials = settings["credentials_secret"]
    for name, key in (
        ("AWS_ACCESS_KEY_ID", "access_key_id_key"),
        ("AWS_SECRET_ACCESS_KEY", "secret_access_key_key"),
    ):
        draft.secret(name, {"name": credentials["name"], "key": credentials[key]})
    if settings.get("checksums_when_required"):
        # The SDK otherwise sends and expects checksums that stores other than AWS do not know (operators.md 7.2).
        draft.set("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
        draft.set("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
