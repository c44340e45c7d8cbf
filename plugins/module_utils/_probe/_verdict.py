# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts: the clauses of a contract, each a pure function, held against what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from ._http import Reason, Unreachable
from ._target import Seen, Target

Outcome = Literal["ok", "drift", "skipped", "unreachable"]
Duty = Literal["must", "should"]


@dataclass(frozen=True)
class Deviation:
    """One thing that differs from the clause, and what to do about it."""

    got: str
    cure: str


@dataclass(frozen=True)
class Unjudged:
    """A part of the clause that nothing was seen of, and why: a clause holds only if all of it could be judged."""

    why: str


Finding: TypeAlias = "Deviation | Unjudged | Unreachable"
Judge = Callable[[Target, Seen], Iterable[Finding]]
Skip: TypeAlias = "Callable[[Target, Seen], str | None]"


@dataclass(frozen=True)
class Clause:
    """One clause. C(reads) names the observations it needs; C(skip) says why it does not apply; C(expected) may use the
    fields of the target in braces. A C(should) clause is reported, but does not decide."""

    id: str
    title: str
    expected: str
    reads: tuple[str, ...]
    judge: Judge
    skip: Skip
    duty: Duty = "must"


@dataclass(frozen=True)
class Verdict:
    clause: str
    title: str
    duty: Duty
    verdict: Outcome
    reason: Reason | None
    expected: str
    got: str
    cure: str

    @property
    def wrong(self) -> bool:
        return self.verdict in ("drift", "unreachable")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        if self.verdict in ("ok", "skipped"):
            return f"{self.clause} {self.title}: {self.verdict}" + (f" ({self.got})" if self.got else "")
        reason = f" ({self.reason})" if self.reason else ""
        return (
            f"{self.clause} {self.title}: {self.verdict}{reason}. Expected {self.expected}; got {self.got}. {self.cure}"
        )


_LONGEST_TEXT = 2000
_REACH = {
    "dns": "Publish an address record for the name, or give its address with `resolve`.",
    "tcp": "Open the port in firewalls and load balancers, and see that something listens there.",
    "tls": "See clause C6.",
    "timeout": "See whether a firewall drops the packets, and whether the server is overloaded.",
    "route": "Check from a machine that reaches such addresses: nothing is told of the instance by this.",
    "private": "Give the name a public address, or its private one with `resolve` if it is yours.",
    "budget": "Repair the clauses above first.",
}


def evaluate(clauses: Iterable[Clause], target: Target, seen: Seen) -> list[Verdict]:
    return [_evaluate(clause, target, seen) for clause in clauses]


def _evaluate(clause: Clause, target: Target, seen: Seen) -> Verdict:
    def verdict(outcome: Outcome, got: str = "", cure: str = "", reason: Reason | None = None) -> Verdict:
        expected = clause.expected.format(target=target)
        return Verdict(clause.id, clause.title, clause.duty, outcome, reason, expected, _shown(got), _shown(cure))

    inapplicable = clause.skip(target, seen)
    if inapplicable is not None:
        return verdict("skipped", inapplicable)
    findings = list(clause.judge(target, seen))
    deviations = [found for found in findings if isinstance(found, Deviation)]
    if deviations:
        return verdict(
            "drift", "; ".join(_once(d.got for d in deviations)), " ".join(_once(d.cure for d in deviations))
        )
    # Without a deviation a clause holds only if everything it reads was there to be read, and could be judged.
    for observation in (*map(seen.get, clause.reads), *findings):
        if isinstance(observation, Unreachable):
            return verdict("unreachable", str(observation), _REACH[observation.reason], observation.reason)
    if clause.reads and not any(name in seen for name in clause.reads):
        return verdict("skipped", "nothing led there")
    unjudged = [found.why for found in findings if isinstance(found, Unjudged)]
    return verdict("skipped", "; ".join(_once(unjudged))) if unjudged else verdict("ok")


def _shown(text: str) -> str:
    """What servers sent is part of it: nothing in there commands a terminal, ends a line or goes on for ever."""
    kept = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in kept)


def _once(texts: Iterable[str]) -> Iterator[str]:
    return iter(dict.fromkeys(texts))


def overall(verdicts: Iterable[Verdict]) -> Outcome:
    """drift before unreachable: a named deviation is more use than the silence around it."""
    outcomes = {verdict.verdict for verdict in verdicts if verdict.duty == "must"}
    order: tuple[Outcome, ...] = ("drift", "unreachable", "ok")
    return next((outcome for outcome in order if outcome in outcomes), "skipped")


def drifting(verdicts: Iterable[Verdict]) -> list[str]:
    return [verdict.clause for verdict in verdicts if verdict.verdict == "drift" and verdict.duty == "must"]


def advised(verdicts: Iterable[Verdict]) -> list[str]:
    return [verdict.clause for verdict in verdicts if verdict.verdict == "drift" and verdict.duty == "should"]
