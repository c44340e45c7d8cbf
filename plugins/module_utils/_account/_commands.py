# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of Mastodon that look at accounts and change them, and what their output says. Pure. (mastodon.md 7)"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from .._kube._errors import Failure
from .._ready._scrub import scrub
from ._decision import Seen, User, Wanted

_MARK = "fediverse.mastodon account: "

# Reads only. Users without a role of their own have the one of everybody, whose name is empty.
_LOOK = f"""
name, email = ARGV
account = Account.find_local(name)
user = account&.user
found = user && {{
  email: user.email, role: user.role&.name,
  approved: user.approved?, confirmed: user.confirmed?, disabled: user.disabled?
}}
holder = User.find_by(email: email.strip.downcase)
puts '{_MARK}' + {{ account: !account.nil?, user: found, holder: holder&.account&.username }}.to_json
"""

_PASSWORD = re.compile(r"^New password: (\S+)\s*$", re.MULTILINE)


def look(wanted: Wanted) -> list[str]:
    return ["bin/rails", "runner", _LOOK, wanted.username, wanted.email]


def create(wanted: Wanted) -> list[str]:
    # Without --approve an account of an instance with closed registrations cannot log in (mastodon.md 10, bug 1).
    options = ["--email", wanted.email]
    options += ["--role", wanted.role] if wanted.role else []
    options += ["--confirmed"] if wanted.confirmed else []
    options += ["--approve"] if wanted.approved else []
    return ["bin/tootctl", "accounts", "create", wanted.username, *options]


def modify(wanted: Wanted, options: Sequence[str]) -> list[str]:
    return ["bin/tootctl", "accounts", "modify", wanted.username, *options]


RESET_PASSWORD = "--reset-password"
DISABLE = "--disable"


def seen(output: str) -> Seen:
    """What ``look`` found."""
    for line in output.splitlines():
        if line.startswith(_MARK):
            found = json.loads(line.removeprefix(_MARK))
            user = found["user"]
            return Seen(found["account"], User(**user) if user else None, found["holder"])
    raise Failure(f"The database was looked at, but no answer came:\n{without_credentials(output)}")


def password(output: str) -> str:
    """The new password that tootctl printed. It must never get into a message."""
    if found := _PASSWORD.search(output):
        return found.group(1)
    raise Failure(f"tootctl printed no new password:\n{without_credentials(output)}")


def without_credentials(output: str) -> str:
    """What may be shown of an output. A line about a password goes as a whole, whatever its form."""
    return "\n".join(scrub(line) for line in output.splitlines() if line.strip() and "password" not in line.lower())


def refusal(output: str, wanted: Wanted) -> str:
    """Why a command failed, in its own words and with a cure for the best known reason."""
    text = without_credentials(output) or "(it said nothing)"
    if "unreachable" not in text:
        return text
    domain = wanted.email.rpartition("@")[2]
    return (
        f"{text}\nMastodon looks the domain of the address up in DNS from inside the cluster, and did not find it."
        f" If {domain} is right and cannot be resolved there, add it to email_domain_allowlist."
    )
