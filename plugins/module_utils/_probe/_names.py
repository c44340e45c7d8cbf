# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Domain names: as they stand in requests, and when two of them are the same."""

from __future__ import annotations

import re
import unicodedata

_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$")


def punycode(text: str) -> str | None:
    """The name in ASCII and small letters; None where that could be another domain.

    Python knows the standard of 2003 alone, which writes ß as ss and leaves joiners out; registries and
    browsers follow the one of 2008, by which these are letters of their own. So the name must come back as it went in.
    """
    name = unicodedata.normalize("NFC", text).lower()
    try:
        written = name.encode("idna")
        return written.decode("ascii").lower() if name.isascii() or written.decode("idna") == name else None
    except UnicodeError:
        return None


def domain_name(text: str) -> str:
    """The name as it stands in requests: small letters, ASCII. Raises ValueError with one sentence for what is none."""
    given = text.strip().removesuffix(".")
    name = punycode(given)
    if name is None and not given.isascii():
        raise ValueError(f"'{text}' is read in two ways by different software: write it as DNS does (xn--…)")
    labels = (name or "").split(".")
    if len(labels) < 2 or not all(map(_LABEL.match, labels)):
        raise ValueError(f"'{text}' is not a domain name such as social.example.org")
    return name or ""


def same_domain(told: object, domain: str) -> bool:
    """Whether a server means this domain, which stands as in requests; capitals and scripts make no difference."""
    return isinstance(told, str) and punycode(told.strip()) == domain
