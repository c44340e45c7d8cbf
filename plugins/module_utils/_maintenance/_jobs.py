# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may run on a schedule (mastodon.md 7, commands seen in production crons), and what does by default.

Files and posts of other servers, and old archives, are cleaned up by Mastodon's own daily job according to the periods
in the database; a schedule is for what that job never does. Two threads each: their connections fit beside web's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._environment._settings import typed
from .._settings._catalog import BACKUPS, CONTENT_CACHE, MEDIA_CACHE

EVERY = ("daily", "weekly", "monthly")
# What is said of one job.
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "command": {"type": "str"},
    "every": {"type": "str", "choices": list(EVERY)},
    "enabled": {"type": "bool"},
    "schedule": {"type": "str"},
    "deadline": {"type": "int"},
}
# Seconds. The latest start and this end before Mastodon's own clean-up begins.
DEADLINE = 10800


def _job(command: str, every: str, *, enabled: bool = False) -> dict[str, Any]:
    return {"command": command, "every": every, "enabled": enabled, "schedule": None, "deadline": DEADLINE}


# Days. Media of others comes back when it is looked at; their posts do not, so these are kept (mastodon.md 7).
PERIODS: Mapping[str, int | None] = {MEDIA_CACHE: 30, CONTENT_CACHE: None, BACKUPS: 7}

# Avatars and headers of strangers grow for ever otherwise. The two exclude each other in one command.
JOBS: Mapping[str, dict[str, Any]] = {
    "profiles": _job("tootctl media remove --prune-profiles --days 90 --concurrency 2", "weekly", enabled=True),
    "headers": _job("tootctl media remove --remove-headers --days 30 --concurrency 2", "weekly", enabled=True),
    # The periods do this, but cannot spare what people here interacted with.
    "media": _job("tootctl media remove --days 30 --keep-interacted --concurrency 2", "daily"),
    # Below 14 days cards are not fetched again.
    "preview-cards": _job("tootctl preview_cards remove --days 180 --concurrency 2", "weekly"),
    "statuses": _job("tootctl statuses remove --days 90", "weekly"),
    "feeds": _job("tootctl feeds vacuum", "weekly"),
    # It lists the whole bucket, which takes long and may cost.
    "orphans": _job("tootctl media remove-orphans", "monthly"),
    "accounts-cull": _job("tootctl accounts cull --concurrency 2", "monthly"),
    "accounts-prune": _job("tootctl accounts prune --concurrency 2", "monthly"),
    "recount": _job("tootctl cache recount accounts --concurrency 2", "monthly"),
}


def said(name: str, job: Any) -> dict[str, Any]:
    """The typed options of a job that the user says something of; ValueError with every fault."""
    options = typed(job, OPTIONS, f"job {name!r}")
    return {option: value for option, value in options.items() if value is not None}


def with_defaults(maintenance: Mapping[str, Any]) -> dict[str, Any]:
    """What the user says laid over the defaults; a job that is null is off. ValueError tells what is wrong with one."""
    given = maintenance.get("jobs") or {}
    jobs = {**{name: dict(job) for name, job in JOBS.items()}}
    for name, job in given.items():
        base = jobs.get(name) or _job("", "weekly", enabled=True)
        jobs[name] = {**base, **({"enabled": False} if job is None else said(name, job))}
    periods = {name: maintenance.get(name, default) for name, default in PERIODS.items()}
    return {**periods, "jobs": jobs}
