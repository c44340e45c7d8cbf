# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps the bytes of Secrets out of error messages: the API server quotes offending values."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from ._errors import KubeError

HIDDEN = "(hidden)"


def redacted(error: KubeError, manifest: Mapping[str, Any]) -> KubeError:
    """The same error without any value of the Secret it is about."""
    if manifest.get("kind") != "Secret":
        return error
    causes = error.details.get("causes") or ()
    hidden = [{**cause, "message": _without(str(cause.get("message", "")), manifest)} for cause in causes]
    body = {
        "reason": error.reason,
        "message": _without(error.server_message, manifest),
        "details": {**error.details, "causes": hidden},
    }
    return KubeError(error.attempt, error.status, body)


def _without(message: str, manifest: Mapping[str, Any]) -> str:
    # Longest first, so that no value leaves its tail behind because a shorter one is its beginning.
    for value in sorted(set(_values(manifest)), key=len, reverse=True):
        message = message.replace(value, HIDDEN)
    return message


def _values(manifest: Mapping[str, Any]) -> Iterator[str]:
    for field in ("data", "stringData"):
        values = manifest.get(field)
        for value in values.values() if isinstance(values, Mapping) else ():
            text = str(value)
            yield from (text, repr(value), repr(text)) if text else ()
            try:
                decoded = base64.b64decode(text, validate=True).decode()
            except (binascii.Error, ValueError):
                continue
            if decoded:
                yield decoded
