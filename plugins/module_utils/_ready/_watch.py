# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: look at everything once a second until all is ready, something is hopeless or the time is over."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure, KubeError, Unreachable
from .._kube._progress import Progress
from ._explain import explain
from ._family import BETWEEN, Families
from ._settle import left_alone, stamp
from ._state import ABSENT, Failed, Progressing, Ready, State
from ._targets import Target, read

# How long something that hardly ever resolves may last: what is missing may be in the making by an operator.
PATIENCE = 60.0
# Pods are read every so many rounds, only to find out early that waiting is in vain.
POD_ROUNDS = 3
# More explanations than these bury the cause.
EXPLAINED = 5


@dataclass
class Sight:
    """What was last seen of one target."""

    item: dict[str, Any] | None = None
    state: State = ABSENT
    # What its pods say, if it is a workload and they say something.
    trouble: State | None = None
    ready_since: float | None = None
    doubtful_since: float | None = None
    seen: bool = False

    @property
    def worst(self) -> State:
        return self.state if isinstance(self.state, Failed) else self.trouble or self.state

    @property
    def doubtful(self) -> bool:
        return isinstance(self.worst, Progressing) and self.worst.doubtful


@dataclass
class Watch:
    """Everything that is waited for, seen again and again."""

    cluster: Cluster
    settle: float
    progress: Progress
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    sights: dict[Target, Sight] = field(default_factory=dict)
    rounds: int = 0
    lenient: bool = False
    # Until then nobody's patience ran, because something others may wait for was on its way.
    resting_since: float = 0.0
    # When the waiting began, by the server's clock and as the API writes times.
    began: str = ""

    def until_ready(self, targets: Sequence[Target], timeout: float) -> dict[Target, Sight]:
        """Return when all targets are ready; the Failure that is raised otherwise explains why some are not."""
        deadline = self.clock() + timeout
        self.look(targets)
        self.began = stamp(self.cluster.clock)
        while unready := [target for target, sight in self.sights.items() if not isinstance(sight.state, Ready)]:
            if self.rounds % POD_ROUNDS == 1:
                self.look_at_pods(unready)
            if hopeless := self.hopeless(unready):
                raise self.failure("Waiting is of no use for", hopeless)
            if self.clock() >= deadline:
                raise self.failure(f"Not ready after {timeout:g} seconds:", unready)
            self.sleep(1.0)
            try:
                self.look(targets)
            except Unreachable as unreachable:  # a control plane may restart meanwhile
                self.progress.line(str(unreachable))
        return self.sights

    def look(self, targets: Iterable[Target]) -> None:
        """Read and judge all targets, and the companions without which they are not ready."""
        self.rounds += 1
        fresh = list(dict.fromkeys([*targets, *self.sights]))
        while fresh:
            for target, item in read(self.cluster, fresh, lenient=self.lenient).items():
                self.judge(target, item)
            known = list(self.sights.items())
            fresh = list(
                {
                    one: None
                    for target, sight in known
                    if sight.item
                    for one in target.companions(sight.item)
                    if one not in self.sights
                }
            )

    def judge(self, target: Target, item: dict[str, Any] | None) -> None:
        sight = self.sights.setdefault(target, Sight())
        before, sight.item = sight.worst, item
        sight.state = target.predicate.judge(item) if item else ABSENT
        if not isinstance(sight.state, Ready):
            sight.ready_since = None
        else:
            sight.trouble = None
            sight.ready_since = self.clock() if sight.ready_since is None else sight.ready_since
            if item and not self.is_settled(target, sight, item):
                sight.state = Progressing("it looks ready; whether it stays so is to be seen")
        self.note(target, before)

    def is_settled(self, target: Target, sight: Sight, item: dict[str, Any]) -> bool:
        """It was left alone for long enough, or has stayed ready for as long before our eyes."""
        stayed = self.clock() - (sight.ready_since or 0) >= self.settle
        return stayed or left_alone(item, target.predicate.settles, self.cluster.clock, self.settle)

    def look_at_pods(self, unready: Iterable[Target]) -> None:
        by_namespace: dict[str, list[Target]] = defaultdict(list)
        for target in unready:
            if target.kind in BETWEEN and target.namespace and self.sights[target].item:
                by_namespace[target.namespace].append(target)
        for namespace, targets in by_namespace.items():
            try:
                families = Families(self.cluster, namespace, {target.kind for target in targets})
            except KubeError:
                # Pods may be none of this user's business; then the workloads have to speak for themselves.
                continue
            for target in targets:
                sight = self.sights[target]
                before = sight.worst
                sight.trouble = families.trouble(sight.item or {}, self.began)
                self.note(target, before)

    def note(self, target: Target, before: State) -> None:
        """Remember since when the sight is doubtful, and report it if it changed."""
        sight = self.sights[target]
        if not sight.doubtful:
            sight.doubtful_since = None
        elif sight.doubtful_since is None:
            sight.doubtful_since = self.clock()
        news = sight.worst != before if sight.seen else not isinstance(sight.worst, Ready)
        sight.seen = True
        if news:
            self.progress.line(f"{target.ref}: {sight.worst.reason or 'ready'}")

    def hopeless(self, unready: Sequence[Target]) -> list[Target]:
        """What failed; and what is doubtful for too long, unless something is on its way that it may be waiting for."""
        sights = {target: self.sights[target] for target in unready}
        if any(target.predicate.provides and not sight.doubtful for target, sight in sights.items()):
            self.resting_since = self.clock()
        since = [max(sight.doubtful_since or 0, self.resting_since) for sight in sights.values()]
        return [
            target
            for (target, sight), start in zip(sights.items(), since, strict=True)
            if isinstance(sight.worst, Failed) or (sight.doubtful and self.clock() - start >= PATIENCE)
        ]

    def failure(self, heading: str, targets: Sequence[Target]) -> Failure:
        explanations = [
            explain(self.cluster, target, self.sights[target].item, self.sights[target].state)
            for target in targets[:EXPLAINED]
        ]
        names = ", ".join(target.ref for target in targets)
        return Failure("\n\n".join([f"{heading} {names}.", *explanations]), {"objects": entries(self.sights)})


def wait_ready(
    cluster: Cluster, targets: Sequence[Target], *, timeout: float, settle: float, progress: Progress, check_mode: bool
) -> dict[str, Any]:
    """Wait for the targets; in check mode only look at them, as they may be yet to be made."""
    watch = Watch(cluster, settle, progress, lenient=check_mode)
    if check_mode:
        watch.look(targets)
    else:
        watch.until_ready(targets, timeout)
    return {"changed": False, "objects": entries(watch.sights), "msg": summary(watch.sights)}


def summary(sights: Mapping[Target, Sight]) -> str:
    waiting = [
        f"{target.ref}: {sight.worst.reason}" for target, sight in sights.items() if not isinstance(sight.worst, Ready)
    ]
    ready = len(sights) - len(waiting)
    return (
        f"{ready} of {len(sights)} objects are ready; {'; '.join(waiting)}" if waiting else f"{ready} objects are ready"
    )


def entries(sights: Mapping[Target, Sight]) -> list[dict[str, Any]]:
    """How module results list what was waited for."""
    return [
        {
            "kind": target.kind,
            "namespace": target.namespace,
            "name": target.name,
            "state": "absent" if sight.item is None else sight.worst.name,
            "reason": sight.worst.reason,
        }
        for target, sight in sights.items()
    ]
