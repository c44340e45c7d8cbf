# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Can this cluster hold the instance? Everything that is missing is said at once, each with its cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ._kube._client import Cluster
from ._kube._errors import Failure, UnknownKindError


def check_cluster(cluster: Cluster, minimum: str, kinds: Iterable[Mapping[str, str]]) -> str:
    """The server's version, once it is new enough and serves every kind; Failure with all that is missing otherwise."""
    version = cluster.version()
    missing = [*too_old(version, minimum), *unknown_kinds(cluster, kinds)]
    if missing:
        raise Failure(
            "The cluster cannot hold this instance; nothing was touched.\n"
            + "\n".join(f"  - {line}" for line in missing)
        )
    return version


def too_old(version: str, minimum: str) -> Iterator[str]:
    """A line when ``version`` (v1.32.4+k3s1) is older than ``minimum`` (1.33)."""
    if _minor(version) < _minor(minimum):
        yield f"Kubernetes {version} is older than {minimum} -> upgrade the cluster"


def unknown_kinds(cluster: Cluster, kinds: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """A line for each kind that the cluster does not serve."""
    for need in kinds:
        try:
            cluster.resource(need["api_version"], need["kind"])
        except UnknownKindError:
            wanted = f"{need['kind']} ({need['api_version']})"
            yield f"{wanted} is not installed, and {need['needed_by']} needs it -> {need['cure']}"


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
