# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be done so that an account is there, may log in and has its role: pure decisions (pains.md T20, T22)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from . import _email


@dataclass(frozen=True)
class Wanted:
    username: str
    email: str
    # None leaves it as it is, an empty one takes it away.
    role: str | None
    # False leaves both as they are: neither can be taken back.
    approved: bool = True
    confirmed: bool = True
    # Whether the account is locked; None leaves that as it is.
    disabled: bool | None = None
    # The identity of the database it is to be in: another one is looked into, whatever was seen in the former.
    database: str | None = None


@dataclass(frozen=True)
class User:
    """Somebody who can log in to an account."""

    email: str
    role: str | None
    approved: bool
    confirmed: bool
    disabled: bool = False


@dataclass(frozen=True)
class Seen:
    """What the database says of a name and an address."""

    # Whether an account has the name; one that was deleted has no user.
    account: bool
    user: User | None
    # The name of the account that has the address.
    holder: str | None


@dataclass(frozen=True)
class Decision:
    kind: Literal["create", "modify", "nothing", "conflict"]
    # For a conflict: who is in the way, and what to do.
    reason: str = ""
    # For a modification: the options of `tootctl accounts modify`.
    options: tuple[str, ...] = ()


NOTHING = Decision("nothing")


def decide(wanted: Wanted, seen: Seen, *, ours: bool) -> Decision:
    """What to do; ``ours`` tells that we made the account, so that nobody else's is taken over."""
    if not seen.account:
        if seen.holder:
            return Decision(
                "conflict", f"the e-mail address belongs to @{seen.holder}. Use another address or that name"
            )
        return Decision("create")
    if seen.user is None:
        return Decision(
            "conflict", "the name belongs to an account without a user, such as a deleted one. Use another name"
        )
    if conflict := _conflict(wanted, seen, seen.user, ours=ours):
        return Decision("conflict", conflict)
    options = _options(wanted, seen.user)
    return Decision("modify", options=options) if options else NOTHING


def _conflict(wanted: Wanted, seen: Seen, user: User, *, ours: bool) -> str | None:
    if not _email.same(user.email, wanted.email):
        if not ours:
            return "the name belongs to somebody with another e-mail address. Use that address or another name"
        if seen.holder:
            return f"the new e-mail address belongs to @{seen.holder}. Use another address"
    elif not user.confirmed and not ours:
        # Anybody could have signed up with the owner's address, and would be given the instance.
        return (
            "the account exists and has not confirmed its e-mail address, so it may be anybody's. Confirm it with the"
            " link sent to that address, or delete the account"
        )
    return None


def _options(wanted: Wanted, user: User) -> tuple[str, ...]:
    """Only what differs is touched."""
    moved = not _email.same(user.email, wanted.email)
    return (
        *(("--email", wanted.email) if moved else ()),
        *_role(wanted, user),
        *(("--approve",) if wanted.approved and not user.approved else ()),
        # A new address waits for its confirmation, so it would not be there.
        *(("--confirm",) if moved or (wanted.confirmed and not user.confirmed) else ()),
        *_lock(wanted, user),
    )


def _role(wanted: Wanted, user: User) -> tuple[str, ...]:
    if wanted.role is None or (user.role or "") == wanted.role:
        return ()
    return ("--role", wanted.role) if wanted.role else ("--remove-role",)


def _lock(wanted: Wanted, user: User) -> tuple[str, ...]:
    if wanted.disabled is None or wanted.disabled == user.disabled:
        return ()
    return ("--disable",) if wanted.disabled else ("--enable",)
