# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workloads an autoscaler decides about, and how far it may go."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ._queues import SCHEDULER, served
from ._sizes import workloads

# The switches of app_autoscaling.
SWITCHES: Mapping[str, Mapping[str, Any]] = {name: {"type": "bool"} for name in ("web", "streaming", "sidekiq")}


def autoscaled(settled: Mapping[str, Any], switches: Mapping[str, Any]) -> list[str]:
    """The workloads that are switched on and have room to grow; never the one that owns the scheduler (T25)."""
    return [name for name, size in workloads(settled) if switches.get(_switch(name)) and _grows(size)]


def most_pods(name: str, size: Mapping[str, Any], growing: Collection[str]) -> int:
    """The pods that a workload may have when all is scaled up."""
    return max(int(size["replicas"]), int(size.get("max_replicas") or 0)) if name in growing else int(size["replicas"])


def scaled_up(settled: Mapping[str, Any], growing: Collection[str]) -> Iterator[str]:
    """How far each workload may go, such as ``web 8``."""
    for name, size in workloads(settled):
        if name in growing:
            yield f"{name} {most_pods(name, size, growing)}"


def _switch(workload: str) -> str:
    return workload.partition("-")[0]


def _grows(size: Mapping[str, Any]) -> bool:
    owner = SCHEDULER in served(size.get("queues") or [])
    return not owner and int(size.get("max_replicas") or 0) > int(size["replicas"])
