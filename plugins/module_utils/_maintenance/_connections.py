# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many connections to the database commands hold, and how many of them run at the same time. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ._jobs import DEADLINE, EVERY, with_defaults
from ._schedule import days

# Commands that work in parallel make a pool of their own, of one connection more than they have threads, and have five
# threads unless told (mastodon: lib/mastodon/cli/base.rb, reset_connection_pools!). Others stay below DB_POOL.
_CONCURRENCY = re.compile(r" (?:--concurrency|-c)[= ]?(\d+)")
_UNTOLD = 5


def of_command(command: str, pool: int) -> int:
    """The connections of one command, with this DB_POOL."""
    told = _CONCURRENCY.search(command)
    return max(pool, _UNTOLD + 1) if told is None else int(told.group(1)) + 1


def scheduled(maintenance: Mapping[str, Any], domain: str, pool: int) -> int:
    """The connections of all that may run on a schedule at the same time."""
    by_day: dict[str, Counter[str]] = {every: Counter() for every in EVERY}
    always = 0
    for name, job in with_defaults(maintenance)["jobs"].items():
        if not job["enabled"]:
            continue
        needed = of_command(job["command"], pool)
        # At a time of the user's own, or when it may go on for longer, it can meet any other.
        if job["schedule"] or job["deadline"] > DEADLINE:
            always += needed
        else:
            by_day[job["every"]][days(domain, name, job["every"])] += needed
    return always + sum(max(counted.values(), default=0) for counted in by_day.values())
