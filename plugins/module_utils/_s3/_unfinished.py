# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A note in the cluster that a bucket is being made, so that a run that is killed before it is configured is resumed.

The store itself has no place for it: many know no tags, and a bucket without a policy may be meant to have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import KubeError
from .._labels import labels

NAME = "mastodon-bucket-unfinished"
COMPONENT = "storage"


@dataclass(frozen=True)
class Note:
    """The ConfigMap that is there from before a bucket is made until it is configured."""

    cluster: Cluster
    namespace: str
    endpoint: str
    bucket: str

    def is_there(self) -> bool:
        """Whether a run before this one has begun to make this very bucket."""
        live = self.cluster.get("v1", "ConfigMap", NAME, self.namespace)
        return live is not None and live.get("data") == self._data

    def write(self) -> None:
        if self.is_there():
            return
        self.remove()  # that of another bucket, which nobody wants any more
        try:
            self.cluster.create(self._manifest)
        except KubeError as error:
            if error.status != 409:  # a run at the same time makes the same bucket
                raise

    def remove(self) -> None:
        self.cluster.delete("v1", "ConfigMap", NAME, self.namespace)

    @property
    def _data(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "bucket": self.bucket}

    @property
    def _manifest(self) -> dict[str, Any]:
        metadata = {"name": NAME, "namespace": self.namespace, "labels": labels(self.namespace, COMPONENT)}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": self._data}
