# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The migration Job: its manifest, and what a live one says. Pure."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._kube._errors import Failure
from .._labels import PREFIX, labels
from .._upgrade._version import version_of_image
from ._end import Pod, ended
from ._plan import Goal, Job
from ._record import COMPONENT
from ._script import SKIP_POST, Doubts, script
from ._start import has_begun

# What the Pod was made from: the server fills fields in, so the live one cannot be compared itself.
_POD = PREFIX + "pod"
_IMAGE = PREFIX + "image"
_BEGAN = PREFIX + "began"
_FINAL = PREFIX + "final"
# Whether a Job in whose place it is may have done a part of the work.
_PARTLY = PREFIX + "partly-done"
_POST_PENDING = re.compile(r"post_pending=(\d+)")


@dataclass(frozen=True)
class Former:
    """A Job that another one has taken the place of."""

    # When the first one for the same work was made, in Kubernetes' form.
    began: str
    # Whether it, or one before it, may have run.
    ran: bool


def image(template: Mapping[str, Any]) -> str:
    """The image that the template runs."""
    try:
        return str(template["spec"]["template"]["spec"]["containers"][0]["image"])
    except (KeyError, IndexError, TypeError):
        raise Failure(
            "job_template is not a Job with a container and an image: give the fact app_job_template of the role app."
        ) from None


def manifest(
    template: Mapping[str, Any],
    namespace: str,
    goal: Goal,
    doubts: Doubts,
    *,
    deadline: int,
    ttl: int | None,
    former: Former | None = None,
) -> dict[str, Any]:
    """The Job that does the goal's work. ``former``: what the one in whose place it is leaves to be remembered."""
    job = copy.deepcopy(dict(template))
    own = labels(namespace, COMPONENT)
    about = {_IMAGE: goal.image, PREFIX + "database": goal.database, PREFIX + "phase": goal.phase}
    about |= {_FINAL: "true" if goal.is_final else "false"}
    about |= {_BEGAN: former.began, _PARTLY: "true" if former.ran else "false"} if former else {}
    metadata = job.get("metadata") or {}
    job["metadata"] = {
        "name": goal.job,
        "namespace": namespace,
        "labels": {**(metadata.get("labels") or {}), **own},
        "annotations": {**(metadata.get("annotations") or {}), **about},
    }
    # A migration that failed is looked at before it is tried again; a finished one is kept as evidence unless asked.
    job["spec"] = {**job["spec"], "backoffLimit": 0} | ({"ttlSecondsAfterFinished": ttl} if ttl is not None else {})
    pod = job["spec"]["template"]
    pod["metadata"] = {**(pod.get("metadata") or {})}
    pod["metadata"]["labels"] = {**(pod["metadata"].get("labels") or {}), **own}
    # The deadline is the Pod's: at a Job's own deadline the Pod is deleted, and its log with it.
    pod["spec"] |= {"restartPolicy": "Never", "activeDeadlineSeconds": deadline}
    container = pod["spec"]["containers"][0]
    container["command"] = ["/bin/sh", "-ec", script(goal, version_of_image(goal.image), doubts)]
    container.pop("args", None)
    env = [variable for variable in container.get("env") or () if variable["name"] != SKIP_POST]
    container["env"] = env if goal.is_final else [*env, {"name": SKIP_POST, "value": "true"}]
    job["metadata"]["annotations"][_POD] = hashlib.sha256(json.dumps(pod, sort_keys=True).encode()).hexdigest()
    return job


def image_of(live: Mapping[str, Any]) -> str:
    """The image whose migrations it runs."""
    return str((live["metadata"].get("annotations") or {}).get(_IMAGE, ""))


def former(live: Mapping[str, Any], pod: Pod | None) -> Former:
    """What a Job leaves to be remembered when another one takes its place. ``pod``: its newest one."""
    # One that ended and whose Pod is gone may have done anything.
    ran = has_begun(pod) if pod else state(live).state != "unfinished"
    return Former(began(live), ran or partly_done(live))


def partly_done(live: Mapping[str, Any]) -> bool:
    """Whether another Job, in whose place it is, may have done a part of its work."""
    return (live["metadata"].get("annotations") or {}).get(_PARTLY) == "true"


def began(live: Mapping[str, Any]) -> str:
    """When the first Job for its work was made, in Kubernetes' form."""
    metadata = live["metadata"]
    return str((metadata.get("annotations") or {}).get(_BEGAN) or metadata.get("creationTimestamp", ""))


def is_final(live: Mapping[str, Any]) -> bool:
    """Whether no older version can run after it, as of a goal."""
    return (live["metadata"].get("annotations") or {}).get(_FINAL) == "true"


def differs(live: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a Job that exists has another Pod than the one that ``manifest`` made now."""
    made = live["metadata"].get("annotations") or {}
    return made.get(_POD) != wanted["metadata"]["annotations"][_POD]


def state(live: Mapping[str, Any]) -> Job:
    """What became of a Job that exists."""
    name = live["metadata"]["name"]
    for condition in (live.get("status") or {}).get("conditions") or ():
        if condition["status"] != "True":
            continue
        if condition["type"] == "Complete":
            database = (live["metadata"].get("annotations") or {}).get(PREFIX + "database", "")
            return Job(name, "complete", finished=live["status"].get("completionTime", ""), database=database)
        if condition["type"] == "Failed":
            return Job(name, "failed", reason=condition.get("reason") or "Failed")
    return Job(name, "unfinished")


def post_pending(pod: Pod | None) -> int | None:
    """How many post-deployment migrations a finished Pod left; None if it did not tell or is gone."""
    end = ended(pod) if pod else None
    found = _POST_PENDING.search(end.message) if end else None
    return int(found.group(1)) if found else None
