# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the server's settings and in what runs on a schedule, and what of it is said aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .. import _cron
from .._kube._errors import Failure
from .._maintenance._jobs import PERIODS, said, with_defaults
from .._settings._catalog import CONTENT_CACHE, LEAST_MEDIA_CACHE, MEDIA_CACHE
from .._settings._faults import faults
from .._tootctl._command import parsed
from .._tootctl._rule import Kind
from ._app_values import dictionary
from ._mistake import Mistake

MAINTENANCE, SETTINGS = "app_maintenance", "app_settings"
# CronJobs have at most 52 characters, of which the prefix takes 21.
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,29}[a-z0-9])?")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    given = dictionary(values, SETTINGS)
    for fault in faults({name: value for name, value in given.items() if name not in PERIODS}):
        yield Mistake(SETTINGS, f"{fault.setting} {fault.problem}", fault.cure)
    for name in given:
        if name in PERIODS:
            yield Mistake(SETTINGS, f"{name} belongs to what keeps the instance small", f"set it in {MAINTENANCE}")
    yield from _maintenance(dictionary(values, MAINTENANCE))


def cautions(values: Mapping[str, Any]) -> Iterator[str]:
    given = with_defaults({**dictionary(values, MAINTENANCE), "jobs": {}})
    if given[CONTENT_CACHE]:
        yield (
            f"{MAINTENANCE}.{CONTENT_CACHE}: posts of other servers are deleted after {given[CONTENT_CACHE]} days for"
            " good, also those that people here have bookmarked, and private conversations."
        )
    period = given[MEDIA_CACHE]
    if not period:
        yield f"{MAINTENANCE}.{MEDIA_CACHE} is off: media of other servers is kept for ever, and the storage grows."
    elif isinstance(period, int) and period < LEAST_MEDIA_CACHE:
        yield (
            f"{MAINTENANCE}.{MEDIA_CACHE}: below {LEAST_MEDIA_CACHE} days previews of links stay without their picture,"
            " because they are not fetched again that soon."
        )


def _maintenance(given: Mapping[str, Any]) -> Iterator[Mistake]:
    for fault in faults({name: value for name, value in given.items() if name in PERIODS}):
        yield Mistake(MAINTENANCE, f"{fault.setting} {fault.problem}", fault.cure)
    jobs = given.get("jobs")
    if not isinstance(jobs, Mapping):
        return
    for name, job in jobs.items():
        if found := list(_types(str(name), job)):
            yield from found
        elif (settled := with_defaults({"jobs": {name: job}})["jobs"][name])["enabled"]:
            yield from _job(str(name), settled)


def _types(name: str, job: Any) -> Iterator[Mistake]:
    """Also of a job that is off: a word that is no truth value does not switch it off."""
    try:
        said(name, job)
    except ValueError as error:
        yield Mistake(
            MAINTENANCE, str(error), "write it like orphans: {enabled: true, every: monthly, deadline: 10800}"
        )


def _job(name: str, job: Mapping[str, Any]) -> Iterator[Mistake]:
    where = f"job {name!r}"
    if not _NAME.fullmatch(name):
        cure = "use at most 31 lower-case letters, digits and hyphens"
        yield Mistake(MAINTENANCE, f"{where} cannot be part of a CronJob's name", cure)
    if job["schedule"] is not None and (problem := _cron.fault(job["schedule"])):
        cure = "write a cron expression like 15 23 * * 0, which is minute, hour, day, month and day of the week"
        yield Mistake(MAINTENANCE, f"{where}: schedule {job['schedule']!r} {problem}", cure)
    if job["deadline"] < 1:
        yield Mistake(
            MAINTENANCE, f"{where}: deadline {job['deadline']} is no number of seconds", "write it like 10800"
        )
    yield from _command(where, job["command"])


def _command(where: str, command: Any) -> Iterator[Mistake]:
    try:
        rule = parsed(str(command or "")).rule
    except Failure as error:
        yield Mistake(MAINTENANCE, f"{where}: {error}", "give the job a command")
        return
    if rule.kind in (Kind.ATTENDED, Kind.TELLS):
        yield Mistake(MAINTENANCE, f"{where}: `{command}` {rule.why}", "run it by hand when it is needed")
