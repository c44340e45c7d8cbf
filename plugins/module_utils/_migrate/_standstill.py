# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Letting everything stand still for migrations that nothing can run beside, and letting it go on afterwards.

How many Pods each Deployment had is recorded before the first of them is stopped, so that a run that was killed
forgets none. What the manifests say of replicas is set by applying them; the rest, which an autoscaler decides and
which no autoscaler raises from zero, is set here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure
from .._kube._progress import Progress
from . import _processes, _record
from ._report import gone_on

INTERVAL = 2.0


class Processes:
    """Web, streaming and Sidekiq of one namespace."""

    def __init__(self, cluster: Cluster, namespace: str, progress: Progress) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._progress = progress

    def running(self) -> dict[str, int]:
        """The Deployments that ask for Pods, and for how many."""
        counts = {one["metadata"]["name"]: _processes.replicas(one) for one in self._deployments()}
        return {name: count for name, count in sorted(counts.items()) if count}

    def stop(self, live: Mapping[str, Any] | None, *, timeout: float) -> list[str]:
        """Stop them and wait until they have ended; the Deployments that were stopped now.

        ``live``: the record, which is written. KubeError 409 if another run wrote it since.
        """
        counts = self.running()
        if new := {name: count for name, count in counts.items() if _record.stopped(live).get(name) != count}:
            _record.write_stopped(self._cluster, self._namespace, live, {**_record.stopped(live), **new})
        for name in counts:
            self._progress.line(f"Deployment {name} is stopped for the migrations")
            self._scale(name, 0)
        self.wait(lambda: _processes.alive(self._pods()), "Pods have not ended", timeout=timeout)
        return list(counts)

    def go_on(self, live: Mapping[str, Any]) -> list[str]:
        """Give the stopped Deployments that still ask for no Pod what they asked for; their names."""
        waiting = self.waiting(live)
        for name, count in waiting.items():
            self._scale(name, count)
            self._progress.line(f"Deployment {name} goes on with {count} replicas")
        _record.write_stopped(self._cluster, self._namespace, live, {})
        return list(waiting)

    def waiting(self, live: Mapping[str, Any]) -> dict[str, int]:
        """What was stopped, is still there, and asks for no Pod; with how many it had."""
        there = {one["metadata"]["name"]: _processes.replicas(one) for one in self._deployments()}
        return {name: count for name, count in _record.stopped(live).items() if there.get(name) == 0}

    def check_rollout(self, image: str) -> None:
        """Failure unless every Deployment is to run the image."""
        if wrong := list(_processes.not_rolled_out(self._deployments(), image)):
            raise Failure(
                f"{image} is not rolled out, and what it no longer needs of the database others may still need:"
                f" {', '.join(wrong)}. Apply the Deployments first."
            )

    def await_former(self, *, timeout: float) -> None:
        """Wait until no Pod runs what was there before the rollout."""
        self.wait(self._former, "Pods of before the rollout have not ended", timeout=timeout)

    def wait(self, left: Callable[[], list[str]], what: str, *, timeout: float) -> None:
        """Wait until nothing is left; Failure with what is."""
        end = time.monotonic() + timeout
        while names := left():
            if time.monotonic() > end:
                raise Failure(
                    f"{what} in {timeout:g} seconds: {', '.join(names)}. If their node is gone, delete it, or force the"
                    " deletion of these Pods; then run again."
                )
            self._progress.line(f"Waiting for the end of {', '.join(names)}")
            time.sleep(INTERVAL)

    def _former(self) -> list[str]:
        deployments = self._deployments()
        if unseen := _processes.unseen(deployments):
            return unseen
        replicasets = self._cluster.list("apps/v1", "ReplicaSet", self._namespace, labels=_processes.PODS)
        return _processes.former(deployments, replicasets, self._pods())

    def _deployments(self) -> list[dict[str, Any]]:
        return self._cluster.list("apps/v1", "Deployment", self._namespace, labels=_processes.DEPLOYMENTS)

    def _pods(self) -> list[dict[str, Any]]:
        return self._cluster.list("v1", "Pod", self._namespace, labels=_processes.PODS)

    def _scale(self, name: str, count: int) -> None:
        self._cluster.patch("apps/v1", "Deployment", name, self._namespace, {"spec": {"replicas": count}})


def go_on(cluster: Cluster, namespace: str, progress: Progress, *, check_mode: bool) -> dict[str, Any]:
    """The module's result for the phase rollout."""
    live = _record.read(cluster, namespace)
    if live is None or not _record.stopped(live):
        return gone_on(namespace, [], recorded=False)
    processes = Processes(cluster, namespace, progress)
    names = list(processes.waiting(live)) if check_mode else processes.go_on(live)
    return gone_on(namespace, names, recorded=True)
