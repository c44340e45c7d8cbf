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
from functools import partial
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
    names,
    on_database,
    targeting,
)
from ._plan import Goal, Record, is_done
from ._report import gone_on
from ._stages import FORCE, LET_END, STAGES, Stage, way_back

INTERVAL = 2.0


class Overtaken(Exception):  # noqa: N818  (no error: what is recorded now is to be read next)
    """Another run wrote the record since it was read."""


class Processes:
    """Web, streaming and Sidekiq of one namespace, and the commands that run beside them."""

    def __init__(self, cluster: Cluster, namespace: str, progress: Progress) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._progress = progress
        # What this run stopped, and what it saw recorded of the kinds that it stopped.
        self._stopped: Stopped = {}
        self._known: Stopped = {}

    @property
    def stopped(self) -> Stopped:
        """What this run stopped, with what it had."""
        return self._stopped

    def moving(self, brakes: Iterable[Brake] = BRAKES) -> Stopped:
        """What a standstill stops: what starts on a schedule, what raises Deployments from zero, and these."""
        found = {brake.kind: moving(brake, self._found(brake)) for brake in brakes}
        return {kind: named for kind, named in found.items() if named}

    def stop(self, live: Mapping[str, Any] | None, *, timeout: float) -> Stopped:
        """Stop all of it and wait until it has ended; what was stopped now.

        ``live``: the record, which is written. Overtaken if another run wrote it since.
        """
        record = _record.record(live)
        for stage in STAGES:
            self._hold_still(record, stage.brakes)
            cure = f"{stage.state} {way_back(record)} {stage.cure}"
            self._wait(partial(self._at_work, record, stage), stage.what, cure, timeout)
        return self.stopped

    def stand_still(self, live: Mapping[str, Any] | None) -> bool:
        """Whether all still is as ``stop`` left it, which another run may have let go on since."""
        recorded = _record.standstill(live)
        return merged(recorded, self._known) == recorded and not self.moving()

    def go_on(self, live: Mapping[str, Any]) -> Stopped:
        """Give what was stopped, and still stands still, what it had."""
        waiting = self.waiting(live)
        for brake in reversed(BRAKES):
            for name, fields in waiting.get(brake.kind, {}).items():
                self._patch(brake, name, fields)
                self._progress.line(f"{brake.kind} {name} goes on")
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
        self._wait(self._former, "Pods of before the rollout have not ended", FORCE, timeout)
        what = "Commands of the version before the rollout have not ended"
        self._wait(self._former_commands, what, LET_END, timeout)

    def _wait(self, left: Callable[[], list[str]], what: str, cure: str, timeout: float) -> None:
        """Wait until nothing is left; Failure with what is."""
        end = time.monotonic() + timeout
        while names := left():
            if time.monotonic() > end:
                raise Failure(f"{what} in {timeout:g} seconds: {', '.join(names)}. {cure}")
            self._progress.line(f"Waiting for the end of {', '.join(names)}")
            time.sleep(INTERVAL)

    def _at_work(self, record: Record | None, stage: Stage) -> list[str]:
        """What has to end in a stage; what moves again is stopped again, and looked at once more.

        KEDA may have raised a Deployment before it saw that it is paused, and another run, such as one on a schedule
        that still has the former version, lets everything go on.
        """
        again = self._hold_still(record, stage.brakes)
        return [*names(again), *_processes.alive(pod for labels in stage.labels for pod in self._pods(labels))]

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

    def _hold_still(self, record: Record | None, brakes: Iterable[Brake]) -> Stopped:
        """Stop what moves, once it is recorded. Overtaken if another run has migrated since."""
        live = _record.read(self._cluster, self._namespace)
        if _record.record(live) != record:
            raise Overtaken
        found, recorded = self.moving(brakes), _record.standstill(live)
        # What it was when this run first saw it counts: an autoscaler may have raised it to another number since.
        new = merged(merged(recorded, found), self._known)
        if new != recorded:
            self._remember(live, new)
        self._known |= {brake.kind: new[brake.kind] for brake in brakes if brake.kind in new}
        self._stopped = merged(self._stopped, found)
        for brake in brakes:
            self._hold(brake, found.get(brake.kind, {}))
        return found

    def _remember(self, live: Mapping[str, Any] | None, stopped: Stopped) -> None:
        try:
            _record.write_stopped(self._cluster, self._namespace, live, stopped)
        except KubeError as error:
            # Another run wrote since, or somebody deleted the record.
            if error.status not in (404, 409):
                raise
            raise Overtaken from error

    def _hold(self, brake: Brake, names: Iterable[str]) -> None:
        for name in names:
            self._progress.line(f"{brake.kind} {name} is stopped for the migrations")
            self._patch(brake, name, brake.still)

    def _patch(self, brake: Brake, name: str, fields: Mapping[str, Any]) -> None:
        try:
            self._cluster.patch(brake.api_version, brake.kind, name, self._namespace, brake.patch(fields))
        except KubeError as error:
            # It was deleted since it was looked at.
            if error.status != 404:
                raise


def go_on(cluster: Cluster, namespace: str, goal: Goal, progress: Progress, *, check_mode: bool) -> dict[str, Any]:
    """The module's result for the phase rollout. ``goal``: of the phase before it, whose standstill this ends."""
    processes = Processes(cluster, namespace, progress)
    if check_mode:
        return _foreseen(processes, namespace, goal, _record.read(cluster, namespace))
    done: Stopped = {}
    while (live := _record.read(cluster, namespace)) and _record.stopped(live):
        done = merged(done, processes.go_on(live))
        try:
            _record.write_stopped(cluster, namespace, live, {})
        except KubeError as error:
            # Another run wrote since, perhaps because it lets the same go on, or somebody deleted the record.
            if error.status not in (404, 409):
                raise
        else:
            return gone_on(namespace, done, recorded=True)
    return gone_on(namespace, done, recorded=False)


def _foreseen(processes: Processes, namespace: str, goal: Goal, live: Mapping[str, Any] | None) -> dict[str, Any]:
    """What would go on after the phase before, which would have stopped what moves, were it not a prediction."""
    stops = goal.at_once and not is_done(_record.record(live), goal)
    found = merged(processes.waiting(live or {}), processes.moving() if stops else {})
    # In the order in which it goes on.
    ordered = {brake.kind: dict(sorted(found.get(brake.kind, {}).items())) for brake in reversed(BRAKES)}
    return gone_on(namespace, ordered, recorded=stops or bool(_record.stopped(live)))
