# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The federation check of one instance: read-only, from outside, for whoever runs it."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ._addresses import parse_overrides
from ._handle import HANDLE_CLAUSES
from ._handle_probes import HANDLE_PROBES
from ._instance_clauses import clause as instance
from ._instance_probes import INSTANCE_PROBES
from ._local_domain import local_domain as told_local_domain
from ._names import domain_name
from ._network_clauses import clause as network
from ._network_probes import NETWORK_PROBES
from ._observe import observe
from ._prober import Prober
from ._target import Target
from ._tls import trust
from ._verdict import Outcome, Verdict, advised, drifting, evaluate, overall

# The contract of the check: add probes and clauses here.
PROBES = (*HANDLE_PROBES, *INSTANCE_PROBES, *NETWORK_PROBES)
CLAUSES = (*HANDLE_CLAUSES, *instance.clauses, *network.clauses)


class Inside(Protocol):
    """What names resolve to inside the instance's cluster; None when nobody there can be asked."""

    def __call__(self, names: tuple[str, ...], /) -> Mapping[str, tuple[str, ...]] | None: ...


@dataclass(frozen=True)
class Reach:
    """How the instance is reached: overrides of DNS, a private authority, seconds for each request."""

    resolve: tuple[str, ...] = ()
    ca_path: str | None = None
    ca_pem: str | None = None
    timeout: float = 10.0

    def prober(self, named: tuple[str, ...] = ()) -> Prober:
        """Raises ValueError with a sentence for overrides, authorities or a time that cannot be used.

        C(named) are the only hosts that may be at private addresses, see C(Resolver); without them every host may.
        """
        if not self.timeout > 0:  # what is no number is not above it either
            raise ValueError(f"{self.timeout:g} seconds are no time for a request")
        try:
            context = trust(self.ca_path, self.ca_pem)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"the authority {self.ca_path or 'given'} cannot be read: {error}") from error
        return Prober(context, overrides=parse_overrides(self.resolve), named=named, timeout=self.timeout)


@dataclass(frozen=True)
class Report:
    local_domain: str | None  # None when nobody could tell
    web_domain: str
    verdicts: tuple[Verdict, ...]
    requests: int

    @property
    def outcome(self) -> Outcome:
        return overall(self.verdicts)

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"

    @property
    def advice(self) -> list[str]:
        """Clauses that should hold, do not, and do not decide."""
        return advised(self.verdicts)

    @property
    def seen(self) -> bool:
        """False when all that was in the way is that this machine has no route there: nothing was learned then."""
        wrong = self._wrong()
        return not wrong or any(verdict.reason != "route" for verdict in wrong)

    @property
    def sentence(self) -> str:
        wrong = ", ".join(verdict.clause for verdict in self._wrong())
        if not self.seen:
            return f"What other servers rely on cannot be seen in {wrong}: this machine has no route there."
        advice = f"; advice: {', '.join(self.advice)}" if self.advice else ""
        every = "every clause that must hold" if advice else "every clause"
        return f"What other servers rely on {f'does not hold in {wrong}' if wrong else f'holds in {every}'}{advice}."

    def _wrong(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.duty == "must" and verdict.wrong]

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "local_domain": self.local_domain,
            "web_domain": self.web_domain,
            "drift": drifting(self.verdicts),
            "advice": self.advice,
            "verdicts": [verdict.as_dict() for verdict in self.verdicts],
            "requests": self.requests,
            "msg": self.sentence,
        }


def check_instance(
    web_domain: str,
    local_domain: str | None = None,
    *,
    reach: Reach | None = None,
    account: str | None = None,
    media_host: str | None = None,
    least_days: int = 14,
    inside: Inside | None = None,
    now: float | None = None,
) -> Report:
    """All clauses for one instance. Without a local domain the instance is asked for it.

    Raises ValueError for options that cannot be used, among them a handle's domain in place of the instance's;
    whatever else the instance does becomes a verdict.
    """
    web = domain_name(web_domain)
    given = domain_name(local_domain) if local_domain else None
    prober = (reach or Reach()).prober((web, given) if given else (web,))
    local = given or told_local_domain(web, prober)
    names = tuple(dict.fromkeys((web, local or web)))
    target = Target(
        local_domain=local or web,
        web_domain=web,
        local_known=local is not None,
        account=account,
        media_host=media_host,
        families=tuple(name for name in names if len(prober.families(name)) > 1),
        resolved=inside(names) if inside else None,
        least_days=least_days,
        now=time.time() if now is None else now,
    )
    verdicts = evaluate(CLAUSES, target, observe(PROBES, target, prober))
    return Report(local, web, tuple(verdicts), prober.requests)
