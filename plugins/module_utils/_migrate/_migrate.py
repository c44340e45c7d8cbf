# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a database to an image's migrations: one step after another, each decided from what the cluster says.

Two runs at the same time do not run two migrations: the Job's name is the same for the same work, other work is waited
for, and the record is bound to the version that was read. The last line is Rails' own: migrations hold an advisory lock
on the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure, KubeError
from .._kube._progress import Progress
from .._secrets import _new_keys
from .._upgrade._check import check_change
from .._upgrade._guards import Consent
from .._upgrade._version import OTP_SECRET_SERIES, version_of_image
from . import _job, _policy, _record
from ._brakes import changed, names
from ._jobs import Jobs
from ._plan import AFTER, BEFORE, Goal, Job, Record, Step, begun, is_done, next_step, recorded
from ._report import Report
from ._script import Doubts
from ._standstill import Overtaken, Processes
from ._start import obstacle

_PHASES = {BEFORE: "before the rollout", AFTER: "after the rollout"}


@dataclass(frozen=True)
class Work:
    """How migrations are run. Times are in seconds; a finished Job is kept unless it has a time to live."""

    template: Mapping[str, Any]
    start_timeout: int
    deadline: int
    ttl: int | None = None
    consent: Consent = field(default_factory=Consent)
    # The egress rules of the Job's own network policy; none if there is to be no policy.
    egress: Sequence[Mapping[str, Any]] | None = None


