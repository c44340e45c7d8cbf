# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes, and asking them: several at a time, for a check is mostly waiting for answers."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from ._http import Observation, Request
from ._prober import Prober
from ._target import Seen, Target

Headers = tuple[tuple[str, str], ...]

# More would look like an attack to the limits that some servers put on connections of one client.
AT_ONCE = 6


class Ask(Protocol):
    """The request for a target, given what was seen before; None when there is nothing to ask."""

    def __call__(self, target: Target, seen: Seen, /) -> Request | None: ...


@dataclass(frozen=True)
class Probe:
    """A named request, not sent when it comes out as None.

    It is told what the probes named in C(after), which stand before it, have seen, and nothing else.
    """

    name: str
    request: Ask
    after: tuple[str, ...] = ()


def observe(probes: Iterable[Probe], target: Target, prober: Prober) -> dict[str, Observation]:
    """What came of them, in their order."""
    answers: dict[str, Future[Observation | None]] = {}

    def ask(probe: Probe) -> Observation | None:
        # No deadlock: the pool starts probes in their order, so whom one waits for has a thread already.
        before = {name: answers[name].result() for name in probe.after}
        request = probe.request(target, _present(before))
        return None if request is None else prober.send(request)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for probe in probes:
            answers[probe.name] = pool.submit(ask, probe)
    return _present({name: answer.result() for name, answer in answers.items()})


def _present(found: dict[str, Observation | None]) -> dict[str, Observation]:
    return {name: observation for name, observation in found.items() if observation is not None}
