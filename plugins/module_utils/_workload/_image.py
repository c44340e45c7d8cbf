# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to images: by tag always, and by digest when one is given (T53)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# The official images (mastodon.md 2). Streaming has one of its own since Mastodon 4.3; both are released together.
RAILS_REPOSITORY = "ghcr.io/mastodon/mastodon"
STREAMING_REPOSITORY = "ghcr.io/mastodon/mastodon-streaming"

_VERSION = re.compile(r"v?(\d+\.\d+\.\d+)")


def tag_of(image: Mapping[str, Any] | None, version: str) -> str:
    """The tag of both images (T40)."""
    return str((image or {}).get("tag") or f"v{version}")


def images(image: Mapping[str, Any] | None, streaming: Mapping[str, Any] | None, version: str) -> dict[str, str]:
    """The full references of the two images, which always have the same tag."""
    tag = tag_of(image, version)
    return {
        "rails": _reference(image, RAILS_REPOSITORY, tag),
        "streaming": _reference(streaming, STREAMING_REPOSITORY, tag),
    }


def version_in(tag: str) -> str | None:
    """The version that a tag begins with, such as 4.6.5 in v4.6.5-mine; None if it begins with none."""
    match = _VERSION.match(tag)
    return match.group(1) if match else None


def _reference(image: Mapping[str, Any] | None, repository: str, tag: str) -> str:
    given = image or {}
    digest = f"@{given['digest']}" if given.get("digest") else ""
    return f"{given.get('repository') or repository}:{tag}{digest}"
