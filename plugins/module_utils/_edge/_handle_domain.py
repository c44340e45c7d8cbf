# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the wish for a handle domain to a result: own the route, prove it, and say everything that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._apply._outcome import Outcome
from .._apply._report import result, summary
from .._kube._client import Cluster
from .._probe._check import Reach
from .._probe._target import Target
from ._ownership import ConflictFailure, objection, own
from ._proof import Proof, prove
from ._redirect import NAME, Handle


@dataclass(frozen=True)
class Wish:
    """C(app) is whether the instance answers already, C(timeout) how many seconds the edge may take to converge."""

    handle: Handle
    app: bool
    account: str | None
    reach: Reach
    timeout: float

    @property
    def target(self) -> Target:
        return Target(
            local_domain=self.handle.local_domain,
            web_domain=self.handle.web_domain,
            redirect_status=self.handle.status,
            proxying=False,
            app=self.app,
            account=self.account,
        )


def converge(cluster: Cluster, wish: Wish, *, check_mode: bool, note: Callable[[str], None]) -> dict[str, Any]:
    """The module's result. One that does not hold is marked as failed and has all its verdicts all the same."""
    try:
        outcome = own(cluster, wish.handle, check_mode=check_mode)
    except ConflictFailure as conflict:
        return {**_told("conflict", None), "changed": False, "failed": True, "msg": str(conflict), "objects": []}
    outcomes = [] if outcome is None else [outcome]
    if check_mode and outcome is not None and outcome.changed:
        return {**result(outcomes), **_told("unproven", None)}
    proof = prove(wish.target, wish.reach, timeout=wish.timeout, note=note)
    told = _told("ok" if proof.holds else proof.outcome, proof)
    if proof.holds:
        return {**result(outcomes), **told, "msg": _proven(wish.handle, outcomes)}
    return {**result(outcomes), **told, "failed": True, "msg": _broken(proof, objection(cluster, wish.handle))}


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


def _broken(proof: Proof, objection: str) -> str:
    lines = [str(verdict) for verdict in proof.verdicts if verdict.verdict in ("drift", "unreachable")]
    # The same silence behind many clauses is told once.
    silent = [line for line in lines if ": unreachable" in line]
    shown = [line for line in lines if line not in silent[1:]]
    more = [f"{len(silent) - 1} more clauses could not be read for the same reason."] if len(silent) > 1 else []
    told = [*shown, *more, *([f"HTTPRoute {NAME}: {objection}"] if objection else [])]
    return "The handle domain does not do what other servers rely on:\n" + "\n".join(f"  - {line}" for line in told)
