# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Custom resource definitions that stand in the same list as objects of the kinds they define."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from .._kube._client import Cluster, Resource
from .._kube._errors import Failure

# The API server establishes a definition within a few seconds, or never because its names are taken.
ESTABLISHED_WITHIN = 30.0


def declared(definition: Mapping[str, Any]) -> Iterator[Resource]:
    """The kinds a CustomResourceDefinition makes the cluster serve."""
    spec = definition["spec"]
    for version in spec["versions"]:
        if version.get("served"):
            api_version = f"{spec['group']}/{version['name']}"
            yield Resource(api_version, spec["names"]["kind"], spec["names"]["plural"], spec["scope"] == "Namespaced")


def await_established(cluster: Cluster, definition: Mapping[str, Any]) -> None:
    """Return when the cluster serves the kinds of a definition that was just applied."""
    name = definition["metadata"]["name"]
    deadline = time.monotonic() + ESTABLISHED_WITHIN
    while True:
        live = cluster.get(definition["apiVersion"], definition["kind"], name) or {}
        conditions = {one["type"]: one for one in (live.get("status") or {}).get("conditions") or ()}
        if (conditions.get("Established") or {}).get("status") == "True":
            return
        if time.monotonic() > deadline:
            names = (conditions.get("NamesAccepted") or {}).get("message") or "no reason given"
            raise Failure(f"CustomResourceDefinition {name} is not served after {ESTABLISHED_WITHIN:g} s: {names}.")
        time.sleep(0.5)
