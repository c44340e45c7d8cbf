# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Pod to run commands of Mastodon in, whose output never gets into a log.

The Pod has one name, so that two runs do not work at the same time. Every command holds a lock for as long as it runs,
also when the run that started it was killed: whoever comes next waits until the Pod is idle, and only then removes it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure, KubeError
from .._kube._exec import ExecResult
from .._kube._progress import Progress
from .._ready import _pods
from .._ready._scrub import scrub
from .._ready._state import Failed, Progressing, Ready

INTERVAL = 2.0
# A run that is alive starts its next command much sooner than this many looks.
IDLE_LOOKS = 3
# A directory is locked as well as a file, and needs no writable place.
_LOCKED = ("flock", "/tmp")
_IS_UNLOCKED = ("flock", "--nonblock", "/tmp", "true")


class Toolbox:
    """The Pod while it is needed, as a context manager."""

    def __init__(self, cluster: Cluster, pod: dict[str, Any], progress: Progress, *, start_timeout: float) -> None:
        self._cluster = cluster
        self._pod = pod
        self._name = pod["metadata"]["name"]
        self._namespace = pod["metadata"]["namespace"]
        self._progress = progress
        self._start_timeout = start_timeout

    def __enter__(self) -> Toolbox:
        while True:
            self._await_others()
            try:
                self._cluster.create(self._pod)
                break
            except KubeError as error:
                if error.status != 409:
                    raise
        try:
            self._await_start()
        except BaseException:
            self._delete()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._delete()

    def run(self, command: Sequence[str], *, timeout: float, stdin: str | None = None) -> ExecResult:
        """Run a command of Mastodon."""
        try:
            return self._exec([*_LOCKED, *command], timeout=timeout, stdin=stdin)
        except KubeError as error:
            if error.status != 404:
                raise
            raise Failure(
                f"{self._where} was removed while it was needed, perhaps by another run: run again."
            ) from error

    def _exec(self, command: Sequence[str], *, timeout: float, stdin: str | None = None) -> ExecResult:
        return self._cluster.exec(
            self._namespace,
            self._name,
            command,
            container=self._pod["spec"]["containers"][0]["name"],
            stdin=stdin,
            timeout=timeout,
        )

    def _await_others(self) -> None:
        """Wait until no other run needs the Pod, and remove what is left of it."""
        idle, began = 0, time.monotonic()
        while (live := self._get()) is not None:
            waited = time.monotonic() - began
            if isinstance(_pods.pod(live), Ready):
                idle = idle + 1 if self._is_idle(live) else 0
                over = waited > self._pod["spec"]["activeDeadlineSeconds"]
            else:
                # One that is about to start is somebody's, unless it never does.
                over = _is_hopeless(live) or waited > self._start_timeout
            if over or idle >= IDLE_LOOKS:
                self._delete()
            self._progress.line(f"{self._where} of another run is in the way: waiting until it is idle")
            time.sleep(INTERVAL)

    def _is_idle(self, pod: dict[str, Any]) -> bool:
        if (pod.get("status") or {}).get("phase") == "Succeeded":
            return True
        try:
            return self._exec(_IS_UNLOCKED, timeout=5 * INTERVAL).code == 0
        except Failure:
            return False  # it is just ending

    def _await_start(self) -> None:
        began = time.monotonic()
        while True:
            live = self._get()
            if live is None:
                raise Failure(f"{self._where} was removed before it started: run again.")
            state = _pods.pod(live)
            if isinstance(state, Ready):
                return
            if isinstance(state, Failed) or time.monotonic() - began > self._start_timeout:
                raise Failure(f"{self._where} does not start: {scrub(state.reason)}.")
            self._progress.line(f"{self._where}: {scrub(state.reason)}")
            time.sleep(INTERVAL / 2)

    def _get(self) -> dict[str, Any] | None:
        return self._cluster.get("v1", "Pod", self._name, self._namespace)

    def _delete(self) -> None:
        self._cluster.delete("v1", "Pod", self._name, self._namespace)

    @property
    def _where(self) -> str:
        return f"Pod {self._namespace}/{self._name}"


def _is_hopeless(pod: dict[str, Any]) -> bool:
    """Whether the Pod has ended, or will not start without help."""
    state = _pods.pod(pod)
    return isinstance(state, Failed) or (isinstance(state, Progressing) and state.doubtful)
