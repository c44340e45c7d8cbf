# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes to start from. Each adds up: its connections fit the pooler of the same profile (T45, T55).

Starting points are mastodon.md 8: the charts' requests (web 250m/768Mi, Sidekiq 250m/512Mi, streaming 250m/128Mi) and
what instances were seen to use (web 1.5 to 2.75 Gi, Sidekiq 0.5 to 1.5 Gi, scheduler 300 to 500 Mi). CPU has no limit:
a throttled Puma is slower than a busy neighbour. Memory limits are twice the request and more, because a Sidekiq of
1 GiB dies every other day (pain 33).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ._queues import WEIGHTS

_EVERYTHING = [f"{queue},{weight}" for queue, weight in WEIGHTS.items()]
_ALL_BUT_SCHEDULER = [entry for entry in _EVERYTHING if not entry.startswith("scheduler")]


def _resources(cpu: str, memory: str, limit: str) -> dict[str, Any]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": limit}}


def _pods(replicas: int, most: int | None) -> dict[str, Any]:
    """The number of pods, and up to which an autoscaler may go once it is switched on; None for never."""
    return {"replicas": replicas, "max_replicas": most}


def _web(pods: tuple[int, int], processes: int, threads: int, *resources: str) -> dict[str, Any]:
    return {**_pods(*pods), "processes": processes, "threads": threads, **_resources(*resources)}


def _streaming(pods: tuple[int, int], database_pool: int, *resources: str) -> dict[str, Any]:
    return {**_pods(*pods), "database_pool": database_pool, **_resources(*resources)}


def _group(queues: list[str], concurrency: int, pods: tuple[int, int | None], *resources: str) -> dict[str, Any]:
    return {"queues": list(queues), "concurrency": concurrency, **_pods(*pods), **_resources(*resources)}


# Migrations, accounts and what runs on a schedule.
_JOB = {"database_pool": 5, **_resources("50m", "512Mi", "1536Mi")}
# What Puma's processes hand their metrics to, beside each of them (mastodon.md 8).
_METRICS = _resources("25m", "180Mi", "320Mi")

PROFILES: Mapping[str, Mapping[str, Any]] = {
    # One person and a few friends on one node: one process of everything.
    "single_user": {
        "web": _web((1, 2), 1, 5, "50m", "512Mi", "1280Mi"),
        "streaming": _streaming((1, 2), 5, "25m", "128Mi", "256Mi"),
        "sidekiq": {"all": _group(_EVERYTHING, 10, (1, None), "50m", "512Mi", "1280Mi")},
        "job": _JOB,
        "metrics": _METRICS,
    },
    # Up to some hundred active people: survives the loss of a node, and the scheduler keeps its one owner.
    "small": {
        "web": _web((2, 4), 2, 5, "250m", "768Mi", "1536Mi"),
        "streaming": _streaming((2, 4), 5, "100m", "128Mi", "512Mi"),
        "sidekiq": {
            "work": _group(_ALL_BUT_SCHEDULER, 15, (2, 4), "250m", "512Mi", "1536Mi"),
            "scheduler": _group(["scheduler"], 5, (1, None), "100m", "384Mi", "1Gi"),
        },
        "job": _JOB,
        "metrics": _METRICS,
    },
    # Thousands of active people: what they wait for, what other servers wait for, and what can wait, apart.
    "community": {
        "web": _web((3, 8), 3, 5, "500m", "1536Mi", "3Gi"),
        "streaming": _streaming((2, 6), 10, "250m", "128Mi", "512Mi"),
        "sidekiq": {
            "default": _group(["default,8", "mailers,2"], 15, (2, 6), "500m", "768Mi", "2Gi"),
            "federation": _group(["push,6", "ingress,4"], 20, (2, 6), "500m", "768Mi", "2Gi"),
            "background": _group(["pull,1", "fasp,1"], 10, (1, 3), "250m", "512Mi", "1536Mi"),
            "scheduler": _group(["scheduler"], 5, (1, None), "100m", "384Mi", "1Gi"),
        },
        "job": _JOB,
        "metrics": _METRICS,
    },
}


def profile(name: str) -> dict[str, Any]:
    """A copy of a profile that may be changed; ValueError if there is none of that name."""
    try:
        return deepcopy(dict(PROFILES[name]))
    except KeyError:
        raise ValueError(f"there is no profile {name!r}; choose one of {', '.join(PROFILES)}") from None
