# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in addresses, proxies and hosts (T30, T42)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from .._environment._site import FEDERATION, PROXY, SITE
from ._app_values import settings
from ._mistake import Mistake


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    site, federation, proxy = (settings(values, group) or {} for group in (SITE, FEDERATION, PROXY))
    yield from _networks("app_proxy", "trusted_addresses", proxy.get("trusted_addresses"))
    yield from _networks("app_federation", "allowed_private_addresses", federation.get("allowed_private_addresses"))
    for option in ("http_proxy", "http_hidden_proxy"):
        yield from _proxy(option, proxy.get(option))
    yield from _address("app_site", "cdn_host", site.get("cdn_host"), ("https", "http"))
    for host in site.get("extra_media_hosts") or []:
        yield from _address("app_site", "extra_media_hosts", host, ("https", "http"))
    yield from _address("app_site", "streaming_api_base_url", site.get("streaming_api_base_url"), ("wss", "ws"))


def _networks(variable: str, option: str, addresses: Iterable[str] | None) -> Iterator[Mistake]:
    """Mastodon does not start with anything else in these lists (mastodon.md 5.1)."""
    for address in addresses or []:
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError:
            problem = f"{option} has {address!r}, which is neither an address nor a network"
            yield Mistake(variable, problem, "write it like 203.0.113.7 or 203.0.113.0/24; names are not looked up")


def _proxy(option: str, address: str | None) -> Iterator[Mistake]:
    if not address:
        return
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        problem = f"{option} is not the address of an HTTP proxy, and Mastodon does not start with it"
        yield Mistake("app_proxy", problem, "write it like http://proxy.example.org:3128")
    if parts.password:
        cure = f"put the whole address into a Secret, and name that for {option} in app_extra_environment instead"
        yield Mistake("app_proxy", f"{option} has a password, which anybody may read who may read ConfigMaps", cure)


def _address(variable: str, option: str, address: str | None, schemes: tuple[str, ...]) -> Iterator[Mistake]:
    if not address:
        return
    parts = urlsplit(address)
    if parts.scheme not in schemes or not parts.hostname:
        problem = f"{option} has {address!r}, which is no address with a scheme"
        yield Mistake(variable, problem, f"write it like {schemes[0]}://files.example.org")
