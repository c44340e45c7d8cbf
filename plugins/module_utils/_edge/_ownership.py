# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Own the redirect of the handle domain: who is in the way, the route itself, and its removal when it is not needed."""

from __future__ import annotations

from .._apply._apply import apply_one
from .._apply._outcome import Outcome
from .._apply._projection import projection
from .._kube._client import Cluster, reference
from .._kube._errors import Failure, UnknownKindError
from .._labels import MANAGED_BY
from .._ready._network import http_route
from ._conflicts import conflicts, visible_routes
from ._redirect import API_VERSION, NAME, Handle, redirect_route


class ConflictFailure(Failure):
    """Another route owns a path of the handle."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(
            "The handle's paths already belong to another route; nothing was applied:\n"
            + "\n".join(f"  - {line}" for line in lines)
            + "\nRemove these paths there: two routes with the same exact path are a coin toss."
        )


def own(cluster: Cluster, handle: Handle, *, check_mode: bool) -> Outcome | None:
    """Make the route what it must be. With one domain there must be none: ours is removed, None says there was none."""
    route = redirect_route(handle)
    if route is None:
        return _remove(cluster, handle, check_mode=check_mode)
    in_the_way = conflicts(route, visible_routes(cluster, route))
    if in_the_way:
        raise ConflictFailure(in_the_way)
    return apply_one(cluster, route, check_mode=check_mode)


def _remove(cluster: Cluster, handle: Handle, *, check_mode: bool) -> Outcome | None:
    try:
        live = cluster.get(API_VERSION, "HTTPRoute", NAME, handle.namespace)
    except UnknownKindError:
        return None
    if live is None:
        return None
    if (live["metadata"].get("labels") or {}).get("app.kubernetes.io/managed-by") != MANAGED_BY:
        raise Failure(
            f"{reference(live)} redirects a domain that needs no redirect, and is not ours to remove: delete it, or"
            f" give it the label app.kubernetes.io/managed-by={MANAGED_BY}."
        )
    cluster.delete(API_VERSION, "HTTPRoute", NAME, handle.namespace, dry_run=check_mode)
    return Outcome("pruned", live, projection(live), {})


def objection(cluster: Cluster, handle: Handle) -> str:
    """What the Gateway has against our route, for the message when the redirect does not work; empty if nothing."""
    live = cluster.get(API_VERSION, "HTTPRoute", NAME, handle.namespace) if handle.split else None
    return http_route(live).reason if live is not None else ""
