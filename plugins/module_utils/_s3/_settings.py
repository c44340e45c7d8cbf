# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Mastodon must be told about an object store, completed from the habits of its provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from .._switch import switched

# The largest object that a single PUT may carry: nothing is ever uploaded in parts.
NEVER_MULTIPART = 5 * 1024**3

# Mastodon's own defaults (config/initializers/paperclip.rb, mastodon.md 5.6) but for three that fit almost no store of
# today: an object ACL is refused by stores without ACLs (S3_PERMISSION empty sends none), the hostname has no default
# that the content security policy would know, and the SDK's checksum trailers are understood by AWS alone.
_COMMON: Mapping[str, Any] = {
    "region": "us-east-1",
    "endpoint": None,
    "protocol": None,
    "hostname": None,
    "alias_host": None,
    "key_prefix": None,
    "permission": "",
    "override_path_style": False,
    "force_single_request": False,
    "multipart_threshold": 15 * 1024**2,
    "open_timeout": 5,
    "read_timeout": 5,
    "retry_limit": 0,
    "storage_class": None,
    "batch_delete_limit": 1000,
    "checksums_when_required": True,
}

PROVIDERS: Mapping[str, Mapping[str, Any]] = {
    # Buckets made since April 2023 have ACLs disabled; the regional hostname is the only one that newer regions have.
    "aws": {"checksums_when_required": False},
    # RGW takes any region; a claim leaves it empty (operators.md 7.1).
    "rook": {},
    # Knows no ACLs; a bucket policy makes objects public.
    "minio": {},
    # Refuses chunked uploads; the single-request switch alone concerns downloads only (pains 36 and 37).
    "gcs": {
        "region": "auto",
        "endpoint": "https://storage.googleapis.com",
        "force_single_request": True,
        "multipart_threshold": NEVER_MULTIPART,
    },
    # Neither ACLs nor bucket policies: objects are public through a custom domain only.
    "r2": {"region": "auto"},
    # Neither ACLs nor bucket policies: objects are public through its web endpoint only.
    "garage": {"region": "garage"},
    "generic": {},
}

# Their endpoint answers signed requests alone, so that media need a host of their own.
NEEDS_ALIAS_HOST = frozenset({"r2", "garage"})
# Everything but AWS, whose endpoint follows from the region, and GCS, which has one for all.
NEEDS_ENDPOINT = frozenset(PROVIDERS) - {"aws", "gcs"}


def s3_settings(given: Mapping[str, Any], provider: str) -> dict[str, Any]:
    """The `s3` part of `storage_connection`: every setting with its value, what the user gave before all else."""
    try:
        profile = PROVIDERS[provider]
    except KeyError:
        raise ValueError(f"there is no provider {provider!r}; choose one of {', '.join(PROVIDERS)}") from None
    said = {name: value for name, value in given.items() if value is not None}
    settings = {**_COMMON, **profile, **said}
    settings |= {name: switched(settings, name) for name, value in _COMMON.items() if isinstance(value, bool)}
    endpoint = urlsplit(settings["endpoint"] or "")
    if settings["hostname"] is None:
        settings["hostname"] = endpoint.netloc or _aws_host(settings["region"])
    if settings["protocol"] is None:
        # The protocol of the media's public address: an alias host is served over TLS whatever the store itself speaks.
        settings["protocol"] = "https" if settings["alias_host"] else endpoint.scheme or "https"
    return settings


def api_endpoint(settings: Mapping[str, Any]) -> str:
    """Where the application's own requests go."""
    return settings["endpoint"] or f"https://{_aws_host(settings['region'])}"


def _aws_host(region: str) -> str:
    return f"s3.{region}.amazonaws.com"


def media_url(settings: Mapping[str, Any]) -> str:
    """Where browsers and other servers read objects from, without the key; the bucket is not part of an alias host."""
    if settings["alias_host"]:
        return f"{settings['protocol']}://{settings['alias_host']}"
    return f"{settings['protocol']}://{settings['hostname']}/{settings['bucket']}"


def media_host(settings: Mapping[str, Any]) -> str:
    """The host of those addresses, as the content security policy has to name it."""
    return urlsplit(media_url(settings)).netloc


def former_media_hosts(records: Iterable[Mapping[str, Any]], host: str | None) -> list[str]:
    """Every host that media were ever read from but the present one, from the ConfigMap that keeps them.

    Other servers and browsers go on asking for media there, and pages may embed them only from hosts that the content
    security policy names (T31).
    """
    known = [name for record in records for name in (record.get("data") or {}).get("media_hosts", "").split()]
    return [name for name in dict.fromkeys(known) if name != host]
