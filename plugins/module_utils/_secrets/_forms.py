# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of secret values: how one is made, and what a value that somebody else made must fulfil.

What is made has exactly the form of Mastodon's own setup task; what is accepted is anything Mastodon works with.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

_ALPHANUMERIC = string.ascii_letters + string.digits
_HEX_128 = re.compile(r"[0-9a-fA-F]{128}")
# RFC 3986 section 2.3: these never need percent-encoding.
_URL_SAFE = frozenset(_ALPHANUMERIC + "-._~")

# The cure for a key that none may be made for.
PUT_OLD_VALUE = "put the old value into the Secret, the one that this database's Mastodon 4.2 or older ran with"

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value; never the value. A warning does not stop Mastodon, and mending it could."""

    key: str
    problem: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.key} {self.problem}"


Check = Callable[[str, str], Iterator[Fault]]


def hex_128() -> str:
    """64 random bytes as 128 hexadecimal digits (mastodon: lib/tasks/mastodon.rake)."""
    return secrets.token_hex(64)


def alphanumeric_32() -> str:
    """32 random letters and digits (mastodon: lib/tasks/db.rake, db:encryption:init)."""
    return _alphanumeric(32)


def url_password() -> str:
    """A password that may stand in a URL as it is: Mastodon builds redis:// URLs from it (mastodon.md 5.3)."""
    return _alphanumeric(48)


def check_text(key: str, value: str) -> Iterator[Fault]:
    """Mastodon takes any text here. Blanks around it are part of the key, so they are no reason to change it."""
    if not value.strip():
        yield Fault(key, "is empty: remove it to have it generated, or give its value")
    elif value != value.strip():
        yield Fault(key, "begins or ends with a blank or line break, which is part of the key from now on", "warning")


def check_otp_secret(key: str, value: str) -> Iterator[Fault]:
    """The old value is right in whatever form: Mastodon derives its cipher's key from any text."""
    if not value.strip():
        yield Fault(key, f"is empty: {PUT_OLD_VALUE}")
    elif not _HEX_128.fullmatch(value):
        yield Fault(
            key,
            "is not the 128 hexadecimal digits that Mastodon's setup task made: see that it is the old value,"
            " without a blank or line break around it",
            "warning",
        )


def check_encryption_key(key: str, value: str) -> Iterator[Fault]:
    yield from check_text(key, value)
    # mastodon: config/initializers/active_record_encryption.rb aborts the boot on this suffix.
    if value.endswith("DO_NOT_USE_IN_PRODUCTION"):
        yield Fault(key, "is a value from Mastodon's tests, which Mastodon refuses in production")


def check_url_password(key: str, value: str) -> Iterator[Fault]:
    if not value:
        yield Fault(key, "is empty: remove it to have it generated, or give its value")
    elif not _URL_SAFE.issuperset(value):
        yield Fault(key, "has characters that need percent-encoding in a URL; use letters, digits and - . _ ~ only")


def _alphanumeric(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _character in range(length))
