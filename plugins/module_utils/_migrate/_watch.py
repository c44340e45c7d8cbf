# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for one Job, line by line, and the story of how it failed."""

from __future__ import annotations

import time
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure, KubeError
from .._kube._progress import Progress
from .._ready import _pods
from .._ready._scrub import scrub
from ._end import JOB_LABEL, ended
from ._job import state
from ._start import has_begun

INTERVAL = 2.0
LOG_LINES = 50
# Kubernetes ends the Pod at its deadline; what it needs to do so, and to tell.
GRACE = 60


class Watch:
    """Follows a Job until it is finished."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, progress: Progress) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._name = name
        self._progress = progress
        # The Pod of a Job may vanish with its node; what it last said is kept.
        self._log: list[str] = []

    def finish(self, *, start_timeout: float, deadline: float) -> bool:
        """Wait for the end; whether it was a good one. Failure if there is no end."""
        began, started = time.monotonic(), False
        while True:
            job = self.job()
            pod = self.pod()
            if state(job).state != "unfinished":
                self._read_log(pod)
                return state(job).state == "complete"
            # Once and for all: while its node cannot be reached, a Pod at work seems not to be.
            started = self._tell(pod) or started
            waited = time.monotonic() - began
            if not started and waited > start_timeout:
                raise Failure(
                    f"{self._where} has not started in {start_timeout:g} seconds: {self._doing(pod)}. {self._left}"
                )
            if waited > start_timeout + deadline + GRACE:
                raise Failure(f"{self._where} has not ended in {waited:.0f} seconds: {self._doing(pod)}. {self._left}")
            time.sleep(INTERVAL)

    def job(self) -> dict[str, Any]:
        job = self._cluster.get("batch/v1", "Job", self._name, self._namespace)
        if job is None:
            raise Failure(f"{self._where} was deleted while it was waited for: run again.")
        return job

    def pod(self) -> dict[str, Any] | None:
        """The Job's Pod, the newest if it was replaced."""
        pods = self._cluster.list("v1", "Pod", self._namespace, labels=f"{JOB_LABEL}={self._name}")
        return max(pods, key=lambda pod: pod["metadata"]["creationTimestamp"], default=None)

    def failure(self) -> str:
        """Why the Job failed, with the last lines it wrote (pains.md T4)."""
        pod = self.pod()
        end = ended(pod) if pod else None
        reason = state(self.job()).reason
        of_pod = f", Pod {pod['metadata']['name']} ended with {end.reason}" if pod and end and end.reason else ""
        lines = "\n".join(self._log) or "(it wrote nothing)"
        return f"{self._where} failed: {reason}{of_pod}. The last lines of its log:\n{lines}"

    def _tell(self, pod: dict[str, Any] | None) -> bool:
        """Report what the Pod is at; whether it has started."""
        started = pod is not None and has_begun(pod)
        if started:
            self._read_log(pod)
        last = f": {self._log[-1]}" if self._log else ""
        self._progress.line(f"{self._where} is at work{last}" if started else f"{self._where}: {self._doing(pod)}")
        return started

    def _doing(self, pod: dict[str, Any] | None) -> str:
        return "it has no Pod yet" if pod is None else scrub(_pods.pod(pod).reason) or "its Pod runs"

    def _read_log(self, pod: dict[str, Any] | None) -> None:
        if pod is None:
            return
        try:
            text = self._cluster.logs(self._namespace, pod["metadata"]["name"], tail=LOG_LINES)
        except KubeError:
            return  # it has not started, or its node is gone
        self._log = [scrub(line) for line in text.splitlines() if line.strip()] or self._log

    @property
    def _where(self) -> str:
        return f"Job {self._namespace}/{self._name}"

    @property
    def _left(self) -> str:
        return (
            "It was left as it is: the next run waits for it further, or makes it anew if it cannot start. If nothing"
            f" is to come of it: kubectl -n {self._namespace} delete job {self._name}"
        )
