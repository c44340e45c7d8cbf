# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of an e-mail address, as far as a mistyped one can be told."""

from __future__ import annotations

import re

# The domain must have a dot, because Mastodon looks it up in DNS (mastodon.md 7). An address that begins with a hyphen
# would be taken for an option by the command that gets it.
_FORM = re.compile(r"(?!-)[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def fault(email: str) -> str | None:
    """What is wrong with the address, or None."""
    return None if _FORM.fullmatch(email) else "is not an e-mail address"


def same(one: str, other: str) -> bool:
    """Mastodon ignores the case of addresses (mastodon: config/initializers/devise.rb, case_insensitive_keys)."""
    return one.strip().lower() == other.strip().lower()
