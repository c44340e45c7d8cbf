# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stages in which everything comes to a standstill, and what a run that gives up in one of them says. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from . import _processes
from ._brakes import BRAKES, CRON_JOB, Brake
from ._plan import Record

FORCE = "If their node is gone, delete it, or force the deletion of these Pods; then run again."
LET_END = (
    "Wait until they have ended and run again. Or break them off: `kubectl delete job` with the Job that is named, or"
    " `kubectl delete pod` where none is."
)


@dataclass(frozen=True)
class Stage:
    """What is stopped together, and the Pods that have to end then."""

    brakes: tuple[Brake, ...]
    labels: tuple[str, ...]
    what: str
    # What a run that gives up leaves behind.
    state: str
    cure: str


# A command may run for hours, so its end is awaited while everything else still works.
STAGES = (
    Stage(
        (CRON_JOB,),
        (_processes.COMMANDS,),
        "Commands that must not run beside the migrations have not ended",
        "No migration was started. Scheduled maintenance is suspended, and all else is as it was.",
        LET_END,
    ),
    Stage(
        BRAKES,
        (_processes.PODS, _processes.COMMANDS),
        "Pods have not ended",
        "No migration was started, but the instance is down: web, streaming and Sidekiq are scaled to zero, and what"
        " scales or schedules them is halted.",
        f"{FORCE} Where a Job is named, wait for its end, or `kubectl delete job` it.",
    ),
)


def way_back(record: Record | None) -> str:
    """How long a standstill lasts, and how to give the upgrade up."""
    if record and record.begun:
        return "So it stays until the migrations, begun in an earlier run, are done."
    return "So it stays until the next run, which may also be one with the version before: that lets everything go on."
