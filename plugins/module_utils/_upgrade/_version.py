# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of Mastodon, and what is known of how its releases follow each other. Pure.

Mastodon asks to deploy at least one release of every minor version on the way to a newer one, and any patch release may
be skipped (mastodon/documentation: admin/upgrading.md, "Upgrade steps"). Two releases of one minor version may follow
each other in either direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .._workload._image import version_in


class Series(NamedTuple):
    """The releases of one minor version, such as 4.6."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


class Version(NamedTuple):
    major: int
    minor: int
    patch: int

    @property
    def series(self) -> Series:
        return Series(self.major, self.minor)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def version(text: str) -> Version | None:
    """The version that a text such as 4.6.5 or v4.6.5-mine begins with; None if it begins with none."""
    found = version_in(text)
    return Version(*(int(number) for number in found.split("."))) if found else None


def version_of_image(image: str) -> Version | None:
    """The version in an image's tag, which stands after the last slash and before a digest."""
    return version(image.partition("@")[0].rpartition("/")[2].partition(":")[2])


@dataclass(frozen=True)
class Floor:
    """The oldest minor version over which another one can be rolled out without downtime."""

    series: Series
    # A schema as new as that minor version's is at least this (mastodon: db/migrate of its first release).
    schema: int
    source: str


_4_2 = (Series(4, 2), 20230907150100)
_4_3 = (Series(4, 3), 20241007071624)
# Mastodon refuses to skip its post-deployment migrations on a schema older than these, but in db:migrate only, while
# db:prepare migrates any database: so it is looked at before that (mastodon: lib/tasks/db.rake, pre_migration_check).
_FLOORS: Mapping[Series, Floor] = {
    Series(4, 3): Floor(*_4_2, "release notes of 4.3.0, Cookies and rolling updates"),
    Series(4, 4): Floor(*_4_2, "mastodon/mastodon#33089"),
    Series(4, 5): Floor(*_4_2, "mastodon/mastodon#33089"),
    Series(4, 6): Floor(*_4_2, "mastodon/mastodon#33089"),
    Series(4, 7): Floor(*_4_3, "lib/tasks/db.rake of 4.7.0-alpha.2"),
}
# The schema before which second factors are still encrypted with OTP_SECRET (mastodon: db/post_migrate).
OTP_SECRET_MIGRATION = 20240307180905
# The first minor version whose migrations read that variable.
OTP_SECRET_SERIES = Series(4, 3)
# The last minor versions of majors that had a next one.
_LAST: Mapping[int, int] = {3: 5}


def floor(wanted: Version) -> Floor | None:
    """What the wanted version can be rolled out over; that of the newest known version for one newer than all."""
    known = [series for series in _FLOORS if series <= wanted.series]
    return _FLOORS[max(known)] if known else None


def skipped(present: Version, wanted: Version) -> str:
    """The minor versions that lie between two versions, as words; empty if there are none."""
    old, new = present.series, wanted.series
    if new <= old:
        return ""
    if old.major == new.major:
        between = [Series(old.major, minor) for minor in range(old.minor + 1, new.minor)]
    elif new.major == old.major + 1 and old.major in _LAST:
        between = [Series(old.major, minor) for minor in range(old.minor + 1, _LAST[old.major] + 1)]
        between += [Series(new.major, minor) for minor in range(new.minor)]
    else:
        return f"what lies between {old} and {new}"
    return ", ".join(map(str, between))
