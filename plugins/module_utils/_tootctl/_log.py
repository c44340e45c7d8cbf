# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a running container writes, line by line as it comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from .._account._commands import without_credentials
from .._kube._client import Cluster
from .._kube._errors import KubeError

# Lines that are kept for the result; a command may write millions.
KEPT = 1000


class Log:
    """The log of one container. Every line is told once, without credentials."""

    def __init__(self, cluster: Cluster, namespace: str, container: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._container = container
        self._since: str | None = None
        # The server gives whole seconds, so the lines of the last one come again.
        self._told_of_last_second = 0
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.count = 0

    def read(self, pod: str) -> Iterator[str]:
        """What is new; nothing if the container has not started or is gone."""
        try:
            text = self._cluster.logs_since(
                self._namespace, pod, container=self._container, since=self._since and f"{self._since}Z"
            )
        except KubeError:
            return
        # The last piece is a line that is still being written, unless it is empty.
        complete = text.split("\n")[:-1]
        for line in complete[self._told_of_last_second :]:
            yield from self._shown(line.partition(" ")[2])
        if complete:
            seconds = [line.partition(".")[0].partition("Z")[0] for line in complete]
            self._since, self._told_of_last_second = seconds[-1], seconds.count(seconds[-1])

    def _shown(self, written: str) -> Iterator[str]:
        # A progress bar goes back to the start of its line: what it said last is what remains.
        line = without_credentials(written.rstrip("\r").rpartition("\r")[2])
        if line:
            self.lines.append(line)
            self.count += 1
            yield line
