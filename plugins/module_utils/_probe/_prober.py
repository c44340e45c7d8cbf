# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends the requests of one check, within its limits."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal, TypeAlias

from ._addresses import Address, Overrides, routed
from ._attempt import Deadline, Line, attempt
from ._http import Observation, Request, Unreachable, Url
from ._resolver import PrivateAddressError, Resolver

BUDGET = 40
# What calls the check as a plugin waits a minute for it (Icinga's check_timeout, Nagios' service_check_timeout).
CHECK_SECONDS = 45.0
# So many that single mishaps are forgiven, so few that the budget lasts for every probe that decides.
_RETRIES = 2

_Endpoint: TypeAlias = "tuple[tuple[str, str, int], int | None]"


class Prober:
    """A client with a budget of requests and of time, for several threads.

    An endpoint that was silent is not asked again: one dead host costs one timeout, not one for each request. That is
    why the first request to each endpoint goes alone. A connection that broke off is tried a second time.
    C(timeout) bounds each request as a whole, in seconds, its second try included. For C(named) see C(Resolver).
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        overrides: Overrides | None = None,
        named: Iterable[str] = (),
        timeout: float = 10.0,
        budget: int = BUDGET,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests = 0
        self._line = Line(context)
        self._resolver = Resolver(overrides, named)
        self._timeout = timeout
        self._budget = budget
        self._clock = clock
        self._ends = clock() + CHECK_SECONDS
        self._retries = _RETRIES
        self._lock = threading.Lock()
        self._gates: dict[_Endpoint, threading.Lock] = {}
        self._answering: set[_Endpoint] = set()
        self._mishaps: set[_Endpoint] = set()
        self._dead: dict[_Endpoint, Unreachable] = {}

    def send(self, request: Request) -> Observation:
        url = Url.parse(request.url)
        if url is None:
            raise ValueError(f"'{request.url}' is not an http or https URL")
        endpoint = (url.endpoint, request.family)
        with self._lock:
            gate = self._gates.setdefault(endpoint, threading.Lock())
        with gate:
            if endpoint not in self._answering:
                return self._ask(request, url, endpoint)
        return self._ask(request, url, endpoint)

    def families(self, host: str) -> tuple[Literal[4, 6], ...]:
        """The address families the name has and this machine has a route to; empty when it does not resolve."""
        try:
            found = self._resolver.addresses(host, 443, self._timeout)
        except (OSError, UnicodeError, PrivateAddressError):
            return ()
        return tuple(sorted({address.family for address in found if routed(address)}))

    def _ask(self, request: Request, url: Url, endpoint: _Endpoint) -> Observation:
        dead = self._dead.get(endpoint)
        if dead is not None:
            return replace(dead, request=request)
        started = self._clock()
        ends = min(started + self._timeout, self._ends)
        deadline = Deadline(ends, ends - started, self._clock)
        answer = self._once(request, url, deadline)
        if _broke_off(answer) and self._may_retry(request):
            self._mishaps.add(endpoint)
            again = self._once(request, url, deadline)
            if not isinstance(again, Unreachable):
                answer = again
            elif again.reason != "budget":
                answer = replace(again, detail=f"{again.detail}, at a second try as well")
        self._learn(endpoint, answer)
        return answer

    def _learn(self, endpoint: _Endpoint, answer: Observation) -> None:
        if not isinstance(answer, Unreachable):
            self._answering.add(endpoint)
        # A refused connection costs no time, one that breaks off before the answer may be the path's fault, and so is
        # the silence of an endpoint that has answered: all are worth another request.
        elif answer.reason in ("tcp", "budget") or endpoint in self._answering:
            return
        elif _broke_off(answer) and endpoint not in self._mishaps:
            self._mishaps.add(endpoint)
        else:
            self._dead[endpoint] = answer

    def _may_retry(self, request: Request) -> bool:
        with self._lock:
            if request.method == "POST" or not self._retries:
                return False
            self._retries -= 1
            return True

    def _once(self, request: Request, url: Url, deadline: Deadline) -> Observation:
        candidates = self._addresses(request, url, deadline)
        if isinstance(candidates, Unreachable):
            return candidates
        with self._lock:
            if self.requests >= self._budget:
                return Unreachable(request, "budget", f"not asked: {self._budget} requests are the limit of one check")
            self.requests += 1
        return attempt(request, url, candidates, self._line, deadline)

    def _addresses(self, request: Request, url: Url, deadline: Deadline) -> tuple[Address, ...] | Unreachable:
        if self._clock() >= self._ends:
            return Unreachable(request, "budget", f"not asked: {CHECK_SECONDS:g} seconds are the limit of one check")
        try:
            return self._resolver.addresses(url.host, url.port, deadline.left(), request.family)
        except PrivateAddressError as error:
            return Unreachable(request, "private", str(error))
        except TimeoutError:
            why = f"the name {url.host} is not resolved within {deadline.seconds:.3g} s"
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that no resolver accepts
            why = f"the name {url.host} does not resolve ({getattr(error, 'strerror', None) or error})"
        return Unreachable(request, "dns", why)


def _broke_off(answer: Observation) -> bool:
    return isinstance(answer, Unreachable) and answer.broken
