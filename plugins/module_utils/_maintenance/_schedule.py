# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When maintenance runs: another minute and day for each instance, the same at every render. Pure.

Mastodon cleans up by itself between 3 and 7 in the morning and recommends until 10, at random minutes, and counts
servers at every full hour (mastodon: config/sidekiq.yml; the image's clock is UTC, mastodon.md 2). What runs on a
schedule here starts between 22 and 24 o'clock and is ended before 3, so the two never work on the same files.
"""

from __future__ import annotations

import hashlib

from ._jobs import JOBS

TIME_ZONE = "Etc/UTC"
# Minutes after which a start that was missed is left to the next time.
GRACE = 10
_FIRST_HOUR = 22
# Of the two hours, those minutes that leave time for the grace, and no full hour.
_STARTS = tuple(minute for minute in range(106) if minute % 60)


def schedule(domain: str, name: str, every: str) -> str:
    """The cron expression of one job of one instance."""
    hour, minute = divmod(_STARTS[_number(f"{domain} {name}") % len(_STARTS)], 60)
    return f"{minute} {_FIRST_HOUR + hour} {days(domain, name, every)}"


def days(domain: str, name: str, every: str) -> str:
    """The days of the cron expression. Of jobs with the same interval, those with other days never run together."""
    if every == "daily":
        return "* * *"
    if every == "weekly":
        return f"* * {_place(domain, name) % 7}"
    # No month lacks these days.
    return f"{1 + _place(domain, name) % 28} * *"


def _place(domain: str, name: str) -> int:
    """Jobs of the collection's own follow each other day by day, so that a small instance never runs two."""
    order = list(JOBS)
    return _number(domain) + (order.index(name) if name in order else _number(name))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
