# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names to addresses, for one check: each name is looked up once, in bounded time, and no answer leads inside."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Literal, TypeAlias

from ._addresses import Address, Overrides, addresses
from ._private_addresses import refused

_PATIENCE = 10.0

_Lookup: TypeAlias = "Future[tuple[str, ...]]"


class PrivateAddressError(Exception):
    """A host that only an answer named leads into a private network; C(str(error)) says so."""


class Resolver:
    """The overrides first, the system's resolver otherwise; for several threads.

    C(named) are the hosts that the asker named: they may be anywhere. Others come from answers, and whoever gives
    those could have this machine ask its own network. They lead to private addresses only where the hosts named do as
    well, as in a closed network, or where an override says so. With nothing in C(named) the asker named them all.
    """

    def __init__(self, overrides: Overrides | None = None, named: Iterable[str] = ()) -> None:
        self._overrides = overrides or {}
        self._named = frozenset(named)
        self._lock = threading.Lock()
        self._lookups: dict[str, _Lookup] = {}

    def addresses(
        self, host: str, port: int, timeout: float, family: Literal[4, 6] | None = None
    ) -> tuple[Address, ...]:
        """Every address of the name, in the resolver's order.

        Raises OSError when there is none, TimeoutError after C(timeout) seconds, UnicodeError for what is no name, and
        PrivateAddressError.
        """
        known = self._overrides.get((host, port))
        if known is None:
            known = tuple(Address(ip, port) for ip in self._admitted(host, timeout))
        matching = tuple(address for address in known if family in (None, address.family))
        if not matching:
            raise socket.gaierror(socket.EAI_NONAME, f"no IPv{family} address is known")
        return matching

    def _admitted(self, host: str, timeout: float) -> tuple[str, ...]:
        found = self._resolved(host, timeout)
        public = tuple(ip for ip in found if not refused(ip))
        if len(public) == len(found) or not self._named or host in self._named or self._inside(timeout):
            return found
        if not public:
            raise PrivateAddressError(f"not asked: only the instance names {host}, whose address {found[0]} is private")
        return public

    def _inside(self, timeout: float) -> bool:
        """Whether a host that the asker named is at a private address itself."""
        return any(refused(ip) for host in self._named for ip in self._whereabouts(host, timeout))

    def _whereabouts(self, host: str, timeout: float) -> tuple[str, ...]:
        overridden = [known for (name, _port), known in self._overrides.items() if name == host]
        try:
            return tuple(a.ip for known in overridden for a in known) or self._resolved(host, timeout)
        except (OSError, UnicodeError):
            return ()

    def _resolved(self, host: str, timeout: float) -> tuple[str, ...]:
        with self._lock:
            lookup = self._lookups.get(host)
            if lookup is None:
                lookup = self._lookups[host] = Future()
                # The system's resolver keeps its own time and cannot be interrupted: a thread of which nobody waits
                # for the end, not even the end of the program.
                threading.Thread(target=_look_up, args=(host, lookup), daemon=True).start()
        try:
            return lookup.result(timeout)
        except TimeoutError:
            with suppress(InvalidStateError):  # nobody waits for this name again
                lookup.set_exception(TimeoutError())
            raise


def resolved_here(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What the system's resolver knows of the names, overrides or not; a name that it does not know has no address."""
    resolver = Resolver()

    def resolved(name: str) -> tuple[str, ...]:
        try:
            return tuple(address.ip for address in resolver.addresses(name, 443, _PATIENCE))
        except (OSError, UnicodeError):
            return ()

    return {name: resolved(name) for name in names}


def _look_up(host: str, lookup: _Lookup) -> None:
    with suppress(InvalidStateError):  # too late: nobody waits any more
        try:
            lookup.set_result(_ips(host))
        except Exception as error:  # whoever waits raises it
            lookup.set_exception(error)


def _ips(host: str) -> tuple[str, ...]:
    try:
        found = addresses(host, 443, {})
    except socket.gaierror as error:
        if error.errno != socket.EAI_AGAIN:
            raise
        found = addresses(host, 443, {})  # a resolver that was busy for a moment
    return tuple(address.ip for address in found)
