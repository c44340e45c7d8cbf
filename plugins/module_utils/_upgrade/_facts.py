# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the cluster tells of an instance's version, of a change of it that has begun, and of backups before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .._kube._client import Cluster, UnknownKindError
from .._migrate import _record
from .._migrate._end import JOB_LABEL
from .._migrate._job import began, image_of, is_final, partly_done
from .._migrate._plan import Record
from .._migrate._start import has_begun
from . import _backup
from ._guards import Change, Consent
from ._version import Version, version_of_image

# The Deployment whose image tells the version of an instance that has no record.
_WEB = "mastodon-web"

Object = Mapping[str, Any]


def change(cluster: Cluster, namespace: str, record: Record | None, wanted: Version | None) -> Change | None:
    """What would change; None for a new instance, and if a tag tells no version."""
    if wanted is None:
        return None
    present, complete = _present(cluster, namespace, record)
    return Change(present, wanted, complete) if present else None


def _present(cluster: Cluster, namespace: str, record: Record | None) -> tuple[Version | None, Version | None]:
    """The newest version of which there are migrations in the database, and the one of which they are complete."""
    if record and (unrecorded := _unrecorded(cluster, namespace, record)):
        return unrecorded, None
    if record is None or not record.before_rollout:
        web = running(cluster, namespace)
        return web, web
    present = version_of_image(record.before_rollout)
    finished = record.after_rollout == record.before_rollout
    return present, present if finished else version_of_image(record.after_rollout)


def running(cluster: Cluster, namespace: str) -> Version | None:
    """The version that web runs."""
    web = cluster.get("apps/v1", "Deployment", _WEB, namespace)
    if web is None:
        return None
    return version_of_image(str(web["spec"]["template"]["spec"]["containers"][0]["image"]))


def begun(cluster: Cluster, namespace: str, wanted: Version, record: Record | None) -> datetime | None:
    """When the first migration Job of the wanted version was made; None if it has not begun.

    A backup from before that is the one to go back to: a run that resumes an upgrade needs no newer one.
    """
    jobs = cluster.list("batch/v1", "Job", namespace, labels=f"app.kubernetes.io/component={_record.COMPONENT}")
    times = [began(job) for job in jobs if version_of_image(image_of(job)) == wanted]
    # Both are times in Kubernetes' form, which sorts.
    since = record.finished if record else ""
    return min((_backup.parsed(time) for time in times if time > since), default=None)


def missing_backup(
    cluster: Cluster, namespace: str, database: str | None, began: datetime | None, consent: Consent
) -> str:
    """Why no backup will do; empty if one will. ``database``: its identity, if it is known."""
    of_cluster = _backup.cluster_of(database) if database else None
    if database and of_cluster is None:
        return "The database is not this collection's, so that its backups cannot be seen."
    try:
        backups = cluster.list(_backup.API_VERSION, _backup.KIND, namespace)
    except UnknownKindError:
        backups = []
    return _backup.lacking(_backup.newest(backups, of_cluster), began or cluster.clock, consent.backup_max_age)


def _unrecorded(cluster: Cluster, namespace: str, record: Record) -> Version | None:
    """The version whose migrations were begun, and may have been done since, by a Job that nobody recorded."""
    if not (begun := version_of_image(record.begun)):
        return None
    jobs = cluster.list("batch/v1", "Job", namespace, labels=f"app.kubernetes.io/component={_record.COMPONENT}")
    final = [job for job in jobs if image_of(job) == record.begun and is_final(job)]
    if any(map(partly_done, final)):
        return begun
    names = [job["metadata"]["name"] for job in final]
    pods = [pod for name in names for pod in cluster.list("v1", "Pod", namespace, labels=f"{JOB_LABEL}={name}")]
    # Only Pods that are there can tell that nothing ran: one of an image that cannot be pulled, for example.
    return None if pods and not any(map(has_begun, pods)) else begun
