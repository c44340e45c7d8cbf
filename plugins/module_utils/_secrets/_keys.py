# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every secret key of an instance: its form, who uses it, and what is lost with it. Facts: mastodon.md 5.3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from . import _vapid
from ._forms import (
    Fault,
    alphanumeric_32,
    check_encryption_key,
    check_otp_secret,
    check_text,
    check_url_password,
    hex_128,
    url_password,
)

# The data of the instance, or the server of its queues.
Need = Literal["data", "valkey"]


@dataclass(frozen=True)
class Family:
    """Keys that are made together and make no sense one without the other."""

    keys: tuple[str, ...]
    # The processes that get it; streaming needs none of the application's keys.
    used_by: tuple[str, ...]
    # What happens when it changes, as the end of a sentence.
    loss: str
    # What works with the old value only: while it is there, no new one is made silently.
    needed_by: Need
    # None if only the old value is of use, so that a new one is never made.
    generate: Callable[[], dict[str, str]] | None
    check: Callable[[Mapping[str, str]], Iterator[Fault]]


def _each(
    keys: tuple[str, ...],
    make: Callable[[], str] | None,
    check: Callable[[str, str], Iterator[Fault]],
    *,
    used_by: tuple[str, ...],
    loss: str,
    needed_by: Need = "data",
) -> Family:
    """A family whose values are independent of each other."""
    return Family(
        keys,
        used_by,
        loss,
        needed_by,
        (lambda: {key: make() for key in keys}) if make else None,
        lambda values: (fault for key in keys for fault in check(key, values[key])),
    )


_RAILS = ("web", "sidekiq", "jobs")

FAMILIES: tuple[Family, ...] = (
    _each(
        ("SECRET_KEY_BASE",), hex_128, check_text, used_by=_RAILS, loss="everybody is logged out and signed links end"
    ),
    _each(
        (
            "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
            "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY",
            "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT",
        ),
        alphanumeric_32,
        check_encryption_key,
        used_by=_RAILS,
        loss="encrypted columns of the database, such as second factors and signing keys, can never be read again",
    ),
    Family(
        (_vapid.PRIVATE, _vapid.PUBLIC),
        _RAILS,
        "all subscriptions to push notifications end",
        "data",
        _vapid.generate,
        lambda values: _vapid.check(values[_vapid.PRIVATE], values[_vapid.PUBLIC]),
    ),
    # Only databases from Mastodon 4.2 or older need it (mastodon.md 11, item 1): a new one could not read their second
    # factors.
    _each(
        ("OTP_SECRET",),
        None,
        check_otp_secret,
        used_by=("jobs",),
        loss="second factors set up with Mastodon 4.2 or older can never be read again",
    ),
    _each(
        ("password",),
        url_password,
        check_url_password,
        used_by=("valkey", "web", "sidekiq", "streaming", "jobs"),
        loss="Valkey and everything that talks to it refuse each other until all have restarted",
        needed_by="valkey",
    ),
)

_BY_KEY: Mapping[str, Family] = {key: family for family in FAMILIES for key in family.keys}

OPTIONAL_KEYS: tuple[str, ...] = ("OTP_SECRET",)
VALKEY_KEYS: tuple[str, ...] = ("password",)
APPLICATION_KEYS: tuple[str, ...] = tuple(key for key in _BY_KEY if key not in OPTIONAL_KEYS + VALKEY_KEYS)


def known(key: str) -> bool:
    return key in _BY_KEY


def family_of(key: str) -> Family:
    return _BY_KEY[key]


def families_of(keys: Iterable[str]) -> list[Family]:
    """The families that the keys belong to, each once, in the order of the registry."""
    wanted = set(keys)
    return [family for family in FAMILIES if wanted.intersection(family.keys)]
