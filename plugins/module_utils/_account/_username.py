# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names Mastodon gives to a local account."""

from __future__ import annotations

import re

# mastodon: app/models/account.rb (v4.6.5): USERNAME_LENGTH_LIMIT and the validation of local accounts.
LENGTH_LIMIT = 30
_FORM = re.compile(r"[a-z0-9_]+", re.IGNORECASE | re.ASCII)

# mastodon: db/seeds/05_blocked_usernames.rb (v4.6.5). A name is refused if it equals one of the first or contains one
# of the second. Administrators can change the list in the running instance; this is what every instance starts with.
RESERVED = frozenset(
    {
        "abuse",
        "account",
        "accounts",
        "admin",
        "administration",
        "administrator",
        "admins",
        "help",
        "helpdesk",
        "instance",
        "mod",
        "moderator",
        "moderators",
        "mods",
        "owner",
        "root",
        "security",
        "server",
        "staff",
        "support",
        "webmaster",
    }
)
RESERVED_PARTS = ("mastodon", "mastadon")

# mastodon: app/models/username_block.rb (v4.6.5): digits count as the letters they look like.
_HOMOGLYPHS = str.maketrans("123457890", "izeastbgo")


def fault(username: str) -> str | None:
    """What is wrong with a name for a new local account, or None."""
    if not _FORM.fullmatch(username):
        return "has characters other than the letters a-z, digits and underscores"
    if len(username) > LENGTH_LIMIT:
        return f"is longer than {LENGTH_LIMIT} characters"
    looks_like = username.lower().translate(_HOMOGLYPHS)
    if looks_like in RESERVED:
        return "is a name that Mastodon reserves" + (f" (it reads as {looks_like})" if looks_like != username else "")
    for part in RESERVED_PARTS:
        if part in looks_like:
            return f"contains {part}, which Mastodon reserves"
    return None
