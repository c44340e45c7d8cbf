"""Which Mastodon this image pretends to be: baked in as MASTODON_DOUBLE_VERSION when it is packed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

VERSION_VARIABLE = "MASTODON_DOUBLE_VERSION"
IMAGE_VARIABLE = "MASTODON_DOUBLE_IMAGE"  # rails | streaming: one file system, two images


@dataclass(frozen=True)
class Release:
    """One release, with the few facts that differ between releases and can be seen from outside."""

    version: tuple[int, int, int]
    sidekiq: str  # Gemfile.lock; the process title begins with it (mastodon.md 3.3)
    api: int  # lib/mastodon/version.rb, api_versions
    minimum_postgresql: int  # lib/tasks/db.rake, as in server_version_num

    def __str__(self) -> str:
        return ".".join(map(str, self.version))

    @property
    def minor(self) -> tuple[int, int]:
        return self.version[:2]


_MINORS = {  # minor -> sidekiq, API version, PostgreSQL floor
    (4, 4): ("7.3.9", 6, 130_000),
    (4, 5): ("8.0.9", 7, 140_000),
    (4, 6): ("8.1.6", 11, 140_000),
}


def parse_version(text: str) -> tuple[int, int, int]:
    """'v4.6.5' or '4.6.5' -> (4, 6, 5)."""
    major, minor, patch = (int(part) for part in text.removeprefix("v").split("."))
    return major, minor, patch


def release(text: str) -> Release:
    """The release of that version; ValueError for a minor release the double knows nothing about."""
    version = parse_version(text)
    try:
        sidekiq, api, floor = _MINORS[version[:2]]
    except KeyError:
        known = ", ".join(f"{major}.{minor}" for major, minor in _MINORS)
        raise ValueError(
            f"the double knows Mastodon {known}, not {text}: add it to release.py and migrations.txt"
        ) from None
    return Release(version, sidekiq, api, floor)


def current(env: Mapping[str, str] = os.environ) -> Release:
    return release(env[VERSION_VARIABLE])
