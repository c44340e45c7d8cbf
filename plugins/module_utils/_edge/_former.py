# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier runs made for another backend: found, asked whether it still answers, and taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from .._apply._outcome import Outcome
from .._apply._projection import projection
from .._kube._client import Cluster, reference
from .._kube._errors import KubeError, UnknownKindError
from .._probe._http import Observation, Response
from . import _gateway, _ingress, _traefik
from ._conflicts import Object, is_ours
from ._handle import MARK, Handle
from ._redirect import MADE

# Which backend a route is of, as its answers say; those of an Ingress are the instance's own and say nothing.
_BACKENDS = {_gateway.KIND: "gateway", _traefik.ROUTE: "traefik", _ingress.KIND: None}
_SUCCESSORS = {
    "gateway": "the Gateway",
    "traefik": "Traefik",
    "ingress": "the controller of its Ingress",
    "none": "the server that is to answer for it",
}


@dataclass(frozen=True)
class Former:
    """C(ours) has routes before what they refer to, C(unseen) what may not be looked at, with the missing permission.

    C(theirs) has the name of ours and was made by others.
    """

    ours: tuple[Object, ...] = ()
    theirs: tuple[Object, ...] = ()
    unseen: tuple[Outcome, ...] = ()

    @property
    def kept(self) -> list[Outcome]:
        return held(self.theirs, "it was made by others")


def find(cluster: Cluster, namespace: str, keep: Collection[Object] = ()) -> Former:
    """Everything that the module could have made and that is not to be kept."""
    kept = {(one["kind"], one["metadata"]["name"]) for one in keep}
    found: list[Object] = []
    unseen: list[Outcome] = []
    for api_version, kind, name in MADE:
        if (kind, name) in kept:
            continue
        try:
            live = cluster.get(api_version, kind, name, namespace)
        except UnknownKindError:
            continue
        except KubeError as error:
            if error.status != 403:
                raise
            made = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
            unseen.append(Outcome("kept", made, {}, {}, f"whether it exists is not known: {error}"))
            continue
        if live is not None:
            found.append(live)
    ours = tuple(one for one in found if is_ours(one))
    return Former(ours, tuple(one for one in found if not is_ours(one)), tuple(unseen))


def take_away(cluster: Cluster, objects: Iterable[Object], *, check_mode: bool) -> list[Outcome]:
    return [delete(cluster, live, check_mode=check_mode) for live in objects]


def delete(cluster: Cluster, live: Object, *, check_mode: bool) -> Outcome:
    metadata = live["metadata"]
    cluster.delete(live["apiVersion"], live["kind"], metadata["name"], metadata["namespace"], dry_run=check_mode)
    return Outcome("pruned", dict(live), projection(dict(live)), {})


def held(objects: Iterable[Object], reason: str) -> list[Outcome]:
    return [Outcome("kept", dict(live), {}, {}, reason) for live in objects]


def answering(objects: Iterable[Object], answers: Sequence[Observation | None]) -> list[Object]:
    """The routes among them from which one of the handle domain's answers is, or may be."""
    routes = [one for one in objects if one["kind"] in _BACKENDS]
    return [route for route in routes if any(_may_be_from(route, found) for found in answers)]


def _may_be_from(route: Object, found: Observation | None) -> bool:
    if not isinstance(found, Response):
        return True
    backend = _BACKENDS[route["kind"]]
    # An Ingress cannot redirect; whatever answers without doing so might be the instance behind it.
    return found.header(MARK) == backend if backend else not found.is_redirect


def still_answers(handle: Handle, routes: Iterable[Object]) -> str:
    """What stays, until when, and what to do where it would stay for ever."""
    routes = list(routes)
    names = ", ".join(reference(route) for route in routes)
    commands = "; ".join(f"kubectl -n {handle.namespace} delete {_resource(route)}" for route in routes)
    return (
        f"{names}, made by an earlier run, still answers for {handle.local_domain}, or cannot be told from what does,"
        " and stays. The first run that gets every answer from elsewhere takes it away: lead"
        f" {handle.local_domain} to {_SUCCESSORS[handle.backend]}, wait until its old DNS records have expired, and run"
        " again. If both stand on one proxy, which prefers the old, nothing but its removal shows what the new does:"
        f" {commands}"
    )


def _resource(route: Object) -> str:
    group = str(route["apiVersion"]).partition("/")[0]
    return f"{str(route['kind']).lower()}.{group} {route['metadata']['name']}"
