# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the wish for a handle domain to a result: own its objects, prove it, and say everything that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._apply._outcome import Outcome
from .._apply._report import result, summary
from .._domain_pin import Domains, check
from .._kube._client import Cluster, reference
from .._probe._check import Reach
from .._probe._http import Request, Response
from .._probe._target import Target
from ._conflicts import ConflictFailure
from ._former import answering, find, held, still_answers, take_away
from ._handle import Handle
from ._ownership import objection, own
from ._proof import Proof, handle_answers, prove
from ._redirect import redirect_objects
from ._rules import Server, recognized, rule, rules

_UNTIL = "until it is proven that the answers come from elsewhere"


@dataclass(frozen=True)
class Wish:
    """C(app) is whether the instance answers already, C(timeout) how many seconds the edge may take to converge.

    C(adopt) names the routes of others that are to be replaced, C(server) the one that answers outside the cluster,
    C(confirmation) repeats a change of domain.
    """

    handle: Handle
    app: bool
    account: str | None
    reach: Reach
    timeout: float
    adopt: tuple[str, ...] = ()
    server: Server | None = None
    confirmation: str = ""

    @property
    def target(self) -> Target:
        # What we make answers as we said. What others make may redirect with any status, or pass the lookups on.
        exact = self.handle.backend in ("gateway", "traefik")
        return Target(
            local_domain=self.handle.local_domain,
            web_domain=self.handle.web_domain,
            redirect_status=self.handle.status if exact else None,
            proxying=not exact,
            app=self.app,
            account=self.account,
        )

    @property
    def provable(self) -> bool:
        """Lookups that are passed on are answered by the instance, so there is nothing to see before it runs."""
        return self.app or self.handle.redirects or not self.handle.split


def remove(cluster: Cluster, handle: Handle, *, check_mode: bool) -> dict[str, Any]:
    """The module's result when there is to be nothing. It fails when it may not look whether there is something."""
    found = find(cluster, handle.namespace)
    outcomes = [*take_away(cluster, found.ours, check_mode=check_mode), *found.kept]
    told = {**result(outcomes), "unseen": [one.ref for one in found.unseen]}
    if not found.unseen:
        return {**told, **_told("absent", None)}
    unknown = "\n".join(f"  - {one.ref}: {one.reason}" for one in found.unseen)
    msg = f"{summary(outcomes)} That nothing is left cannot be said:\n{unknown}"
    return {**told, **_told("unproven", None), "failed": True, "msg": msg}


def converge(cluster: Cluster, wish: Wish, *, check_mode: bool, note: Callable[[str], None]) -> dict[str, Any]:
    """The module's result. One that does not hold is marked as failed and has all its verdicts all the same.

    What earlier runs made for other backends goes last, once it is proven that the answers come from elsewhere: until
    then it is what the handles live on. A run that is killed in between leaves both, and the next one goes on here.
    """
    handle = wish.handle
    check(cluster, handle.namespace, Domains(handle.local_domain, handle.web_domain), wish.confirmation)
    try:
        owned = own(cluster, handle, adopt=wish.adopt, check_mode=check_mode)
    except ConflictFailure as conflict:
        failed = {"changed": False, "failed": True, "msg": str(conflict), "objects": [], "unseen": []}
        return {**_told("conflict", None), **failed}
    former = find(cluster, handle.namespace, keep=redirect_objects(handle))
    # Where nothing is to be redirected any more, what still does goes at once.
    waiting, done = (former.ours, ()) if handle.split else ((), former.ours)
    made = [*owned.outcomes, *take_away(cluster, done, check_mode=check_mode)]

    def told(verdict: str, proof: Proof | None, others: list[Outcome], *warnings: str) -> dict[str, Any]:
        warned = [warning for warning in (owned.narrow, *warnings) if warning]
        return {
            **result([*made, *others, *former.kept], warned),
            "rules": rules(handle) if handle.split and handle.backend == "none" else {},
            "unseen": [one.ref for one in former.unseen],
            **_told(verdict, proof),
        }

    if not wish.provable:
        return told("unproven", None, held(waiting, _UNTIL))
    if check_mode and any(outcome.changed for outcome in made):
        return told("unproven", None, take_away(cluster, waiting, check_mode=True))
    proof = prove(wish.target, wish.reach, timeout=wish.timeout, note=note)
    if not proof.holds:
        problems = [objection(cluster, handle), *(f"{reference(one)} stays {_UNTIL}" for one in waiting)]
        broken = _broken(proof, problems, _cure(wish))
        return {**told(proof.outcome, proof, held(waiting, _UNTIL)), "failed": True, "msg": broken}
    routes = answering(waiting, handle_answers(wish.target, wish.reach)) if waiting else []
    if routes:
        return told("unproven", proof, held(waiting, _UNTIL), still_answers(handle, routes))
    last = take_away(cluster, waiting, check_mode=check_mode)
    return {**told("ok", proof, last), "msg": _proven(handle, [*made, *last, *former.kept])}


def _told(verdict: str, proof: Proof | None) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "drift": proof.drift if proof else [],
        "unreachable": proof.unreachable if proof else None,
        "verdicts": [each.as_dict() for each in proof.verdicts] if proof else [],
        "requests": proof.requests if proof else 0,
    }


def _proven(handle: Handle, outcomes: list[Outcome]) -> str:
    where = f"Handles of {handle.local_domain} lead to {handle.web_domain}" if handle.split else "No redirect is needed"
    return f"{where}: {summary(outcomes)}"


def _broken(proof: Proof, problems: list[str], cure: str) -> str:
    lines = [str(verdict) for verdict in proof.verdicts if verdict.verdict in ("drift", "unreachable")]
    # The same silence behind many clauses is told once.
    silent = [line for line in lines if ": unreachable" in line]
    shown = [line for line in lines if line not in silent[1:]]
    more = [f"{len(silent) - 1} more clauses could not be read for the same reason."] if len(silent) > 1 else []
    told = [*shown, *more, *(problem for problem in problems if problem)]
    problem = "The handle domain does not do what other servers rely on:\n"
    return problem + "\n".join(f"  - {line}" for line in told) + cure


def _cure(wish: Wish) -> str:
    """The rule to add where the apex is answered outside the cluster, for the server in use if it can be told."""
    if wish.handle.backend != "none" or not wish.handle.split:
        return ""
    server = wish.server or _server_in_use(wish)
    if server is None:
        return f"\nReady rules are in `rules` of this result, for {', '.join(rules(wish.handle))}."
    return f"\nThis rule does it on {server}:\n\n{rule(wish.handle, server)}"


def _server_in_use(wish: Wish) -> Server | None:
    found = wish.reach.prober().send(Request(wish.target.apex("/")))
    return recognized(found.header("Server")) if isinstance(found, Response) else None
