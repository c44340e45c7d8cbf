# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Own the objects of the handle domain: who is in the way, the objects themselves, and their removal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .._apply._apply import apply_one
from .._apply._outcome import Outcome
from .._kube._client import Cluster, reference
from .._ready import _network
from . import _gateway
from ._conflicts import Object, namesakes, refuse, rivals, visible
from ._former import delete, find, take_away
from ._handle import NAME, Handle
from ._redirect import redirect_objects


@dataclass(frozen=True)
class Owned:
    """C(narrow) says that routes of others were not searched everywhere; empty if they were."""

    outcomes: tuple[Outcome, ...] = ()
    narrow: str = ""


def own(cluster: Cluster, handle: Handle, *, adopt: Collection[str], check_mode: bool) -> Owned:
    """Make the objects what they must be. Those of other backends stay: they may be what answers now."""
    wanted = redirect_objects(handle)
    if not wanted:
        return Owned()
    replaced, narrow = _clear(cluster, wanted, adopt)
    outcomes = [
        apply_one(cluster, manifest, check_mode=check_mode, force=reference(manifest) in adopt) for manifest in wanted
    ]
    # Ours are there before the others go: no lookup falls between them.
    return Owned((*outcomes, *take_away(cluster, replaced, check_mode=check_mode)), narrow)


def disown(cluster: Cluster, namespace: str, *, check_mode: bool) -> list[Outcome]:
    """Remove what this module made for any backend. What others made, or what may not be looked at, is kept."""
    found = find(cluster, namespace)
    return [*take_away(cluster, found.ours, check_mode=check_mode), *found.kept, *found.unseen]


def objection(cluster: Cluster, handle: Handle) -> str:
    """What the Gateway has against our route, for the message when the redirect does not work; empty if nothing."""
    if not handle.split or handle.backend != "gateway":
        return ""
    live = cluster.get(_gateway.API_VERSION, _gateway.KIND, NAME, handle.namespace)
    reason = _network.http_route(live).reason if live is not None else ""
    return f"{_gateway.KIND} {NAME}: {reason}" if reason else ""


def _clear(cluster: Cluster, wanted: list[dict[str, object]], adopt: Collection[str]) -> tuple[list[Object], str]:
    """The routes to be replaced; a failure, before anything is touched, if one is in the way or may not be deleted."""
    *rest, route = wanted
    others, narrow = visible(cluster, route)
    in_the_way = [*rivals(route, others), *namesakes(cluster, rest)]
    replaced = [rival.object for rival in refuse(in_the_way, adopt) if not rival.namesake]
    for live in replaced:
        delete(cluster, live, check_mode=True)
    return replaced, narrow
