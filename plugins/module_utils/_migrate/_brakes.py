# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How objects are made to stand still: the fields that say so, and what they were before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .._workload._workloads import PROCESS_LABEL

Fields: TypeAlias = "dict[str, Any]"
# By kind and name, the fields that were changed as they were before: what is recorded, and goes on afterwards.
Stopped: TypeAlias = "dict[str, dict[str, Fields]]"

# KEDA raises a Deployment from zero, which a HorizontalPodAutoscaler leaves alone (keda: pkg/scaling/executor/
# scale_scaledobjects.go, RequestScale). With `paused`, known since 2.12, it stops to look and deletes its
# HorizontalPodAutoscaler, and the number stays what it is; with `paused-replicas` it first sets that number, and then
# `paused` does not count. https://keda.sh/docs/2.20/concepts/scaling-deployments/, keda#3304, keda#7774
PAUSED = "autoscaling.keda.sh/paused"
PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas"


@dataclass(frozen=True)
class Brake:
    """How one kind stands still."""

    api_version: str
    kind: str
    # Where the fields are.
    path: tuple[str, ...]
    still: Mapping[str, Any]
    # What a field means that is not there.
    default: Mapping[str, Any] = field(default_factory=dict)

    def fields(self, live: Mapping[str, Any]) -> Fields:
        """The fields as they are."""
        there: Any = live
        for name in self.path:
            there = there.get(name) or {}
        return {name: there.get(name, self.default.get(name)) for name in self.still}

    def holds(self, live: Mapping[str, Any]) -> bool:
        """Whether it stands still."""
        fields = self.fields(live)
        return _is_paused(fields) if self.kind == "ScaledObject" else fields == self.still

    def patch(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON merge patch that sets the fields."""
        made: dict[str, Any] = dict(fields)
        for name in reversed(self.path):
            made = {name: made}
        return made


DEPLOYMENT = Brake("apps/v1", "Deployment", ("spec",), {"replicas": 0}, {"replicas": 1})
SCALED_OBJECT = Brake(
    "keda.sh/v1alpha1", "ScaledObject", ("metadata", "annotations"), {PAUSED: "true", PAUSED_REPLICAS: None}
)
CRON_JOB = Brake("batch/v1", "CronJob", ("spec",), {"suspend": True}, {"suspend": False})

# In the order in which they stop. They go on in the other: an autoscaler finds the number that there was.
BRAKES = (CRON_JOB, SCALED_OBJECT, DEPLOYMENT)


def moving(brake: Brake, found: Iterable[Mapping[str, Any]]) -> dict[str, Fields]:
    """Those that do not stand still, by their names."""
    fields = {one["metadata"]["name"]: brake.fields(one) for one in found if not brake.holds(one)}
    return dict(sorted(fields.items()))


def targeting(scaled_objects: Iterable[Mapping[str, Any]], deployments: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """The ScaledObjects, whoever made them, that decide about these Deployments."""
    names = set(deployments)
    for one in scaled_objects:
        target = one["spec"]["scaleTargetRef"]
        if target.get("kind", "Deployment") == "Deployment" and target["name"] in names:
            yield one


def on_database(cron_jobs: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The CronJobs whose Pods are Mastodon's own processes."""
    for one in cron_jobs:
        metadata = one["spec"]["jobTemplate"]["spec"]["template"].get("metadata") or {}
        if PROCESS_LABEL in (metadata.get("labels") or {}):
            yield one


def merged(recorded: Stopped, found: Stopped) -> Stopped:
    """What is recorded already, and over it what moves now."""
    kinds = {**recorded, **found}
    return {kind: {**recorded.get(kind, {}), **found.get(kind, {})} for kind in kinds}


def names(stopped: Stopped) -> list[str]:
    """The names of all that stands still; a ScaledObject is called like its Deployment."""
    return sorted({name for named in stopped.values() for name in named})


def changed(stopped: Stopped) -> dict[tuple[str, str], str]:
    """The same as a report lists it."""
    return {(kind, name): "changed" for kind, named in stopped.items() for name in named}


def _is_paused(annotations: Fields) -> bool:
    """As KEDA reads them, which takes for paused what is no truth value (keda: scaledobject_types.go)."""
    if annotations[PAUSED_REPLICAS] is not None:
        return annotations[PAUSED_REPLICAS] == "0"
    paused = annotations[PAUSED]
    return paused is not None and paused not in ("0", "f", "F", "false", "False", "FALSE")
