# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Job that a command is run in. Pure."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from typing import Any

from .._kube._errors import Failure
from .._labels import PREFIX, labels
from ._command import Command

COMPONENT = "tootctl"
# The suspended CronJob of the role app, which only holds the template of Jobs; the Jobs' names begin with it.
HOLDER = "mastodon-tootctl"


def name(command: Command) -> str:
    """The same command has the same name, so that a run that was killed is found again."""
    return f"{HOLDER}-{hashlib.sha256(repr(command.argv).encode()).hexdigest()[:10]}"


def template_of(cron_job: Mapping[str, Any] | None, namespace: str) -> dict[str, Any]:
    """The template of Jobs that the instance keeps in the cluster."""
    if cron_job is None:
        raise Failure(
            f"CronJob {namespace}/{HOLDER} is not there, and no job_template was given: run the playbook site once,"
            " which makes it, or give the right namespace."
        )
    return {"apiVersion": "batch/v1", "kind": "Job", "spec": cron_job["spec"]["jobTemplate"]["spec"]}


def container(template: Mapping[str, Any]) -> dict[str, Any]:
    """The container that the command runs in."""
    try:
        return template["spec"]["template"]["spec"]["containers"][0]
    except (KeyError, IndexError, TypeError):
        raise Failure(
            "job_template is not a Job with a container: give the fact app_job_template of the role app."
        ) from None


def manifest(
    template: Mapping[str, Any], namespace: str, command: Command, *, deadline: int, ttl: int
) -> dict[str, Any]:
    """The Job that runs the command once, whatever becomes of it."""
    job = copy.deepcopy(dict(template))
    container(job).update(command=command.in_container)
    container(job).pop("args", None)
    metadata = job.get("metadata") or {}
    own = labels(namespace, COMPONENT)
    job["metadata"] = {
        "name": name(command),
        "namespace": namespace,
        "labels": {**(metadata.get("labels") or {}), **own},
        "annotations": {**(metadata.get("annotations") or {}), PREFIX + "command": command.text},
    }
    job["spec"] |= {"backoffLimit": 0, "ttlSecondsAfterFinished": ttl}
    pod = job["spec"]["template"]
    pod["metadata"] = {**(pod.get("metadata") or {})}
    pod["metadata"]["labels"] = {**(pod["metadata"].get("labels") or {}), **own}
    # The deadline is the Pod's: at a Job's own deadline the Pod is deleted, and its log with it.
    pod["spec"] |= {"restartPolicy": "Never", "activeDeadlineSeconds": deadline}
    return job
