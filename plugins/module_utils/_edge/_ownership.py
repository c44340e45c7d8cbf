# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Own the objects of the handle domain: who is in the way, the objects themselves, and their removal."""

from __future__ import annotations

from collections.abc import Collection

from .._apply._apply import apply_one
from .._apply._outcome import Outcome
from .._apply._projection import projection
from .._kube._client import Cluster, reference
from .._kube._errors import KubeError, UnknownKindError
from .._ready import _network
from . import _gateway
from ._conflicts import Object, is_ours, namesakes, refuse, rivals, visible
from ._handle import NAME, Handle
from ._redirect import MADE, redirect_objects


def own(cluster: Cluster, handle: Handle, *, adopt: Collection[str], check_mode: bool) -> list[Outcome]:
    """Make the objects what they must be, and remove ours of other backends, or all when both domains are the same."""
    wanted = redirect_objects(handle)
    replaced = _clear(cluster, wanted, adopt) if wanted else []
    outcomes = [
        apply_one(cluster, manifest, check_mode=check_mode, force=reference(manifest) in adopt) for manifest in wanted
    ]
    # Ours are there before the others go: no lookup falls between them.
    outcomes += [_delete(cluster, live, check_mode=check_mode) for live in replaced]
    return outcomes + disown(cluster, handle.namespace, keep=wanted, check_mode=check_mode)


def disown(cluster: Cluster, namespace: str, *, keep: Collection[Object] = (), check_mode: bool) -> list[Outcome]:
    """Remove what this module made, but for C(keep). An object of the same name that it did not make stays."""
    kept = {(one["kind"], one["metadata"]["name"]) for one in keep}
    outcomes = []
    for api_version, kind, name in MADE:
        live = None if (kind, name) in kept else _readable(cluster, api_version, kind, name, namespace)
        if live is not None and is_ours(live):
            outcomes.append(_delete(cluster, live, check_mode=check_mode))
        elif live is not None:
            outcomes.append(Outcome("kept", dict(live), {}, {}, "it was made by others"))
    return outcomes


def objection(cluster: Cluster, handle: Handle) -> str:
    """What the Gateway has against our route, for the message when the redirect does not work; empty if nothing."""
    if not handle.split or handle.backend != "gateway":
        return ""
    live = cluster.get(_gateway.API_VERSION, _gateway.KIND, NAME, handle.namespace)
    reason = _network.http_route(live).reason if live is not None else ""
    return f"{_gateway.KIND} {NAME}: {reason}" if reason else ""


def _clear(cluster: Cluster, wanted: list[dict[str, object]], adopt: Collection[str]) -> list[Object]:
    """The routes to be replaced; a failure, before anything is touched, if one is in the way or may not be deleted."""
    *rest, route = wanted
    in_the_way = [*rivals(route, visible(cluster, route)), *namesakes(cluster, rest)]
    replaced = [rival.object for rival in refuse(in_the_way, adopt) if not rival.namesake]
    for live in replaced:
        _delete(cluster, live, check_mode=True)
    return replaced


def _delete(cluster: Cluster, live: Object, *, check_mode: bool) -> Outcome:
    metadata = live["metadata"]
    cluster.delete(live["apiVersion"], live["kind"], metadata["name"], metadata["namespace"], dry_run=check_mode)
    return Outcome("pruned", dict(live), projection(dict(live)), {})


def _readable(cluster: Cluster, api_version: str, kind: str, name: str, namespace: str) -> Object | None:
    """The object; None also if the cluster does not know the kind or we may not read it: then we never made it."""
    try:
        return cluster.get(api_version, kind, name, namespace)
    except UnknownKindError:
        return None
    except KubeError as error:
        if error.status != 403:
            raise
        return None
