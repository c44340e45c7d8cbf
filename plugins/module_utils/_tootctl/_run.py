# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running one command in a Job: once, followed line by line, with its exit code.

The Job's name follows from the command. So a run that was killed is taken up by the next one with the same command, and
nobody runs the same command twice at the same time; a Job that is finished is made anew.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure, KubeError
from .._kube._progress import Progress
from .._migrate._end import ended
from .._migrate._job import state
from .._migrate._start import has_begun
from .._migrate._watch import Watch
from .._ready import _pods
from .._ready._scrub import scrub
from . import _job
from ._command import Command
from ._log import Log
from ._upgrade import refuse_beside

INTERVAL = 1.0
# Kubernetes ends the Pod at its deadline; what it needs to do so, and to tell.
GRACE = 60


@dataclass(frozen=True)
class Work:
    """How a command is run. Times are in seconds."""

    template: Mapping[str, Any]
    start_timeout: int
    deadline: int
    ttl: int


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    job: str
    code: int
    # Such as "exit code 1" or "DeadlineExceeded, exit code 137".
    reason: str
    lines: list[str]
    # How many lines there were before these.
    dropped: int


def held_template(cluster: Cluster, namespace: str) -> dict[str, Any]:
    """The template of Jobs that the instance keeps in the cluster, for those who have no facts of a role."""
    return _job.template_of(cluster.get("batch/v1", "CronJob", _job.HOLDER, namespace), namespace)


def check(cluster: Cluster, namespace: str, command: Command) -> None:
    """Failure if the cluster says that the command must not be started now; one that is at work is only followed."""
    if command.changes and not _is_at_work(cluster.get("batch/v1", "Job", _job.name(command), namespace)):
        refuse_beside(cluster, namespace, command)


class Run:
    """One command in one instance."""

    def __init__(self, cluster: Cluster, namespace: str, command: Command, work: Work, progress: Progress) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._command = command
        self._work = work
        self._progress = progress
        self._name = _job.name(command)
        self._watch = Watch(cluster, namespace, self._name, progress)
        self._log = Log(cluster, namespace, _job.container(work.template)["name"])

    def finish(self) -> Ended:
        """Run the command to its end."""
        self._start()
        began, started = time.monotonic(), False
        while True:
            job, pod = self._watch.job(), self._watch.pod()
            # Once and for all: while its node cannot be reached, a Pod at work seems not to be.
            started = self._tell(pod) or started
            if state(job).state != "unfinished":
                return self._end(job, pod)
            waited = time.monotonic() - began
            if not started and waited > self._work.start_timeout:
                self._give_up(pod)
            if waited > self._work.start_timeout + self._work.deadline + GRACE:
                raise Failure(f"{self._where} has not ended in {waited:.0f} seconds, and was left as it is.")
            time.sleep(INTERVAL)

    def _start(self) -> None:
        manifest = _job.manifest(
            self._work.template,
            self._namespace,
            self._command,
            deadline=self._work.deadline,
            ttl=self._work.ttl,
        )
        while True:
            live = self._cluster.get("batch/v1", "Job", self._name, self._namespace)
            if _is_at_work(live):
                self._progress.line(f"{self._where} of an earlier run still runs this command: following it")
                return
            refuse_beside(self._cluster, self._namespace, self._command)
            if live:
                self._remove()
            try:
                self._cluster.create(manifest)
                return
            except KubeError as error:
                if error.status != 409:
                    raise
            time.sleep(INTERVAL)  # the former one is going, or another run was faster

    def _tell(self, pod: dict[str, Any] | None) -> bool:
        """Report what is new; whether the command has started."""
        if pod is None:
            return False
        for line in self._log.read(pod["metadata"]["name"]):
            self._progress.line(line)
        started = has_begun(pod)
        if not started:
            self._progress.line(f"{self._where}: {scrub(_pods.pod(pod).reason)}")
        return started

    def _end(self, job: dict[str, Any], pod: dict[str, Any] | None) -> Ended:
        self._tell(pod)
        end = ended(pod) if pod else None
        code = _exit_code(pod) if pod else None
        if end is None or code is None:
            raise Failure(
                f"{self._where} is over ({state(job).reason or state(job).state}), and its Pod is gone before it told"
                " how the command ended. It may have done its work or not: look before you run it again."
            )
        kept = list(self._log.lines)
        return Ended(self._name, code, end.reason, kept, self._log.count - len(kept))

    def _give_up(self, pod: dict[str, Any] | None) -> None:
        """A command that starts later, when nobody waits for it any more, is worse than one that does not start."""
        self._remove()
        doing = scrub(_pods.pod(pod).reason) if pod else "it has no Pod"
        raise Failure(f"{self._where} has not started in {self._work.start_timeout} seconds and was removed: {doing}.")

    def _remove(self) -> None:
        self._cluster.delete("batch/v1", "Job", self._name, self._namespace)

    @property
    def _where(self) -> str:
        return f"Job {self._namespace}/{self._name}"


def _is_at_work(job: Mapping[str, Any] | None) -> bool:
    return job is not None and state(job).state == "unfinished" and not job["metadata"].get("deletionTimestamp")


def _exit_code(pod: Mapping[str, Any]) -> int | None:
    """The exit code of the container that failed, or else of the last one."""
    codes = [int(found["exitCode"]) for one in _pods.containers(pod) if (found := _pods.exit_of(one))]
    return next((code for code in codes if code), codes[-1]) if codes else None
