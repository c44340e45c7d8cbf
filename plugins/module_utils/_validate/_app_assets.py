# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in where static files are read from, and what pages may lack while versions change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._environment._assets import OPTION
from .._environment._site import SITE
from .._sizes._sizes import sizes
from .._switch import switched
from .._workload._autoscalers import growing
from ._app_values import dictionary, profile, settings
from ._mistake import Mistake


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    if not switched(values, OPTION):
        return
    if not switched(values, "storage_require_cors", True):
        problem = "pages load scripts of another host only where that lets them, which nobody proves"
        yield Mistake("storage_require_cors", problem, f"leave it on, or {OPTION} off")
    storage = dictionary(values, "app_storage", "storage_connection") or _storage(values)
    if storage.get("backend") != "s3":
        yield Mistake(
            OPTION, "needs the media in an S3 bucket, where they are not", "set storage_backend: s3, or leave it out"
        )
    elif not _cdn_host(values):
        yield from _without_host(dictionary(storage, "s3"))


def _storage(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the role storage will publish, as far as it matters here, for who looks before anything has run."""
    bucket = {"alias_host": values.get("storage_alias_host"), "key_prefix": values.get("storage_key_prefix")}
    return {"backend": values.get("storage_backend"), "s3": bucket}


def _without_host(bucket: Mapping[str, Any]) -> Iterator[Mistake]:
    """They lie at the root of a host: the content security policy takes a path for one file (mastodon.md 5.6)."""
    alias = str(bucket.get("alias_host") or "")
    other = "name another host that serves the bucket in app_site.cdn_host"
    if not alias:
        yield Mistake(OPTION, "needs a host whose root is the bucket's", f"set storage_alias_host, or {other}")
    elif "/" in alias:
        yield Mistake(OPTION, f"pages load no script from {alias}, because it has a path", other)
    if bucket.get("key_prefix"):
        problem = "would put files beside the prefix storage_key_prefix, where those of other instances are"
        yield Mistake(OPTION, problem, f"give the instance a bucket of its own, or {other}")


def cautions(values: Mapping[str, Any]) -> Iterator[str]:
    if switched(values, OPTION) or _cdn_host(values) or values.get("app_upgrade_strategy") == "stop_first":
        return
    try:
        settled = sizes(profile(values), values.get("app_sizes"))
        several = (settled["web"].get("replicas") or 0) > 1 or "web" in growing(values, settled)
    except ValueError:
        return
    if several:
        yield (
            f"{OPTION} is not set: while versions change, a page of one web Pod may ask another for a script that it"
            " does not have."
        )


def _cdn_host(values: Mapping[str, Any]) -> Any:
    return (settings(values, SITE) or {}).get("cdn_host")