class Migration:
    """The work towards one goal."""

    def __init__(self, cluster: Cluster, namespace: str, goal: Goal, work: Work, progress: Progress) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._goal = goal
        self._work = work
        self._progress = progress
        self._report = Report(goal)
        self._jobs = Jobs(cluster, namespace, progress)
        self._processes = Processes(cluster, namespace, progress)
        self._doubts = Doubts()
        # The Job whose work one of this run goes on with.
        self._former: _job.Former | None = None
        # Whether there was a record at all.
        self._is_recorded = False
        # Whether the database is taken as empty.
        self._is_new = False
        # The Secret whose keys are still marked as new.
        self._marked: str | None = None

    def run(self) -> Report:
        """Do what is left to do. Up to date costs one read."""
        first = True
        while True:
            live = _record.read(self._cluster, self._namespace)
            record = _record.record(live)
            if first:
                self._report.before, self._is_recorded = record, live is not None
            if is_done(record, self._goal):
                self._report.after = record
                self._report.stopped = _record.stopped(live)
                return self._report
            # Each time, because another run, or a Job that was waited for, may have made it another version.
            self._check(record, self._work.consent if first else replace(self._work.consent, backup_is_made=True))
            first = False
            self._advance(live, record)

    def predict(self) -> Report:
        """What ``run`` would do, nothing done (pains.md T8)."""
        record = _record.record(live := _record.read(self._cluster, self._namespace))
        report, self._is_recorded = self._report, live is not None
        report.before = report.after = record
        report.stopped = _record.stopped(live)
        if is_done(record, self._goal):
            return report
        self._check(record, self._work.consent)
        jobs = self._jobs.all()
        own = jobs.pop(self._goal.job, None)
        step = next_step(record, self._goal, self._state(own), map(_job.state, jobs.values()))
        if step.kind == "refuse" and self._goal.phase == BEFORE:
            raise self._refusal(step)
        # After the rollout it is about work that this run, were it not a prediction, would have done already.
        if step.kind in ("start", "replace", "refuse"):
            if self._goal.at_once:
                moving = self._processes.moving()
                report.stopped = sorted({*report.stopped, *names(moving)})
                report.actions |= changed(moving)
            if begun(record, self._goal) not in (None, record):
                self._tell_record()
            report.actions["Job", self._goal.job] = "created"
        self._tell_record()
        # Of which nothing is known is taken as new, where no migrations are left over.
        left = 0 if self._is_new else None
        report.after = recorded(record, self._goal, "", left)
        return report

    def _check(self, record: Record | None, consent: Consent) -> None:
        """Failure if the version must not run on this database; and what is not known of it."""
        if self._goal.phase == AFTER:
            return
        goal, change = self._goal, None
        here = record is not None and record.database == goal.database
        # What is recorded of another database says nothing about this one.
        if here or record is None:
            wanted = version_of_image(goal.image)
            change = check_change(self._cluster, self._namespace, record, wanted, consent, database=goal.database)
        self._is_new = not here and change is None
        known = here and record is not None and record.before_rollout != "" and record.begun == ""
        new_keys = self._new_keys()
        old = change is not None and change.present.series < OTP_SECRET_SERIES
        self._doubts = Doubts(not known or old, () if known else new_keys, consent.allows_newer(goal.image))

    def _new_keys(self) -> tuple[str, ...]:
        container = self._work.template["spec"]["template"]["spec"]["containers"][0]
        if name := _new_keys.secret_of(container):
            marked = _new_keys.marked(self._cluster.get("v1", "Secret", name, self._namespace))
            self._marked = name if marked else None
            return marked
        return ()

    def _advance(self, live: dict[str, Any] | None, record: Record | None) -> None:
        """Make one step."""
        jobs = self._jobs.all()
        own = jobs.pop(self._goal.job, None)
        step = next_step(record, self._goal, self._state(own), map(_job.state, jobs.values()))
        others = [job for job in jobs.values() if _job.state(job).state == "unfinished"]
        if step.kind == "refuse":
            raise self._refusal(step)
        if step.kind == "wait":
            self._wait()
        elif others:
            # Before anything is recorded: what they do to the database may be the last word on it.
            self._let_pass(others[0], live, record)
        elif step.kind == "record":
            self._write(live, record)
        elif own:
            self._progress.line(f"Job {self._goal.job} is replaced: {step.reason}")
            self._former = _job.former(own, self._jobs.watch(self._goal.job).pod())
            self._jobs.remove(own)
        elif self._ready(live) and not self._jobs.at_work() and self._begin(record):
            # The policies of the application are applied after the Job.
            _policy.keep(self._cluster, self._namespace, self._work.egress)
            self._start(record)

    def _let_pass(self, other: dict[str, Any], live: dict[str, Any] | None, record: Record | None) -> None:
        work = self._work
        if self._jobs.let_pass(other, start_timeout=work.start_timeout, deadline=work.deadline):
            return
        if record and _job.is_final(other) and _job.image_of(other) == record.begun and not _job.partly_done(other):
            self._keep(live, replace(record, begun=""))

    def _ready(self, live: dict[str, Any] | None) -> bool:
        """Make sure that nothing runs which the migrations would break; False if the record was written meanwhile."""
        timeout = self._work.start_timeout
        if self._goal.phase == AFTER:
            self._processes.check_rollout(self._goal.image)
            self._processes.await_former(timeout=timeout)
        elif self._goal.at_once:
            try:
                self._processes.stop(live, timeout=timeout)
            except Overtaken:
                return False
            finally:
                self._report.actions |= changed(self._processes.stopped)
        return True

    def _begin(self, record: Record | None) -> bool:
        """Remember what no older version can run after; False if another run wrote the record or ended the standstill.

        A run may be killed while its Job goes on: were only its end recorded, an older version could be started next.
        """
        if (new := begun(record, self._goal)) not in (None, record):
            live = _record.read(self._cluster, self._namespace)
            if _record.record(live) != record or not self._keep(live, new):
                return False
        # Only now, because from the record on no run with an older version begins to let anything go on.
        return not self._goal.at_once or self._processes.stand_still(_record.read(self._cluster, self._namespace))

    def _state(self, own: dict[str, Any] | None) -> Job | None:
        """What became of the goal's Job. One that this run made is the wanted one, and is given its time to start."""
        if own is None:
            return None
        job = _job.state(own)
        if job.state != "unfinished" or ("Job", job.name) in self._report.actions:
            return job
        return replace(
            job, stuck=obstacle(self._jobs.watch(job.name).pod(), differs=_job.differs(own, self._manifest()))
        )

    def _refusal(self, step: Step) -> Failure:
        return Failure(f"Migrations {_PHASES[self._goal.phase]}: {step.reason}.")

    def _manifest(self) -> dict[str, Any]:
        work = self._work
        return _job.manifest(
            work.template,
            self._namespace,
            self._goal,
            self._doubts,
            deadline=work.deadline,
            ttl=work.ttl,
            former=self._former,
        )

    def _start(self, record: Record | None) -> None:
        """``record``: what was there before anything was said to begin, and is again if the server refuses the Job."""
        try:
            self._cluster.create(self._manifest())
        except KubeError as error:
            if error.status == 409 and error.reason == "AlreadyExists":
                return  # another run was faster; its Job does our work
            if begun(record, self._goal) not in (None, record):
                live = _record.read(self._cluster, self._namespace)
                self._keep(live, record or Record(self._goal.database, ""))
            raise
        self._report.actions["Job", self._goal.job] = "created"
        self._progress.line(f"Job {self._goal.job} created")

    def _wait(self) -> None:
        if ("Job", self._goal.job) not in self._report.actions:
            self._progress.line(f"Job {self._goal.job} is at work already, for an earlier run or one at the same time")
        watch = self._jobs.watch(self._goal.job)
        if not watch.finish(start_timeout=self._work.start_timeout, deadline=self._work.deadline):
            _policy.remove(self._cluster, self._namespace)
            raise Failure(
                f"Migrations {_PHASES[self._goal.phase]} of {self._goal.image} failed, and {self._left}."
                f" Mend the cause and run again; the failed Job is replaced then. {watch.failure()}"
            )

    def _write(self, live: dict[str, Any] | None, record: Record | None) -> None:
        watch = self._jobs.watch(self._goal.job)
        finished = _job.state(watch.job()).finished
        left = _job.post_pending(watch.pod())
        # First, because a run that is killed here records the Job again, and one that has recorded looks at nothing.
        _policy.remove(self._cluster, self._namespace)
        if self._marked:
            _new_keys.forget(self._cluster, self._namespace, self._marked)
        self._keep(live, recorded(record, self._goal, finished, left))

    def _keep(self, live: dict[str, Any] | None, new: Record) -> bool:
        """Write the record; False if another run wrote since, or somebody deleted it, and it is to be read again."""
        try:
            _record.write(self._cluster, self._namespace, live, new)
        except KubeError as error:
            if error.status not in (404, 409):
                raise
            return False
        self._tell_record()
        return True

    def _tell_record(self) -> None:
        self._report.actions.setdefault(("ConfigMap", _record.NAME), "changed" if self._is_recorded else "created")

    @property
    def _left(self) -> str:
        """What a failure leaves."""
        if self._goal.phase == AFTER:
            return "the Deployments are rolled out and left as they are"
        return "web, streaming and Sidekiq stand still" if self._goal.at_once else "no Deployment was touched"
