# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The migration Jobs of one namespace."""

from __future__ import annotations

import time
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure, KubeError
from .._kube._progress import Progress
from ._job import state
from ._record import COMPONENT
from ._stages import FORCE
from ._start import obstacle
from ._watch import INTERVAL, Watch

# A Pod has half a minute to end, unless its node is gone.
GONE_WITHIN = 300


class Jobs:
    def __init__(self, cluster: Cluster, namespace: str, progress: Progress) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._progress = progress

    def all(self) -> dict[str, dict[str, Any]]:
        """Those of every image, by name."""
        selector = f"app.kubernetes.io/component={COMPONENT}"
        found = self._cluster.list("batch/v1", "Job", self._namespace, labels=selector)
        return {job["metadata"]["name"]: job for job in found}

    def at_work(self) -> list[dict[str, Any]]:
        """Those that have not ended."""
        return [job for job in self.all().values() if state(job).state == "unfinished"]

    def watch(self, name: str) -> Watch:
        return Watch(self._cluster, self._namespace, name, self._progress)

    def let_pass(self, other: dict[str, Any], *, start_timeout: float, deadline: float) -> bool:
        """Wait for another migration to end, well or not; False for one that was removed, because nothing of it ran."""
        name = other["metadata"]["name"]
        watch = self.watch(name)
        if why := obstacle(watch.pod(), differs=False):
            self._progress.line(f"Job {name} is removed: {why}")
            self.remove(other)
            return False
        self._progress.line(f"Another migration is at work: Job {name}")
        watch.finish(start_timeout=start_timeout, deadline=deadline)
        return True

    def remove(self, job: dict[str, Any]) -> None:
        """Delete it, and wait until it and its Pod are gone, or until another one has its name.

        By its uid: another run may have replaced it since, and its migration would be killed.
        """
        name, uid = job["metadata"]["name"], job["metadata"]["uid"]
        try:
            self._cluster.delete("batch/v1", "Job", name, self._namespace, uid=uid, propagation="Foreground")
        except KubeError as error:
            if error.status != 409:
                raise
        deadline = time.monotonic() + GONE_WITHIN
        while self._uid(name) == uid:
            if time.monotonic() > deadline:
                raise Failure(
                    f"Job {self._namespace}/{name} is not gone {GONE_WITHIN} seconds after it was deleted: its Pod has"
                    f" not ended. {FORCE}"
                )
            self._progress.line(f"Job {name} is going")
            time.sleep(INTERVAL)

    def _uid(self, name: str) -> str | None:
        live = self._cluster.get("batch/v1", "Job", name, self._namespace)
        return live["metadata"]["uid"] if live else None
