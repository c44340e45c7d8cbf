# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in what is said of the images (T40, T53)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .._workload._image import version_in
from ._app_values import VERSION, dictionary, text
from ._mistake import Mistake

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# Tags that the publisher moves to whatever is newest (mastodon.md 2).
_MOVING = ("latest", "edge", "nightly")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    for variable in ("app_image", "app_streaming_image"):
        yield from _image(variable, dictionary(values, variable))
    tag = dictionary(values, "app_image").get("tag")
    if isinstance(tag, str):
        yield from _tag(tag, text(values, "app_version", "mastodon_version", default=VERSION))


def _image(variable: str, image: Mapping[str, Any]) -> Iterator[Mistake]:
    repository, digest = image.get("repository"), image.get("digest")
    if isinstance(repository, str) and ("@" in repository or ":" in repository.rpartition("/")[2]):
        cure = "write the repository alone; the tag follows from mastodon_version"
        yield Mistake(variable, f"repository {repository} has a tag or a digest", cure)
    if isinstance(repository, str) and "://" in repository:
        yield Mistake(variable, f"repository {repository} has a scheme", "write it like ghcr.io/mastodon/mastodon")
    if isinstance(digest, str) and not _DIGEST.fullmatch(digest):
        yield Mistake(variable, f"digest {digest} is none", "write sha256: and 64 hexadecimal digits")


def _tag(tag: str, version: str) -> Iterator[Mistake]:
    named = version_in(tag)
    if tag in _MOVING:
        problem = f"tag {tag} is another image tomorrow, and migrations would not know"
        yield Mistake("app_image", problem, "set mastodon_version; the tag follows from it")
    elif named and named != version:
        problem = f"tag {tag} is not of version {version}, which migrations go by"
        yield Mistake("app_image", problem, f"set mastodon_version: {named}, and a tag only for builds of your own")
