"""The two descriptions of an instance (mastodon: app/serializers/rest, instance and v1/instance). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .documents import Json
from .release import Release
from .site import Site

SOURCE = "https://github.com/fediverse-mastodon/fediverse.mastodon/tree/main/tests/double"
MEGABYTE = 1024 * 1024
IMAGE_LIMIT, VIDEO_LIMIT = 16 * MEGABYTE, 99 * MEGABYTE  # mastodon.md 3.4

_LIMITS: Json = {
    "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
    "media_attachments": {"image_size_limit": IMAGE_LIMIT, "video_size_limit": VIDEO_LIMIT},
}


def instance_v2(release: Release, site: Site, settings: Mapping[str, Any], vapid_public_key: str | None) -> Json:
    """`source_url` tells the double from the original, where `version` must not."""
    mode = settings["registrations_mode"]
    return {
        "domain": site.local_domain,
        "title": settings["site_title"],
        "version": str(release),
        "source_url": SOURCE,
        "description": settings["site_short_description"],
        "usage": {"users": {"active_month": 0}},
        "thumbnail": {"url": site.url("/packs/assets/preview.png")},
        "languages": ["en"],
        "configuration": {
            "urls": {"streaming": site.streaming_url, "about": site.url("/about")},
            "vapid": {"public_key": vapid_public_key},
            **_LIMITS,
            "limited_federation": site.limited_federation,
        },
        "registrations": {
            "enabled": mode != "none" and not site.single_user,
            "approval_required": mode == "approved",
            "reason_required": mode == "approved" and settings["require_invite_text"],
            "message": None,
        },
        "api_versions": {"mastodon": release.api},
        "contact": {"email": settings["site_contact_email"], "account": None},
        "rules": [],
    }


def instance_v1(release: Release, site: Site, settings: Mapping[str, Any], counts: Mapping[str, int]) -> Json:
    mode = settings["registrations_mode"]
    return {
        "uri": site.local_domain,
        "title": settings["site_title"],
        "short_description": settings["site_short_description"],
        "description": settings["site_description"],
        "email": settings["site_contact_email"],
        "version": str(release),
        "urls": {"streaming_api": site.streaming_url},
        "stats": {"user_count": counts["users"], "status_count": counts["statuses"], "domain_count": 0},
        "languages": ["en"],
        "registrations": mode != "none" and not site.single_user,
        "approval_required": mode == "approved",
        "invites_enabled": True,
        "configuration": _LIMITS,
        "contact_account": None,
        "rules": [],
    }
