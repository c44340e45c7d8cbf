# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the storage's variables that types cannot tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from .._s3._settings import NEEDS_ALIAS_HOST, NEEDS_ENDPOINT, NEVER_MULTIPART
from .._switch import switched
from ._mistake import Mistake

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake in the `storage_*` variables."""
    if values.get("storage_backend", "pvc") == "pvc":
        yield from _claim(values)
        return
    provider = str(values.get("storage_provider") or "generic")
    yield from _bucket(values)
    yield from _endpoint(values.get("storage_endpoint"), provider)
    yield from _alias_host(values, provider)
    yield from _tuning(values.get("storage_tuning") or {}, provider)
    yield from _configure(values, provider)
    prefix = values.get("storage_key_prefix")
    if isinstance(prefix, str) and (prefix.startswith("/") or prefix.endswith("/")):
        yield Mistake("storage_key_prefix", f"{prefix} begins or ends with a slash", f"write {prefix.strip('/')}")


def _claim(values: Mapping[str, Any]) -> Iterator[Mistake]:
    if values.get("storage_bucket") or values.get("storage_endpoint"):
        problem = "a bucket or endpoint is given, but storage_backend is pvc"
        yield Mistake(
            "storage_backend", problem, "set storage_backend: s3, or remove storage_bucket and storage_endpoint"
        )
    mode = values.get("storage_claim_access_mode", "ReadWriteMany")
    if mode == "ReadWriteOnce" and not switched(values, "storage_single_node"):
        problem = "web and Sidekiq both write to the volume, and ReadWriteOnce pins them to one node"
        cure = "set ReadWriteMany with a class that offers it, storage_backend: s3, or storage_single_node: true"
        yield Mistake("storage_claim_access_mode", problem, cure)


def _bucket(values: Mapping[str, Any]) -> Iterator[Mistake]:
    bucket = values.get("storage_bucket")
    if not bucket:
        yield Mistake("storage_bucket", "is not set", "name the bucket, or set storage_backend: pvc")
    elif not _BUCKET.fullmatch(str(bucket)):
        problem = f"{bucket} is not a bucket's name"
        yield Mistake("storage_bucket", problem, "use 3 to 63 lower-case letters, digits, dots and hyphens")


def _endpoint(endpoint: Any, provider: str) -> Iterator[Mistake]:
    variable = "storage_endpoint"
    if not endpoint:
        if provider in NEEDS_ENDPOINT:
            yield Mistake(variable, f"is not set, and {provider} has no address of its own", "set it with its scheme")
        return
    parts = urlsplit(str(endpoint))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        bare = str(endpoint).rpartition("://")[2]
        yield Mistake(variable, f"{endpoint} has no scheme", f"write https://{bare}")
    elif parts.path.strip("/"):
        problem = f"{endpoint} has a path; the bucket does not belong into it"
        yield Mistake(variable, problem, f"write {parts.scheme}://{parts.netloc}, and the bucket in storage_bucket")


def _alias_host(values: Mapping[str, Any], provider: str) -> Iterator[Mistake]:
    variable, alias = "storage_alias_host", values.get("storage_alias_host")
    if not alias:
        if provider in NEEDS_ALIAS_HOST:
            problem = f"is not set, and {provider} lets nobody read objects at its endpoint"
            yield Mistake(variable, problem, "set the public host of the bucket (custom domain or web endpoint)")
        return
    scheme, separator, bare = str(alias).rpartition("://")
    if separator:
        problem = f"{alias} has a scheme, which makes a broken content security policy"
        yield Mistake(variable, problem, f"write {bare.rstrip('/')}; {scheme} belongs into storage_tuning.protocol")
    elif not _HOST.fullmatch(bare.partition("/")[0]):
        yield Mistake(variable, f"{alias} does not begin with a host name", "write it like files.example.org")
    elif bare.endswith("/"):
        yield Mistake(variable, f"{alias} ends with a slash", f"write {bare.rstrip('/')}")


def _tuning(tuning: Mapping[str, Any], provider: str) -> Iterator[Mistake]:
    hostname = tuning.get("hostname")
    if isinstance(hostname, str) and ("://" in hostname or "/" in hostname):
        bare = hostname.rpartition("://")[2].partition("/")[0]
        yield Mistake("storage_tuning", f"hostname {hostname} is not a bare host name", f"write {bare}")
    if provider != "gcs":
        return
    # GCS refuses chunked uploads (T29).
    if not switched(tuning, "force_single_request", True):
        yield Mistake("storage_tuning", "force_single_request is off, which GCS cannot do", "remove it")
    threshold = tuning.get("multipart_threshold")
    if isinstance(threshold, int) and threshold < NEVER_MULTIPART:
        problem = f"multipart_threshold {threshold} makes Mastodon upload in parts, which GCS refuses"
        yield Mistake("storage_tuning", problem, "remove it")


def _configure(values: Mapping[str, Any], provider: str) -> Iterator[Mistake]:
    if provider not in ("gcs", "r2", "garage"):
        return
    if values.get("storage_bucket_configure") == "always":
        problem = f"{provider} knows no bucket policies"
        yield Mistake("storage_bucket_configure", problem, "set never, and make objects public with its own tools")
    if switched(values, "storage_bucket_create") and values.get("storage_bucket_configure", "created") != "never":
        problem = f"{provider} knows no bucket policies, so this role cannot make a new bucket public"
        yield Mistake("storage_bucket_create", problem, "make the bucket with the provider's own tools")
