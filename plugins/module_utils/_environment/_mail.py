# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail: one choice of encryption instead of five variables that interact (T33)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._sizes._queues import MAILERS
from ._variable import Group, Kind, Process, Variable

# Mail leaves from one queue only, whatever process asked for it (mastodon: config/application.rb, deliver_later).
_MAILERS = frozenset({Process.SIDEKIQ})

# The port of each encryption and, the other way round, the encryption that a port stands for.
PORTS: Mapping[str, int] = {"implicit": 465, "starttls": 587, "none": 25}
ENCRYPTIONS: Mapping[int, str] = {port: encryption for encryption, port in PORTS.items()}

_ENCRYPTION = {
    "type": "str",
    "choices": list(PORTS),
    "description": "V(implicit) speaks TLS from the start, V(starttls) insists on switching to it, V(none) does "
    "neither. Follows from the port 465, 587 or 25 unless set; with neither it is V(starttls).",
}


def _variables(prefix: str) -> tuple[Variable, ...]:
    tls = f"app_{prefix.lower().removesuffix('_')}.tls"

    def variable(name: str, help_text: str, **more: Any) -> Variable:
        return Variable(f"{prefix}{name}", help_text, processes=_MAILERS, queue=MAILERS, **more)

    return (
        variable("SERVER", "Host of the mail server."),
        variable("PORT", "Its port; follows from the encryption unless set.", kind=Kind.INTEGER),
        variable("LOGIN", "Name to sign in with. Without it nothing is signed in to."),
        variable("PASSWORD", "Password to sign in with.", kind=Kind.SECRET, option="password_secret"),
        variable("DOMAIN", "Name that the mail server is greeted with.", default="the local domain"),
        variable(
            "AUTH_METHOD",
            "How to sign in; V(none) without a login.",
            choices=("plain", "login", "cram_md5", "none"),
            default="V(plain)",
        ),
        variable(
            "CA_FILE",
            "Authority of the server's certificate, if it is not a public one.",
            kind=Kind.FILE,
            option="ca_secret",
        ),
        variable(
            "OPENSSL_VERIFY_MODE",
            "How the server's certificate is verified. V(none) lets anybody in between read the mail and the password.",
            choices=("none", "peer", "client_once", "fail_if_no_peer_cert"),
        ),
        variable("ENABLE_STARTTLS", "Whether to switch to TLS.", option="", given=tls),
        variable("TLS", "Whether to speak TLS from the start.", kind=Kind.FLAG, option="", given=tls),
    )


SMTP = Group(
    variable="app_smtp",
    prefix="SMTP_",
    help="The server that mail is handed to. Without it no mail is sent, not even for a forgotten password.",
    source="mastodon.md 5.7; mastodon: config/email.yml, lib/mastodon/email_configuration_helper.rb",
    switch="server",
    options={"tls": _ENCRYPTION},
    variables=(
        *_variables("SMTP_"),
        Variable(
            "SMTP_FROM_ADDRESS",
            "Sender of all mail, C(notifications@) the local domain unless set.",
            processes=_MAILERS,
            queue=MAILERS,
        ),
        Variable("SMTP_REPLY_TO", "Where answers go.", processes=_MAILERS, queue=MAILERS),
        Variable("SMTP_RETURN_PATH", "Where bounces go.", processes=_MAILERS, queue=MAILERS),
        Variable(
            "SMTP_DELIVERY_METHOD",
            "How mail leaves; anything but V(smtp) needs an image of your own.",
            processes=_MAILERS,
            queue=MAILERS,
            default="V(smtp)",
        ),
    ),
)

BULK_SMTP = Group(
    variable="app_bulk_smtp",
    prefix="BULK_SMTP_",
    help="A server of its own for announcements and changed terms of service. It has the sender of all other mail.",
    source=SMTP.source,
    switch="server",
    options={"tls": _ENCRYPTION},
    variables=_variables("BULK_SMTP_"),
)


def encryption(given: Mapping[str, Any]) -> str | None:
    """What was chosen, or what the port stands for; None if an unusual port leaves it open."""
    if given.get("tls"):
        return str(given["tls"])
    if given.get("port") is None:
        return "starttls"
    return ENCRYPTIONS.get(int(given["port"]))


def sender(given: Mapping[str, Any], local_domain: str) -> Iterator[tuple[str, Any]]:
    """Mastodon's own default, notifications@localhost, is refused everywhere."""
    if not given.get("from_address"):
        yield "SMTP_FROM_ADDRESS", f"notifications@{local_domain}"


def derived(prefix: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The variables that no option gives alone, consistent with each other.

    The mail library takes TLS from the start and STARTTLS as a contradiction, so never both (mastodon.md 5.7).
    """
    mode = encryption(given)
    if mode is None:
        raise ValueError(
            f"port {given['port']} of {given['server']} stands for no encryption: set tls to implicit, starttls or none"
        )
    yield f"{prefix}PORT", given["port"] if given.get("port") is not None else PORTS[mode]
    yield f"{prefix}TLS", mode == "implicit"
    yield f"{prefix}ENABLE_STARTTLS", "always" if mode == "starttls" else "never"
    if given.get("auth_method") is None and not given.get("login"):
        yield f"{prefix}AUTH_METHOD", "none"
