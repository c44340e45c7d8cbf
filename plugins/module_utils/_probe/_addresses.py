# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which addresses a name has: the caller's overrides first, the system's resolver otherwise."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

_OVERRIDE = re.compile(
    r"^(?P<host>[A-Za-z0-9.-]+):(?P<port>\d{1,5}):(?P<address>\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?::(?P<to>\d{1,5}))?$"
)
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(frozen=True)
class Address:
    """Where to open a connection."""

    ip: str
    port: int

    @property
    def family(self) -> Literal[4, 6]:
        return 6 if ":" in self.ip else 4


Overrides = Mapping[tuple[str, int], tuple[Address, ...]]


def parse_overrides(lines: Iterable[str]) -> Overrides:
    """C(host:port:address[:port]) as curl's --resolve writes it, plus an optional port to connect to instead.

    IPv6 addresses stand in brackets. Raises ValueError with one sentence naming the line.
    """
    found: dict[tuple[str, int], tuple[Address, ...]] = {}
    for line in lines:
        match = _OVERRIDE.match(line) if isinstance(line, str) else None
        if match is None:
            raise ValueError(f"'{line}' is not host:port:address, for example social.example.org:443:192.0.2.7")
        port = int(match["port"])
        try:
            ip = str(ipaddress.ip_address(match["address"].strip("[]")))
        except ValueError:
            raise ValueError(f"'{line}' does not name an IP address") from None
        key = (match["host"].lower(), port)
        found[key] = (*found.get(key, ()), Address(ip, int(match["to"] or port)))
    return found


def addresses(host: str, port: int, overrides: Overrides, family: Literal[4, 6] | None = None) -> tuple[Address, ...]:
    """Every address of the name, in the resolver's order. Raises socket.gaierror when there is none."""
    known = overrides.get((host, port))
    if known is None:
        answers = socket.getaddrinfo(host, port, _FAMILIES.get(family or 0, 0), socket.SOCK_STREAM)
        known = tuple(dict.fromkeys(Address(str(answer[4][0]), port) for answer in answers))
    matching = tuple(address for address in known if family in (None, address.family))
    if not matching:
        raise socket.gaierror(socket.EAI_NONAME, f"no IPv{family} address is known")
    return matching


def routed(address: Address) -> bool:
    """Whether this machine has a route there at all."""
    try:
        with socket.socket(_FAMILIES[address.family], socket.SOCK_DGRAM) as probe:
            probe.connect((address.ip, address.port))  # a datagram socket only looks the route up, it sends nothing
    except OSError:
        return False
    return True
