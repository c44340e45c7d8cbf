# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in the owner's name and address, found before anything is made (pains.md T19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._account import _email, _username
from ._mistake import Mistake


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    username = values.get("mastodon_owner_username")
    if isinstance(username, str):
        yield from _username_mistake(username)
    email = values.get("mastodon_owner_email")
    if isinstance(email, str) and (problem := _email.fault(email)):
        yield Mistake("mastodon_owner_email", f"{email!r} {problem}", "write it like alice@example.org")


def _username_mistake(username: str) -> Iterator[Mistake]:
    if problem := _username.fault(username):
        bare = username.lstrip("@").partition("@")[0]
        cure = (
            f"leave out @ and domain: {bare}"
            if bare != username and not _username.fault(bare)
            else "choose a person's name, such as alice: it becomes the first part of the handle"
        )
        yield Mistake("mastodon_owner_username", f"{username!r} {problem}", cure)
