# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Can this cluster hold the instance? Everything that is missing is said at once, each with its cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ._kube._client import Cluster
from ._kube._errors import Failure, UnknownKindError


def check_cluster(cluster: Cluster, minimum: str, kinds: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The server's version and the optional kinds it does not serve, once it is new enough and serves all others.

    Failure with all that is missing otherwise.
    """
    version = cluster.version()
    unknown = [need for need in kinds if not is_served(cluster, need)]
    missing = [*too_old(version, minimum), *(told(need) for need in unknown if not need["optional"])]
    if missing:
        raise Failure(
            "The cluster cannot hold this instance; nothing was touched.\n"
            + "\n".join(f"  - {line}" for line in missing)
        )
    optional = [need for need in unknown if need["optional"]]
    return {
        "version": version,
        "absent": [need["kind"] for need in optional],
        "notices": [f"left out: {told(need)}" for need in optional],
    }


def too_old(version: str, minimum: str) -> Iterator[str]:
    """A line when ``version`` (v1.32.4+k3s1) is older than ``minimum`` (1.33)."""
    if _minor(version) < _minor(minimum):
        yield f"Kubernetes {version} is older than {minimum} -> upgrade the cluster"


def is_served(cluster: Cluster, need: Mapping[str, Any]) -> bool:
    """Whether the cluster serves a kind."""
    try:
        cluster.resource(need["api_version"], need["kind"])
    except UnknownKindError:
        return False
    return True


def told(need: Mapping[str, Any]) -> str:
    """A line about a kind that the cluster does not serve."""
    wanted = f"{need['kind']} ({need['api_version']})"
    return f"{wanted} is not installed, and {need['needed_by']} needs it -> {need['cure']}"


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
