# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether objects are ready as somebody just saw them, so that nobody needs to wait for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import KubeError
from ._settle import left_alone
from ._state import Ready
from ._targets import Target, of_manifests, read

# The default of the modules that wait.
SETTLE = 5.0


def all_ready(cluster: Cluster, items: Iterable[Mapping[str, Any]]) -> bool:
    """What a wait would find at its first look at these objects; only their companions are read."""
    seen: dict[Target, Mapping[str, Any] | None] = {
        target: item for item in items for target in of_manifests([item], None)
    }
    fresh = dict(seen)
    while fresh:
        if not all(_is_ready(cluster, target, item) for target, item in fresh.items()):
            return False
        needed = {one for target, item in fresh.items() if item for one in target.companions(item)}
        try:
            fresh = {**read(cluster, needed - seen.keys(), lenient=True)}
        except KubeError:  # what may not be read cannot be judged; a wait explains it
            return False
        seen |= fresh
    return True


def _is_ready(cluster: Cluster, target: Target, item: Mapping[str, Any] | None) -> bool:
    return (
        item is not None
        and isinstance(target.predicate.judge(item), Ready)
        and left_alone(item, target.predicate.settles, cluster.clock, SETTLE)
    )
