# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance asks the cluster for, all its pods together (T55): at rest, scaled up, and during a rollout."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .._backing._quantity import mebibytes, millicores
from ._growth import most_pods, scaled_up
from ._queues import SCHEDULER, served
from ._sizes import workloads


@dataclass(frozen=True)
class Component:
    """Pods of one kind, and what each asks for."""

    name: str
    pods: int
    millicores: int
    mebibytes: int
    # The pods when all is scaled up; the same unless an autoscaler decides.
    most: int
    # Whether a rollout adds a pod before it takes one away.
    surges: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.pods} x {self.millicores}m {self.mebibytes}Mi"


@dataclass(frozen=True)
class Sum:
    """What some pods ask for together."""

    pods: int
    millicores: int
    mebibytes: int

    def __str__(self) -> str:
        return f"{self.pods} pods ask for {self.millicores}m of CPU and {self.mebibytes}Mi of memory"


def asked(size: Mapping[str, Any]) -> tuple[int, int]:
    """The millicores and mebibytes that a container of that size asks for."""
    requests = size.get("requests") or {}
    return millicores(requests.get("cpu", 0)), mebibytes(requests.get("memory", 0))


def components(settled: Mapping[str, Any], growing: Collection[str] = (), metrics: bool = False) -> Iterator[Component]:
    """The application's Deployments; with metrics, web's pods have a container more."""
    for name, size in workloads(settled):
        cpu, memory = asked(size)
        if metrics and name == "web":
            extra_cpu, extra_memory = asked(settled["metrics"])
            cpu, memory = cpu + extra_cpu, memory + extra_memory
        surges = SCHEDULER not in served(size.get("queues") or [])
        yield Component(name, int(size["replicas"]), cpu, memory, most_pods(name, size, growing), surges)


def job(settled: Mapping[str, Any]) -> Component:
    """The one Job that runs beside a rollout."""
    return Component("job", 1, *asked(settled["job"]), most=1)


def footprint(
    settled: Mapping[str, Any], growing: Collection[str] = (), metrics: bool = False, others: Iterable[Component] = ()
) -> dict[str, Any]:
    """The sums of all requests: at rest, when all is scaled up, and during a rollout then, with a line for people.

    others: what else belongs to the instance, such as its database.
    """
    every = [*components(settled, growing, metrics), *others]
    steady = _sum((one, one.pods) for one in every)
    scaled = _sum((one, one.most) for one in every)
    rollout = _sum([*((one, one.most + one.surges) for one in every), (job(settled), 1)])
    grown = ", ".join(scaled_up(settled, growing))
    told = [str(steady)]
    if grown:
        told.append(f"{scaled} when all is scaled up ({grown})")
    told.append(f"{rollout} during a rollout{' then' if grown else ''}")
    return {
        **asdict(steady),
        "scaled_up": asdict(scaled),
        "rollout": asdict(rollout),
        "components": [str(one) for one in every],
        "message": "; ".join(told),
    }


def _sum(counted: Iterable[tuple[Component, int]]) -> Sum:
    found = list(counted)
    return Sum(
        sum(pods for _one, pods in found),
        sum(one.millicores * pods for one, pods in found),
        sum(one.mebibytes * pods for one, pods in found),
    )
