# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proving the handle domain while its edge still converges."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from .._probe._check import Reach
from .._probe._handle import prove_handle
from .._probe._handle_probes import HANDLE_PROBES
from .._probe._http import Observation, Response
from .._probe._prober import Prober
from .._probe._target import Target
from .._probe._verdict import Outcome, Verdict, drifting, overall

_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 8.0
# Several replicas of a proxy take a new route one after the other, so a first proof may find one that has not.
_PROOFS = 2
_BY_NAME = {probe.name: probe for probe in HANDLE_PROBES}


@dataclass(frozen=True)
class Proof:
    verdicts: tuple[Verdict, ...]
    requests: int

    @property
    def outcome(self) -> Outcome:
        return overall(self.verdicts)

    @property
    def holds(self) -> bool:
        return self.outcome in ("ok", "skipped")

    @property
    def drift(self) -> list[str]:
        return drifting(self.verdicts)

    @property
    def unreachable(self) -> str | None:
        """The reason of the first clause that could not be read."""
        reasons = [verdict.reason for verdict in self.verdicts if verdict.verdict == "unreachable"]
        return next(iter(reasons), None)


def prove(
    target: Target,
    reach: Reach,
    *,
    timeout: float,
    note: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Proof:
    """All clauses, once the edge has converged or C(timeout) seconds have passed.

    While waiting two requests are repeated every few seconds; the proof itself is made twice at most.
    """
    deadline = clock() + timeout
    pause, proofs, requests = _SHORTEST_PAUSE, 0, 0
    while True:
        prober = reach.prober()
        waiting = unsettled(target, prober)
        late = clock() + pause > deadline
        if waiting is None or late:
            verdicts = tuple(prove_handle(target, fresh := reach.prober()))
            proofs, requests = proofs + 1, requests + fresh.requests
            proof = Proof(verdicts, requests + prober.requests)
            if proof.holds or late or proofs == _PROOFS:
                return proof
            waiting = f"{', '.join(proof.drift) or proof.unreachable} not yet"
        requests += prober.requests
        note(f"handle domain: {waiting}")
        sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def handle_answers(target: Target, reach: Reach) -> list[Observation | None]:
    """What the handle domain answers on each of its paths."""
    prober = reach.prober()
    return [_ask(name, target, prober) for name in ("apex.webfinger", "apex.host-meta", "apex.nodeinfo")]


def unsettled(target: Target, prober: Prober) -> str | None:
    """Why a proof would be too early: the redirect, or the instance behind it, does not answer yet."""
    if target.split:
        first = _ask("apex.webfinger", target, prober)
        passed_on = isinstance(first, Response) and target.proxying and first.status == 200
        if not passed_on and not (isinstance(first, Response) and first.is_redirect):
            return _said(first)
    if target.app:
        found = _ask("web.webfinger", target, prober)
        if not (isinstance(found, Response) and found.status == 200):
            return _said(found)
    return None


def _ask(name: str, target: Target, prober: Prober) -> Observation | None:
    request = _BY_NAME[name].request(target, {})
    return prober.send(request) if request is not None else None


def _said(found: Observation | None) -> str:
    return f"{found.place} answers {found}" if isinstance(found, Response) else str(found)
