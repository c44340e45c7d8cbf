# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract: clauses, registered by the functions that judge them, and the conditions under which they apply."""

from __future__ import annotations

from collections.abc import Callable

from ._handle_probes import proxied
from ._target import Seen, Target
from ._verdict import Clause, Duty, Judge


def always(target: Target, seen: Seen) -> str | None:
    return None


def app(target: Target, seen: Seen) -> str | None:
    return None if target.app else "the application is not asked yet"


def split(target: Target, seen: Seen) -> str | None:
    if not target.local_known:
        return "the handle domain is unknown"
    return None if target.split else "both domains are the same: there is nothing to redirect"


def redirected(target: Target, seen: Seen) -> str | None:
    if proxied(target, seen):
        return "the apex answers lookups itself, see C13"
    return split(target, seen)


def passed_on(target: Target, seen: Seen) -> str | None:
    return split(target, seen) or (None if proxied(target, seen) else "the apex redirects")


def same(target: Target, seen: Seen) -> str | None:
    if not target.local_known:
        return "the handle domain is unknown"
    return "the domains differ" if target.split else app(target, seen)


class Contract:
    """A contract under construction; iterate it for its clauses."""

    def __init__(self) -> None:
        self.clauses: list[Clause] = []

    def __call__(
        self,
        number: str,
        title: str,
        expected: str,
        reads: tuple[str, ...],
        when: Callable[[Target, Seen], str | None] = always,
        *,
        duty: Duty = "must",
    ) -> Callable[[Judge], Judge]:
        def add(judge: Judge) -> Judge:
            self.clauses.append(Clause(number, title, expected, reads, judge, when, duty))
            return judge

        return add
