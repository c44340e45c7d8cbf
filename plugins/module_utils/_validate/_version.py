# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the version: as what an image's tag is made of, and as what an upgrade is judged by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from .._workload._image import version_in
from ._mistake import Mistake

_INPUT = "mastodon_version"
_LIKE = "write all three numbers, like 4.6.5"
# What may follow the v in a tag (OCI Distribution Specification 1.1, "Pulling manifests").
_IN_TAG = re.compile(r"[A-Za-z0-9_.-]{1,127}")
_OWN_V = re.compile(r"v+(?=\d)")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """What would keep an upgrade from being judged, where one is: in a cluster, unless migrations are skipped."""
    if values.get("mastodon_mode") == "render" or boolean(values.get("app_migration_skip"), strict=False):
        return
    for variable, version in given(values, "preflight_version", _INPUT):
        if version_in(version) is None:
            yield from fault_of_release(variable, version)


def given(values: Mapping[str, Any], *names: str) -> Iterator[tuple[str, str]]:
    """The first of these variables that is set, and its text; what YAML takes for a number, such as 4.6, is a text."""
    for name in names:
        if name in values:
            value = values[name]
            if value is None or isinstance(value, (str, int, float)):
                yield name, "" if value is None else str(value)
            return


def fault_of_release(variable: str, version: str) -> Iterator[Mistake]:
    """The fault of what should be the version of a release of Mastodon, if it has one."""
    found = list(fault_in_tag(variable, version))
    yield from found
    if not found and version_in(version) is None:
        yield _mistake(variable, f"{version!r} is no version of Mastodon", _LIKE)


def fault_in_tag(variable: str, version: str) -> Iterator[Mistake]:
    """Why no tag can be made of v and this text, if none can."""
    if not version:
        yield _mistake(variable, "is empty", _LIKE)
    elif own := _OWN_V.match(version):
        bare = version[own.end() :]
        cure = f"leave out the v: {bare}" if version_in(bare) else f"leave out the v, and {_LIKE}"
        yield _mistake(variable, f"{version!r} begins with the v that tags are given anyway", cure)
    elif not _IN_TAG.fullmatch(version):
        yield _mistake(variable, f"{version!r} cannot stand in the tag of an image", _LIKE)


def _mistake(variable: str, problem: str, cure: str) -> Mistake:
    source = "" if variable == _INPUT else f" ({variable} follows from {_INPUT} unless it is set)"
    return Mistake(variable, problem, cure + source)
