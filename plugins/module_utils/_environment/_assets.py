# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where browsers read static files from when they are published in the bucket of the media."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._switch import switched

OPTION = "app_publish_assets"


def cdn_host(values: Mapping[str, Any], site: Mapping[str, Any]) -> str | None:
    """CDN_HOST: what the user says, else the bucket's alias host if the files are there."""
    if site.get("cdn_host") or not switched(values, OPTION):
        return site.get("cdn_host")
    bucket = values["app_storage"].get("s3") or {}
    return f"{bucket.get('protocol') or 'https'}://{bucket['alias_host']}" if bucket.get("alias_host") else None
