# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until nothing works with the queue and the database any more, before these go."""

from __future__ import annotations

import time

from .._kube._client import Cluster
from .._kube._errors import Failure
from .._migrate._processes import PODS, alive

INTERVAL = 1.0
# Web finishes its uploads and Sidekiq its jobs; what does not end is killed after 75 seconds (roles/app/templates).
TIMEOUT = 300


def await_end(cluster: Cluster, namespace: str) -> None:
    """Return when web, streaming and Sidekiq have ended: Sidekiq puts unfinished jobs back into Redis then."""
    deadline = time.monotonic() + TIMEOUT
    while running := alive(cluster.list("v1", "Pod", namespace, labels=PODS)):
        if time.monotonic() > deadline:
            raise Failure(
                f"Pods {', '.join(running)} in namespace {namespace} have not ended in {TIMEOUT} seconds, so queue and"
                " database were left as they are. If their node is gone, delete it, or force the deletion of these"
                " Pods; then run again."
            )
        time.sleep(INTERVAL)
