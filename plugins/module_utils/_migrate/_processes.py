# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Deployments and Pods that work on the database, and which of them run what the rollout replaces. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._labels import PART_OF
from .._workload._workloads import PROCESS_LABEL
from ._record import COMPONENT

Object = Mapping[str, Any]

PROCESSES = ("web", "streaming", "sidekiq")
# Deployments carry the process as their component; ReplicaSets and Pods a label that does not change with it.
DEPLOYMENTS = f"app.kubernetes.io/part-of={PART_OF},app.kubernetes.io/component in ({', '.join(PROCESSES)})"
PODS = f"{PROCESS_LABEL} in ({', '.join(PROCESSES)})"
# Scheduled maintenance, tootctl, accounts and settings, in Jobs or not; all but the migrations themselves.
COMMANDS = f"{PROCESS_LABEL}=job,app.kubernetes.io/component!={COMPONENT}"

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"


def alive(pods: Iterable[Object]) -> list[str]:
    """The Pods that have not ended, those that are about to included; with the Job that each is of."""
    return sorted(_called(pod) for pod in pods if (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed"))


def not_rolled_out(deployments: Iterable[Object], image: str) -> Iterator[str]:
    """Why the rollout of the image has not begun everywhere. Streaming has an image of its own, of the same tag."""
    for deployment in deployments:
        runs = _image(deployment["spec"]["template"])
        if _component(deployment) != "streaming" and _tag(runs) != _tag(image):
            yield f"Deployment {_name(deployment)} runs {runs}"


def former(deployments: Iterable[Object], replicasets: Iterable[Object], pods: Iterable[Object]) -> list[str]:
    """The Pods of another template than their Deployment's present one, and those whose Deployment is gone.

    A Deployment's status does not tell: Pods that are about to end are no longer counted, but still work.
    """
    revisions = {deployment["metadata"]["uid"]: _annotations(deployment).get(_REVISION) for deployment in deployments}
    present = {
        _labels(replicaset).get(_HASH)
        for replicaset in replicasets
        for owner in replicaset["metadata"].get("ownerReferences") or ()
        if owner["uid"] in revisions and _annotations(replicaset).get(_REVISION) == revisions[owner["uid"]]
    }
    return alive(pod for pod in pods if _labels(pod).get(_HASH) not in present)


def outdated(deployments: Iterable[Object], pods: Iterable[Object]) -> list[str]:
    """The Pods that run a command with another version than the Deployments run; they have no template of theirs."""
    present = {_tag(_image(one["spec"]["template"])) for one in deployments}
    return alive(pod for pod in pods if _tag(_image(pod)) not in present)


def unseen(deployments: Iterable[Object]) -> list[str]:
    """The Deployments whose change their controller has not taken up yet."""
    return [
        _name(deployment)
        for deployment in deployments
        if (deployment.get("status") or {}).get("observedGeneration", 0) < deployment["metadata"].get("generation", 0)
    ]


def _image(pod: Object) -> str:
    return str(pod["spec"]["containers"][0]["image"])


def _tag(image: str) -> str:
    """Tag and digest: an admission controller may have put another registry in front."""
    return image.rpartition("/")[2].partition(":")[2]


def _name(item: Object) -> str:
    return str(item["metadata"]["name"])


def _called(pod: Object) -> str:
    jobs = [owner["name"] for owner in pod["metadata"].get("ownerReferences") or () if owner["kind"] == "Job"]
    return f"{_name(pod)} (Job {jobs[0]})" if jobs else _name(pod)


def _component(item: Object) -> str:
    return str(_labels(item).get("app.kubernetes.io/component", ""))


def _labels(item: Object) -> Mapping[str, str]:
    return item["metadata"].get("labels") or {}


def _annotations(item: Object) -> Mapping[str, str]:
    return item["metadata"].get("annotations") or {}
