# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kinds the cluster serves: asked once per process, and only for kinds that are not built in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from ._errors import KubeError, UnknownKindError
from ._resource import BUILT_IN, Resource, aggregated, unaggregated

# The whole of /apis in one answer; a server without it ignores the first alternative (KEP-3352, stable since 1.30).
ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


class Discovery:
    def __init__(self, read: Callable[[str, str], dict[str, Any]]) -> None:
        """``read(path, accept)`` gets one JSON document from the API server."""
        self._read = read
        self._known: dict[tuple[str, str], Resource] = dict(BUILT_IN)
        self._asked: set[str] = set()
        self._aggregated = True
        self._lock = threading.Lock()

    def resource(self, api_version: str, kind: str) -> Resource:
        with self._lock:
            if (api_version, kind) not in self._known:
                self._ask(api_version)
        try:
            return self._known[api_version, kind]
        except KeyError:
            raise UnknownKindError(api_version, kind) from None

    def preferred(self, group: str, kind: str) -> Resource | None:
        """The kind in the version the server prefers, for callers that know only its group."""
        with self._lock:
            found = self._of_group(group, kind)
            if found is None:
                self._ask(f"{group}/*" if group else "v1")
                found = self._of_group(group, kind)
        return found

    def _of_group(self, group: str, kind: str) -> Resource | None:
        return next((known for known in self._known.values() if (known.group, known.kind) == (group, kind)), None)

    def learn(self, resources: Iterable[Resource]) -> None:
        """Know these kinds without asking: they are in the cluster's answer, or about to be defined."""
        for resource in resources:
            self._known.setdefault((resource.api_version, resource.kind), resource)

    def _ask(self, api_version: str) -> None:
        root = "/apis" if "/" in api_version else "/api"
        if self._aggregated and root not in self._asked:
            document = self._read(root, ACCEPT)
            self._asked.add(root)
            if document.get("kind") == "APIGroupDiscoveryList":
                self.learn(aggregated(document))
            else:
                self._aggregated = False
        if not self._aggregated:
            self._ask_version(root, api_version)

    def _ask_version(self, root: str, api_version: str) -> None:
        group, _slash, version = api_version.rpartition("/")
        try:
            if version == "*":
                api_version = self._read(f"{root}/{group}", "application/json")["preferredVersion"]["groupVersion"]
            if api_version not in self._asked:
                self._asked.add(api_version)
                self.learn(unaggregated(self._read(f"{root}/{api_version}", "application/json")))
        except KubeError as error:
            if error.status != 404:
                raise
