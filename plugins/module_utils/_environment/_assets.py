# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where browsers read static files from when web puts them into the bucket of the media."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._s3._settings import media_url
from .._switch import switched

OPTION = "app_publish_assets"


def published_at(values: Mapping[str, Any], site: Mapping[str, Any]) -> str | None:
    """The host that the user names, else the bucket's alias host; None if the files stay in the image."""
    if not switched(values, OPTION):
        return None
    bucket = values["app_storage"].get("s3") or {}
    # Under the store's own host the bucket's name is a path, where no static file can lie.
    alias = media_url({"protocol": "https"} | bucket) if bucket.get("alias_host") else None
    return site.get("cdn_host") or alias
