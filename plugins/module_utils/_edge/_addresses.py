# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Gateways can be reached before DNS knows their names."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_PORTS = {443: ("HTTPS", "TLS"), 80: ("HTTP",)}


def gateway_resolve(gateways: Iterable[Mapping[str, Any]], domains: Iterable[str]) -> list[str]:
    """Overrides as the modules' C(resolve) takes them: each domain at the Gateways with a listener for it.

    The port of a listener is named when it is not the usual one. Empty as long as no Gateway has an address.
    """
    gateways = list(gateways)
    return [
        f"{domain}:{asked}:{address}" + ("" if asked == port else f":{port}")
        for domain in dict.fromkeys(domains)
        for asked, protocols in _PORTS.items()
        for gateway in gateways
        for port in _port(gateway, domain, asked, protocols)
        for address in _addresses(gateway)
    ]


def _port(gateway: Mapping[str, Any], domain: str, asked: int, protocols: tuple[str, ...]) -> list[int]:
    """The usual port if a listener has it, else the first, as a list of one or none."""
    listeners = (gateway.get("spec") or {}).get("listeners") or ()
    ports = [one["port"] for one in listeners if one.get("protocol") in protocols and _answers(one, domain)]
    return [asked] if asked in ports else ports[:1]


def _answers(listener: Mapping[str, Any], domain: str) -> bool:
    hostname = str(listener.get("hostname") or "")
    return hostname in ("", domain) or (hostname.startswith("*.") and domain.endswith(hostname[1:]))


def _addresses(gateway: Mapping[str, Any]) -> Iterator[str]:
    for address in (gateway.get("status") or {}).get("addresses") or ():
        value = str(address.get("value") or "")
        if address.get("type", "IPAddress") == "Hostname":  # a cloud's load balancer, whose own name does resolve
            value = _first_address(value)
        if value:
            yield f"[{value}]" if ":" in value else value


def _first_address(name: str) -> str:
    try:
        return str(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError:
        return ""
