# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands against a change of version, each with its cure and the name of what allows it all the same. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from .._kube._errors import Failure
from ._version import Version, floor, skipped, version_of_image

Strategy = Literal["zero_downtime", "stop_first"]
ZERO_DOWNTIME: Strategy = "zero_downtime"
STOP_FIRST: Strategy = "stop_first"


@dataclass(frozen=True)
class Consent:
    """How the user wants to upgrade, and what he typed to allow what would otherwise be refused."""

    strategy: Strategy = ZERO_DOWNTIME
    # Each repeats the two versions, so that what was allowed once does not allow the next upgrade.
    downgrade: str = ""
    skipped_minor: str = ""
    without_backup: str = ""
    # In seconds.
    backup_max_age: int = 86400
    # Whether it was found already.
    backup_is_made: bool = False

    def allows_newer(self, image: str) -> bool:
        """Whether the image may run on a database of any newer version, where only the database itself tells it."""
        wanted = version_of_image(image)
        return wanted is not None and self.downgrade.endswith(f"-> {wanted}")


@dataclass(frozen=True)
class Change:
    """From the version whose migrations are in the database to the one that is asked for."""

    present: Version
    wanted: Version
    # The version of which all migrations are done. While an upgrade is half done it is an older one, or none is known.
    complete: Version | None

    @property
    def confirmation(self) -> str:
        return f"{self.present} -> {self.wanted}"

    @property
    def is_downgrade(self) -> bool:
        """Whether the database is too new for it. What a half-done upgrade has added, the former version can bear."""
        oldest = min(self.present, self.complete or self.present)
        return self.wanted.series < oldest.series

    def is_confirmed_by(self, text: str) -> bool:
        return " ".join(text.split()) == self.confirmation


def check(change: Change | None, consent: Consent, backup: Callable[[], str]) -> None:
    """Failure with all that stands against the change; None, as for a new instance, is none."""
    if change and (found := list(refusals(change, consent, backup))):
        lines = "\n".join(f"  - {refusal}" for refusal in found)
        raise Failure(f"Mastodon {change.confirmation} is refused:\n{lines}")


def refusals(change: Change, consent: Consent, backup: Callable[[], str]) -> Iterator[str]:
    """``backup`` tells why no backup will do; it is asked only if that matters."""
    if change.is_downgrade:
        if not change.is_confirmed_by(consent.downgrade):
            yield _downgrade(change, consent.downgrade)
        return
    if change.wanted <= change.present:
        return
    if (between := skipped(change.present, change.wanted)) and not change.is_confirmed_by(consent.skipped_minor):
        yield _skipped(change, between, consent.skipped_minor)
    if consent.strategy == ZERO_DOWNTIME:
        yield from _downtime(change)
    if consent.backup_is_made or change.is_confirmed_by(consent.without_backup):
        return
    if why := backup():
        cure = _allowed("allow_without_backup", change, consent.without_backup)
        yield f"{why} Make one, as docs/upgrading.md shows; or, if you have another, {cure}"


def _downgrade(change: Change, given: str) -> str:
    has = "has" if change.complete else "may have"
    return (
        f"version {change.wanted} cannot run on a database that {has} the migrations of {change.present}. Set the"
        f" version to {change.present}; or restore a backup of the database that was made with"
        f" {change.wanted.series}, and then {_allowed('allow_downgrade', change, given)}"
    )


def _skipped(change: Change, between: str, given: str) -> str:
    return (
        f"it skips {between}, and at least one release of every minor version must be deployed on the way. Upgrade to"
        " those first, one after the other; or, if the release notes of all of them say that you need not,"
        f" {_allowed('allow_skipped_minor', change, given)}"
    )


def _downtime(change: Change) -> Iterator[str]:
    known = floor(change.wanted)
    if known and change.present.series < known.series:
        yield (
            f"{change.wanted} can be rolled out without downtime over {known.series} or newer only ({known.source})."
            f" Upgrade to {known.series} first; or let everything stand still meanwhile: set {_named('strategy')} to"
            f" {STOP_FIRST}."
        )
    if change.complete != change.present and change.wanted.series > change.present.series:
        yield (
            f"the upgrade to {change.present} is not finished: the migrations after its rollout are still to be done."
            f" Run again with version {change.present} first; or set {_named('strategy')} to {STOP_FIRST}."
        )


def _allowed(option: str, change: Change, given: str) -> str:
    """How to allow the change; and, when something else is ``given``, that this is why it does not count."""
    cure = f'set {_named(option)} to "{change.confirmation}".'
    return f"{cure} It is set to {given!r}, which is not this change." if given.strip() else cure


def _named(option: str) -> str:
    """The role's variable first: nobody who runs the playbook has seen the module's option."""
    return f"app_upgrade_{option} (of the module: {option})"
