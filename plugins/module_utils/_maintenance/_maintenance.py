# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that keeps one instance from growing for ever, worked out from what its administrator says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._tootctl._command import parsed
from ._jobs import PERIODS, with_defaults
from ._schedule import GRACE, TIME_ZONE, schedule


def maintenance(given: Mapping[str, Any], settings: Mapping[str, Any], domain: str) -> dict[str, Any]:
    """The settings to write, and the jobs to run on a schedule."""
    all_of_it = with_defaults(given)
    return {
        "settings": {**{name: all_of_it[name] for name in PERIODS}, **settings},
        "jobs": [_job(name, job, domain) for name, job in sorted(all_of_it["jobs"].items()) if job["enabled"]],
    }


def _job(name: str, job: Mapping[str, Any], domain: str) -> dict[str, Any]:
    return {
        "name": f"mastodon-maintenance-{name}",
        "command": parsed(job["command"]).in_container,
        "schedule": job["schedule"] or schedule(domain, name, job["every"]),
        "time_zone": TIME_ZONE,
        "grace": GRACE * 60,
        "deadline": job["deadline"],
    }
