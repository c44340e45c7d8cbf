# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Deployments of an instance, and what tells their pods from one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._environment._variable import Process
from .._labels import PREFIX, labels
from .._sizes._queues import SCHEDULER, arguments, served
from .._sizes._sizes import sizes
from ._autoscalers import growing

# On every pod, Jobs' too, whatever their component: network policies select by it.
PROCESS_LABEL = PREFIX + "process"
# What the pods of several Sidekiq Deployments differ in.
GROUP_LABEL = PREFIX + "group"


def workloads(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every Deployment, web first: it rolls before the workers that run what it enqueues (T26)."""
    settled = sizes(values["app_profile"], values.get("app_sizes"))
    # What an autoscaler decides must not be said at all: it would be set back at every run (T57).
    others = growing(values, settled)
    return [{**one, "replicas": None} if one["workload"] in others else one for one in _workloads(values, settled)]


def process_labels(namespace: str, process: Process) -> dict[str, str]:
    """The labels of a process's pods that do not depend on a group."""
    return {**labels(namespace, process.value), PROCESS_LABEL: process.value}


def _workloads(values: Mapping[str, Any], settled: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**_workload(values, Process.WEB, "web", settled["web"]), "metrics": _resources(settled["metrics"])}
    yield _workload(values, Process.STREAMING, "streaming", settled["streaming"])
    for group, size in settled["sidekiq"].items():
        yield {
            **_workload(values, Process.SIDEKIQ, f"sidekiq-{group}", size, group),
            "group": group,
            "schedules": SCHEDULER in served(size["queues"]),
            "arguments": arguments(size),
            # Two schedulers, even for the moment of a rollout, would do everything twice (T25).
            "strategy": {"type": "Recreate"} if SCHEDULER in served(size["queues"]) else _ROLLING,
        }


# One pod more, never one less: a single pod is replaced without a gap.
_ROLLING: Mapping[str, Any] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def _workload(
    values: Mapping[str, Any],
    process: Process,
    workload: str,
    size: Mapping[str, Any],
    group: str | None = None,
) -> dict[str, Any]:
    namespace = values["app_namespace"]
    of_group = {GROUP_LABEL: group} if group else {}
    return {
        "workload": workload,
        "process": process.value,
        "name": f"mastodon-{workload}",
        "labels": {**labels(namespace, process.value), **of_group},
        "pod_labels": {**process_labels(namespace, process), **of_group},
        "replicas": size["replicas"],
        "strategy": _ROLLING,
        "resources": _resources(size),
    }


def _resources(size: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: size[kind] for kind in ("requests", "limits") if size.get(kind)}
