# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order of migrations around a rollout, as a state machine: recorded state and wanted image to the next step. Pure.

    before_rollout: pre-deployment migrations with the new image -> rollout -> after_rollout: what is left of them

or, where everything stands still meanwhile, all of them before the rollout. What is in the database is recorded in the
cluster, so that an instance that is up to date costs one read, and a run that was killed anywhere is resumed. Whether
one version may follow the other is for ``_upgrade`` to say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Phase = Literal["before_rollout", "after_rollout"]
BEFORE: Phase = "before_rollout"
AFTER: Phase = "after_rollout"
# The ConfigMap that holds what is recorded.
RECORD = "mastodon-migrations"


@dataclass(frozen=True)
class Goal:
    """Migrations of one image on one database."""

    phase: Phase
    image: str
    database: str
    # Before the rollout: everything, while nothing runs.
    at_once: bool = False

    @property
    def is_final(self) -> bool:
        """Whether no older version can run after it, because it takes away what only those need."""
        return self.phase == AFTER or self.at_once

    @property
    def job(self) -> str:
        """The Job's name: the same work has the same name, other work another one (pains.md T2)."""
        half = "all" if self.at_once else self.phase.partition("_")[0]
        # Without the uid behind the @, which check mode cannot know before the database is made.
        place = self.database.partition("@")[0]
        work = json.dumps([half if self.at_once else self.phase, self.image, place])
        return f"mastodon-migrate-{half}-{hashlib.sha256(work.encode()).hexdigest()[:10]}"


@dataclass(frozen=True)
class Record:
    """What is known to be in the database."""

    database: str
    # The image whose pre-deployment migrations are done, and the one whose migrations are all done.
    before_rollout: str
    after_rollout: str = ""
    # Post-deployment migrations that before_rollout's image has left; None if it could not be told.
    post_pending: int | None = None
    # When the Job behind the newest entry finished, in Kubernetes' form, which sorts.
    finished: str = ""
    # The image of a Job begun since, after which no older version can run; it may have done all or nothing.
    begun: str = ""


@dataclass(frozen=True)
class Job:
    """A migration Job that exists."""

    name: str
    state: Literal["unfinished", "complete", "failed"]
    finished: str = ""
    reason: str = ""
    # The identity of the database it ran on.
    database: str = ""
    # Why an unfinished Job that never ran is not waited for; empty if it is.
    stuck: str = ""


@dataclass(frozen=True)
class Step:
    kind: Literal["done", "start", "wait", "record", "replace", "refuse"]
    reason: str = ""


def is_done(record: Record | None, goal: Goal) -> bool:
    """Whether the record says that there is nothing to do."""
    if record is None or record.database != goal.database or record.begun not in ("", goal.image):
        return False
    return goal.image == (record.before_rollout if goal.phase == BEFORE else record.after_rollout)


def next_step(record: Record | None, goal: Goal, job: Job | None, others: Iterable[Job] = ()) -> Step:
    """What brings the database nearer to the goal; ``job`` is the Job of the goal's name, if it exists."""
    if is_done(record, goal):
        return Step("done")
    if goal.phase == AFTER and not is_done(record, replace(goal, phase=BEFORE)):
        return Step("refuse", f"the migrations of {goal.image} before the rollout are not done yet; run them first")
    if job is None:
        return Step("start")
    # Without a record, such as when somebody deleted it, the other Jobs tell what came after.
    here = [other.finished for other in others if other.database in ("", goal.database)]
    return _step_with(job, (record and record.finished) or max(here, default=""), goal)


def _step_with(job: Job, since: str, goal: Goal) -> Step:
    """What follows from the Job that exists."""
    if job.state == "unfinished":
        return Step("replace", job.stuck) if job.stuck else Step("wait")
    if job.state == "failed":
        return Step("replace", f"it failed before ({job.reason})")
    if job.database and job.database != goal.database:
        return Step("replace", "it finished on another database")
    if since and job.finished <= since:
        return Step("replace", "the database has seen other migrations since it finished")
    return Step("record")


def begun(record: Record | None, goal: Goal) -> Record | None:
    """The record from before the goal's Job on; None if an older version can run whatever the Job does."""
    if not goal.is_final:
        return None
    known = record if record and record.database == goal.database else Record(goal.database, "")
    return replace(known, begun=goal.image)


def recorded(record: Record | None, goal: Goal, finished: str, post_pending: int | None) -> Record:
    """The record after the goal's Job has finished well."""
    if goal.phase == AFTER and record:
        return replace(record, after_rollout=goal.image, post_pending=0, finished=finished, begun="")
    before = record if record and record.database == goal.database else Record(goal.database, "")
    if goal.at_once:
        post_pending = 0
    # What a Job that was begun and never finished has taken away, no version before it may find again.
    former = "" if before.begun else before.after_rollout
    # With nothing left to do after the rollout, everything is done.
    after_rollout = goal.image if post_pending == 0 else former
    return Record(goal.database, goal.image, after_rollout, post_pending, finished)
