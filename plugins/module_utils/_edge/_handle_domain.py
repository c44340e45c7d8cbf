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
from .._kube._client import Cluster
from .._probe._check import Reach
from .._probe._http import Request, Response
from .._probe._target import Target
from ._conflicts import ConflictFailure
from ._handle import Handle
from ._ownership import disown, objection, own
from ._proof import Proof, prove
from ._rules import Server, recognized, rule, rules


@dataclass(frozen=True)
class Wish:
    """C(app) is whether the instance answers already, C(timeout) how many seconds the edge may take to converge.

    C(adopt) names the routes of others that are to be replaced, C(server) the one that answers outside the cluster.
    """

    handle: Handle
    app: bool
    account: str | None
    reach: Reach
    timeout: float
    adopt: tuple[str, ...] = ()
    server: Server | None = None

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
    """The module's result when there is to be nothing."""
    return {**result(disown(cluster, handle.namespace, check_mode=check_mode)), **_told("absent", None)}


def converge(cluster: Cluster, wish: Wish, *, check_mode: bool, note: Callable[[str], None]) -> dict[str, Any]:
    """The module's result. One that does not hold is marked as failed and has all its verdicts all the same."""
    try:
        outcomes = own(cluster, wish.handle, adopt=wish.adopt, check_mode=check_mode)
    except ConflictFailure as conflict:
        return {**_told("conflict", None), "changed": False, "failed": True, "msg": str(conflict), "objects": []}
    ready = rules(wish.handle) if wish.handle.split and wish.handle.backend == "none" else {}
    made = {**result(outcomes), "rules": ready}
    if not wish.provable or (check_mode and made["changed"]):
        return {**made, **_told("unproven", None)}
    proof = prove(wish.target, wish.reach, timeout=wish.timeout, note=note)
    told = _told("ok" if proof.holds else proof.outcome, proof)
    if proof.holds:
        return {**made, **told, "msg": _proven(wish.handle, outcomes)}
    return {**made, **told, "failed": True, "msg": _broken(proof, objection(cluster, wish.handle), _cure(wish))}


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


def _broken(proof: Proof, objection: str, cure: str) -> str:
    lines = [str(verdict) for verdict in proof.verdicts if verdict.verdict in ("drift", "unreachable")]
    # The same silence behind many clauses is told once.
    silent = [line for line in lines if ": unreachable" in line]
    shown = [line for line in lines if line not in silent[1:]]
    more = [f"{len(silent) - 1} more clauses could not be read for the same reason."] if len(silent) > 1 else []
    told = [*shown, *more, *([objection] if objection else [])]
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
