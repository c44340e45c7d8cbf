# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a command of Mastodon before it is run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    READS = "reads"
    WORKS = "works"
    # What it takes away or does in the name of others cannot be got back: it wants a confirmation.
    DESTROYS = "destroys"
    # It cannot do its work in a Job, which has nobody to ask and no file to read.
    ATTENDED = "attended"
    # It prints a password or a key, which would stay in the Pod's log.
    TELLS = "tells"


@dataclass(frozen=True)
class Rule:
    kind: Kind
    # What it does, as the end of the sentence "`tootctl ...` ..."; with a cure of its own after TELLS.
    why: str = ""
    cure: str = ""
    # The rule holds only with one of these options, spelled with underscores; without them the command just works.
    only_with: tuple[str, ...] = ()
    # Whether it knows --dry-run, and then changes nothing.
    dry_run: bool = False


def reads() -> Rule:
    return Rule(Kind.READS)


def works(*, dry_run: bool = False) -> Rule:
    return Rule(Kind.WORKS, dry_run=dry_run)


def destroys(why: str, *, only_with: tuple[str, ...] = (), dry_run: bool = False) -> Rule:
    return Rule(Kind.DESTROYS, why, only_with=only_with, dry_run=dry_run)


def attended(why: str) -> Rule:
    return Rule(Kind.ATTENDED, why)


def tells(why: str, cure: str, *, only_with: tuple[str, ...] = ()) -> Rule:
    return Rule(Kind.TELLS, why, cure, only_with)


# Later versions have further commands, and both programs take abbreviations: what is not known is not trusted.
UNKNOWN = destroys("is not a command that this collection knows, so nothing is known of what it does")
