# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done about one Secret: pure decisions, no access to the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ._fingerprint import Fingerprints
from ._forms import PUT_OLD_VALUE, Fault
from ._keys import Family, families_of, family_of


@dataclass(frozen=True)
class Wanted:
    """The keys one Secret must have; ``existing`` means that only its owner may write it."""

    name: str
    keys: tuple[str, ...]
    existing: bool = False


@dataclass(frozen=True)
class Stored:
    """What a backend holds now. Values are text; ``unreadable`` names the keys whose value is not."""

    values: Mapping[str, str]
    unreadable: tuple[str, ...] = ()
    fingerprints: Fingerprints | None = None
    # Who else writes it, such as "ExternalSecret mastodon-secrets"; None if nobody does.
    owner: str | None = None


@dataclass(frozen=True)
class Plan:
    generate: tuple[str, ...]
    kept: tuple[str, ...]
    # Keys that existed once, by their fingerprint, and are gone.
    lost: tuple[str, ...]
    # Keys whose new value would do harm if what works with the old one is there.
    unproven: tuple[str, ...]
    # Keys whose value is not the one seen last.
    drifted: tuple[str, ...]
    faults: tuple[Fault, ...]
    validate_only: bool = False

    @property
    def errors(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.severity == "error"]

    @property
    def warnings(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.severity == "warning"]


NOTHING = Stored({})


def plan(wanted: Wanted, stored: Stored | None) -> Plan:
    """Which keys are made, which are kept, and what stands against it."""
    held = stored or NOTHING
    validate_only = wanted.existing or held.owner is not None
    present = [key for key in wanted.keys if key in held.values or key in held.unreadable]
    missing = [key for key in wanted.keys if key not in present]
    faults = [Fault(key, "is not text") for key in held.unreadable if key in wanted.keys]
    for family in families_of(wanted.keys):
        faults += _faults_of(family, wanted.keys, held, validate_only=validate_only)
    broken = {fault.key for fault in faults}
    unexplained = [key for key in missing if key not in broken]
    seen = held.fingerprints.digests if held.fingerprints else {}
    return Plan(
        generate=() if validate_only else tuple(key for key in missing if family_of(key).generate),
        kept=tuple(present),
        lost=tuple(key for key in unexplained if key in seen),
        # A Secret with fingerprints is ours: a key it never had is new in this version of Mastodon, not lost.
        unproven=tuple(key for key in unexplained if not held.fingerprints),
        drifted=tuple(sorted(held.fingerprints.changed(held.values))) if held.fingerprints else (),
        faults=tuple(faults),
        validate_only=validate_only,
    )


def _faults_of(family: Family, wanted: Sequence[str], held: Stored, *, validate_only: bool) -> list[Fault]:
    keys = [key for key in family.keys if key in wanted]
    missing = [key for key in keys if key not in held.values and key not in held.unreadable]
    if not missing:
        return list(family.check(held.values)) if not set(keys) & set(held.unreadable) else []
    if len(missing) < len(keys):
        others = ", ".join(key for key in keys if key not in missing)
        return [Fault(key, f"is missing while {others} is there: restore it from the same backup") for key in missing]
    if not family.generate:
        return [Fault(key, f"is missing and never generated: {PUT_OLD_VALUE}") for key in missing]
    return [Fault(key, "is missing") for key in missing] if validate_only else []


def new_values(keys: Sequence[str]) -> dict[str, str]:
    """Values for keys that do not exist, whole families at a time."""
    made: dict[str, str] = {}
    for family in families_of(keys):
        if family.generate:
            made |= family.generate()
    return {key: made[key] for key in keys}


def pinned(values: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """Those of the values whose change is to be noticed."""
    return {key: values[key] for key in keys if key in values}
