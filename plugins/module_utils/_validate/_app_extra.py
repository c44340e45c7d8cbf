# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in what the user adds: variables that Mastodon refuses or ignores, manifests and fields that cannot be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from .._environment._refused import refusal
from .._environment._settings import extras
from ._app_values import listing
from ._mistake import Mistake
from ._pods import pod_spec_mistakes

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    try:
        entries = extras(values)
    except (ValueError, TypeError):
        entries = []
    for entry in entries:
        yield from _entry(entry)
    yield from _twice(entries)
    yield from pod_spec_mistakes(values, "app_pod_spec")
    for position, manifest in enumerate(listing(values, "app_extra_manifests")):
        yield from _manifest(position, manifest)


def _entry(entry: Mapping[str, Any]) -> Iterator[Mistake]:
    variable, name = "app_extra_environment", entry["name"]
    refused = refusal(name, secret=bool(entry["secret"]))
    if not _NAME.fullmatch(name):
        yield Mistake(variable, f"{name!r} is no name of a variable", "use letters, digits and underscores")
    elif refused:
        yield Mistake(variable, f"{name} {refused.problem}", refused.cure)
    if (entry["value"] is None) == (entry["secret"] is None):
        yield Mistake(variable, f"{name} must have either a value or a secret", "set one of them")


def _twice(entries: list[dict[str, Any]]) -> Iterator[Mistake]:
    given = Counter((entry["name"], process) for entry in entries for process in entry["processes"])
    for name in sorted({name for (name, _process), times in given.items() if times > 1}):
        yield Mistake("app_extra_environment", f"{name} is given twice to the same process", "remove one of them")


def _manifest(position: int, manifest: Any) -> Iterator[Mistake]:
    complete = isinstance(manifest, Mapping) and manifest.get("apiVersion") and manifest.get("kind")
    if not complete or not (manifest.get("metadata") or {}).get("name"):
        problem = f"entry {position + 1} is no manifest with apiVersion, kind and metadata.name"
        yield Mistake("app_extra_manifests", problem, "complete it")
