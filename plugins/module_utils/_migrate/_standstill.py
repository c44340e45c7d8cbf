# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Letting everything stand still for migrations that nothing can run beside, and letting it go on afterwards.

What everything was is recorded before the first of it is stopped, so that a run that was killed forgets nothing. What
the manifests say of replicas is set by applying them; the rest, which an autoscaler decides, is set here. The fields
that make a ScaledObject or a CronJob stand still are none of the manifests', so applying these leaves them alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure, KubeError, UnknownKindError
from .._kube._progress import Progress
from . import _processes, _record
from ._brakes import (
    BRAKES,
    CRON_JOB,
    DEPLOYMENT,
    SCALED_OBJECT,
    Brake,
    Stopped,
    merged,
    moving,
    on_database,
    targeting,
)
from ._report import gone_on

INTERVAL = 2.0
_FORCE = "If their node is gone, delete it, or force the deletion of these Pods; then run again."
_LET_END = (
    "Wait until they have ended and run again. Or break them off: `kubectl delete job` with the Job that is named, or"
    " `kubectl delete pod` where none is."
)


class Processes:
    """Web, streaming and Sidekiq of one namespace, and the commands that run beside them."""

    def __init__(self, cluster: Cluster, namespace: str, progress: Progress) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._progress = progress

    def moving(self, brakes: Iterable[Brake] = BRAKES) -> Stopped:
        """What a standstill stops: what starts on a schedule, what raises Deployments from zero, and these."""
        found = {brake.kind: moving(brake, self._found(brake)) for brake in brakes}
        return {kind: named for kind, named in found.items() if named}

    def stop(self, live: Mapping[str, Any] | None, *, timeout: float) -> Stopped:
        """Stop all of it and wait until it has ended; what was stopped now.

        A command may run for hours, so its end is awaited while everything else still works.

        ``live``: the record, which is written. KubeError 409 if another run wrote it since.
        """
        stopped = self._halt(live, (CRON_JOB,))
        self._await_commands(timeout)
        stopped |= self._halt(_record.read(self._cluster, self._namespace), (SCALED_OBJECT, DEPLOYMENT))
        self._wait(self._still_there, "Pods have not ended", _FORCE, timeout)
        self._await_commands(timeout)
        return stopped

    def go_on(self, live: Mapping[str, Any]) -> Stopped:
        """Give what was stopped, and still stands still, what it had."""
        waiting = self.waiting(live)
        for brake in reversed(BRAKES):
            for name, fields in waiting.get(brake.kind, {}).items():
                self._patch(brake, name, fields)
                self._progress.line(f"{brake.kind} {name} goes on")
        _record.write_stopped(self._cluster, self._namespace, live, {})
        return waiting

    def waiting(self, live: Mapping[str, Any]) -> Stopped:
        """What was stopped, is still there, and stands still; with what it had."""
        recorded = _record.standstill(live)
        found = {
            brake.kind: {
                name: fields
                for name, fields in recorded.get(brake.kind, {}).items()
                if (there := self._get(brake, name)) and brake.holds(there)
            }
            for brake in reversed(BRAKES)
        }
        return {kind: named for kind, named in found.items() if named}

    def check_rollout(self, image: str) -> None:
        """Failure unless every Deployment is to run the image."""
        if wrong := list(_processes.not_rolled_out(self._deployments(), image)):
            raise Failure(
                f"{image} is not rolled out, and what it no longer needs of the database others may still need:"
                f" {', '.join(wrong)}. Apply the Deployments first."
            )

    def await_former(self, *, timeout: float) -> None:
        """Wait until no Pod runs what was there before the rollout."""
        self._wait(self._former, "Pods of before the rollout have not ended", _FORCE, timeout)
        what = "Commands of the version before the rollout have not ended"
        self._wait(self._former_commands, what, _LET_END, timeout)

    def _await_commands(self, timeout: float) -> None:
        what = "Commands that must not run beside the migrations have not ended"
        self._wait(lambda: _processes.alive(self._pods(_processes.COMMANDS)), what, _LET_END, timeout)

    def _wait(self, left: Callable[[], list[str]], what: str, cure: str, timeout: float) -> None:
        """Wait until nothing is left; Failure with what is."""
        end = time.monotonic() + timeout
        while names := left():
            if time.monotonic() > end:
                raise Failure(f"{what} in {timeout:g} seconds: {', '.join(names)}. {cure}")
            self._progress.line(f"Waiting for the end of {', '.join(names)}")
            time.sleep(INTERVAL)

    def _still_there(self) -> list[str]:
        """The Pods. KEDA may have raised a Deployment once more before it saw that it is paused."""
        again = moving(DEPLOYMENT, self._deployments())
        self._hold(DEPLOYMENT, again)
        return [*again, *_processes.alive(self._pods(_processes.PODS))]

    def _former(self) -> list[str]:
        deployments = self._deployments()
        if unseen := _processes.unseen(deployments):
            return unseen
        replicasets = self._cluster.list("apps/v1", "ReplicaSet", self._namespace, labels=_processes.PODS)
        return _processes.former(deployments, replicasets, self._pods(_processes.PODS))

    def _former_commands(self) -> list[str]:
        return _processes.outdated(self._deployments(), self._pods(_processes.COMMANDS))

    def _found(self, brake: Brake) -> Iterable[Mapping[str, Any]]:
        """The objects of a kind that a standstill is about."""
        if brake is DEPLOYMENT:
            return self._deployments()
        return self._scaled_objects() if brake is SCALED_OBJECT else on_database(self._list(CRON_JOB))

    def _deployments(self) -> list[dict[str, Any]]:
        return self._list(DEPLOYMENT, labels=_processes.DEPLOYMENTS)

    def _scaled_objects(self) -> Iterable[Mapping[str, Any]]:
        try:
            found = self._list(SCALED_OBJECT)
        except UnknownKindError:
            return ()
        except KubeError as error:
            # Whoever does without KEDA need not be allowed to look.
            if error.status != 403 or self._keda_scales():
                raise
            return ()
        return targeting(found, (one["metadata"]["name"] for one in self._deployments()))

    def _keda_scales(self) -> bool:
        """Whether there are autoscalers that KEDA made; it makes one for each ScaledObject that is not paused."""
        scalers = self._cluster.list("autoscaling/v2", "HorizontalPodAutoscaler", self._namespace)
        owners = (owner for one in scalers for owner in one["metadata"].get("ownerReferences") or ())
        return any(owner["kind"] == SCALED_OBJECT.kind for owner in owners)

    def _pods(self, labels: str) -> list[dict[str, Any]]:
        return self._cluster.list("v1", "Pod", self._namespace, labels=labels)

    def _list(self, brake: Brake, labels: str | None = None) -> list[dict[str, Any]]:
        return self._cluster.list(brake.api_version, brake.kind, self._namespace, labels=labels)

    def _get(self, brake: Brake, name: str) -> dict[str, Any] | None:
        try:
            return self._cluster.get(brake.api_version, brake.kind, name, self._namespace)
        except UnknownKindError:
            return None

    def _halt(self, live: Mapping[str, Any] | None, brakes: Iterable[Brake]) -> Stopped:
        """Stop what moves, once it is recorded."""
        found, recorded = self.moving(brakes), _record.standstill(live)
        if (new := merged(recorded, found)) != recorded:
            _record.write_stopped(self._cluster, self._namespace, live, new)
        for brake in brakes:
            self._hold(brake, found.get(brake.kind, {}))
        return found

    def _hold(self, brake: Brake, names: Iterable[str]) -> None:
        for name in names:
            self._progress.line(f"{brake.kind} {name} is stopped for the migrations")
            self._patch(brake, name, brake.still)

    def _patch(self, brake: Brake, name: str, fields: Mapping[str, Any]) -> None:
        self._cluster.patch(brake.api_version, brake.kind, name, self._namespace, brake.patch(fields))


def go_on(cluster: Cluster, namespace: str, progress: Progress, *, check_mode: bool) -> dict[str, Any]:
    """The module's result for the phase rollout."""
    live = _record.read(cluster, namespace)
    if live is None or not _record.stopped(live):
        return gone_on(namespace, {}, recorded=False)
    processes = Processes(cluster, namespace, progress)
    return gone_on(namespace, processes.waiting(live) if check_mode else processes.go_on(live), recorded=True)
