# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the one Pod of a Job ended. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._ready._pods import containers, ending, exit_of

# The label with which Kubernetes marks the Pods of a Job.
JOB_LABEL = "batch.kubernetes.io/job-name"

Pod = Mapping[str, Any]


@dataclass(frozen=True)
class End:
    # Such as "exit code 1" or "DeadlineExceeded, exit code 137".
    reason: str
    # What the container left at its termination message path.
    message: str


def ended(pod: Pod) -> End | None:
    """How the Pod ended; None if it has not."""
    status = pod.get("status") or {}
    if status.get("phase") not in ("Succeeded", "Failed"):
        return None
    # The Pod's own reason, such as DeadlineExceeded or Evicted, is why its container was made to end.
    exits = [found for container in containers(pod) if (found := exit_of(container))]
    reasons = [status.get("reason"), *(ending(found) for found in exits if found.get("exitCode"))]
    message = (exits[-1].get("message") if exits else None) or status.get("message") or ""
    return End(", ".join(reason for reason in reasons if reason), message)
