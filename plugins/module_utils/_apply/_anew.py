# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs that failed: applying their manifest again would change nothing, so they are made anew."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from .._kube._client import Cluster, reference
from .._kube._errors import Failure

# Nothing but a finalizer of somebody else's holds up the deletion of a finished Job.
GONE_WITHIN = 10.0


def failure(live: Mapping[str, Any] | None) -> str:
    """Why a Job failed; empty for one that did not, and for everything else."""
    if live is None or (live["kind"], live["apiVersion"]) != ("Job", "batch/v1"):
        return ""
    for condition in (live.get("status") or {}).get("conditions") or ():
        if (condition.get("type"), condition.get("status")) == ("Failed", "True"):
            return f"{condition.get('reason')}: {condition.get('message')}"
    return ""


def remove(cluster: Cluster, live: Mapping[str, Any]) -> None:
    """Delete the object and return when it is gone."""
    metadata = live["metadata"]
    where = (live["apiVersion"], live["kind"], metadata["name"], metadata.get("namespace"))
    cluster.delete(*where)
    deadline = time.monotonic() + GONE_WITHIN
    while cluster.get(*where) is not None:
        if time.monotonic() > deadline:
            raise Failure(f"{reference(live)} failed before and is not gone {GONE_WITHIN:g} s after it was deleted.")
        time.sleep(0.2)
