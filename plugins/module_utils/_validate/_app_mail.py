# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in what is said of mail servers (T33)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._environment._mail import BULK_SMTP, ENCRYPTIONS, PORTS, SMTP, encryption
from ._app_values import settings
from ._mistake import Mistake


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    for group in (SMTP, BULK_SMTP):
        given = settings(values, group)
        if given:
            yield from _server(group.variable, given["server"])
            yield from _encryption(group.variable, given)
            yield from _login(group.variable, given)
    smtp = settings(values, SMTP)
    if smtp is None and settings(values, BULK_SMTP):
        yield Mistake("app_bulk_smtp", "bulk mail has a server, and all other mail has none", "set app_smtp.server too")
    if smtp and smtp["from_address"] and "@" not in smtp["from_address"]:
        problem = f"from_address {smtp['from_address']!r} is no address"
        yield Mistake(
            "app_smtp", problem, "write it like notifications@example.org or Example <notifications@example.org>"
        )


def _server(variable: str, server: str) -> Iterator[Mistake]:
    if "://" in server or "/" in server or server.count(":") == 1:
        yield Mistake(
            variable, f"server {server} is not a bare host name", "write the host alone, and its port in port"
        )


def _encryption(variable: str, given: Mapping[str, Any]) -> Iterator[Mistake]:
    mode, usual = encryption(given), ENCRYPTIONS.get(given["port"])
    if mode is None:
        problem = f"port {given['port']} stands for no encryption"
        yield Mistake(variable, problem, f"set tls to {', '.join(PORTS)}")
    elif usual == "implicit" and mode != usual:
        problem = f"port {given['port']} expects TLS from the start, and tls is {mode}"
        yield Mistake(variable, problem, f"remove tls, or set port: {PORTS[mode]}")
    elif mode == "implicit" and usual not in (None, mode):
        problem = (
            f"tls is implicit, and port {given['port']} begins in plain text: it would fail with 'wrong version number'"
        )
        yield Mistake(variable, problem, "remove tls, or set port: 465")


def _login(variable: str, given: Mapping[str, Any]) -> Iterator[Mistake]:
    if given["login"] and not given["password_secret"]:
        problem = "login is set without password_secret"
        yield Mistake(
            variable, problem, "set password_secret: {name: ..., key: ...}, or remove login for an open relay"
        )
    if given["password_secret"] and not given["login"]:
        yield Mistake(variable, "password_secret is set without login", "set login, or remove password_secret")
    if given["login"] and given["auth_method"] == "none":
        yield Mistake(variable, "login is set, and auth_method is none", "remove auth_method")
    if given["login"] and encryption(given) == "none":
        problem = "the password would be sent in plain text, because tls is none"
        yield Mistake(variable, problem, "set tls to starttls or implicit, or remove login")
