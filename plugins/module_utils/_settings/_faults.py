# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with settings that somebody wants, before Mastodon is asked. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._account import _email
from ._catalog import ELSEWHERE, SETTINGS, typed

_CONTACT = ("site_contact_username", "site_contact_email")


@dataclass(frozen=True)
class Fault:
    setting: str
    problem: str
    cure: str


def faults(wanted: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in wanted.items():
        if name in ELSEWHERE:
            yield Fault(name, "is not set here", ELSEWHERE[name])
        elif name not in SETTINGS:
            yield Fault(name, "is no setting of Mastodon's", _meant(name))
        else:
            yield from _value(name, value)
    yield from _contact(wanted)


def _value(name: str, value: Any) -> Iterator[Fault]:
    try:
        given = typed(name, value)
    except ValueError as error:
        yield Fault(name, str(error), "see the documentation of the module mastodon_settings")
        return
    if SETTINGS[name].type is int and given == 0:
        yield Fault(name, "is 0", "write null for a setting that is to be off")


def _contact(wanted: Mapping[str, Any]) -> Iterator[Fault]:
    """Mastodon takes either only with the other (mastodon: app/models/form/admin_settings.rb)."""
    for one, other in (_CONTACT, reversed(_CONTACT)):
        if wanted.get(one) and not wanted.get(other):
            yield Fault(one, f"is given without {other}", "give both, because Mastodon takes neither alone")
    email = wanted.get("site_contact_email")
    if isinstance(email, str) and email and (problem := _email.fault(email)):
        yield Fault("site_contact_email", f"{email!r} {problem}", "write it like admin@example.org")


def _meant(name: str) -> str:
    similar = difflib.get_close_matches(name, SETTINGS, n=1)
    return f"perhaps {similar[0]} was meant" if similar else f"the settings are {', '.join(SETTINGS)}"
