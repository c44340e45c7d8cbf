# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands against keeping a Secret, as messages that name keys and cures, never values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ._keys import Need, families_of, family_of, known
from ._plan import Plan, Wanted


@dataclass(frozen=True)
class Consent:
    """What the user typed to allow what would otherwise be refused."""

    # The namespace's name: new keys although data exists.
    new_for_existing_data: str = ""
    # Keys whose value may be another one than before.
    changed_keys: Sequence[str] = ()


def of_wish(wish: Wanted) -> Iterator[str]:
    """What is wrong with the request itself."""
    for key in wish.keys:
        if not known(key):
            yield f"{wish.name}: {key} is not a key of Mastodon's that can be generated"
    for family in families_of(wish.keys):
        if rest := [key for key in family.keys if key not in wish.keys]:
            yield f"{wish.name}: {', '.join(rest)} must be asked for too, because these keys belong together"


def of_plan(
    namespace: str, wish: Wanted, plan: Plan, consent: Consent, evidence: Callable[[Need], Iterable[str]]
) -> Iterator[str]:
    """What is wrong with what is there, or would go wrong; ``evidence`` is asked only if it matters."""
    where = f"Secret {namespace}/{wish.name}"
    if plan.errors:
        yield f"{where}: " + "; ".join(str(fault) for fault in plan.errors) + "."
    if drifted := [key for key in plan.drifted if key not in consent.changed_keys]:
        yield (
            f"{where}: the value of {', '.join(drifted)} was changed since the last run. With the new value"
            f" {_losses(drifted)}. Put the old value back; or, if the new one is right, add the names to"
            f" accept_changed_keys (of the role: secrets_accept_changed_keys) and restart {_users(drifted)}."
        )
    if not plan.generate or consent.new_for_existing_data == namespace:
        return
    if plan.lost:
        yield (
            f"{where}: {', '.join(plan.lost)} existed and is gone. With a new value {_losses(plan.lost)}."
            f" {_ways(namespace, plan.lost)}"
        )
    for need, keys in _by_need(plan.unproven).items():
        if found := list(evidence(need)):
            yield (
                f"{where} lacks {', '.join(keys)}, but namespace {namespace} already holds {_HOLDERS[need]}:"
                f" {', '.join(found)}. With new values {_losses(keys)}. {_ways(namespace, keys)}"
            )


_HOLDERS: Mapping[Need, str] = {"data": "an instance's data", "valkey": "a Valkey that has the old one"}


def _by_need(keys: Iterable[str]) -> dict[Need, list[str]]:
    needs: dict[Need, list[str]] = {}
    for key in keys:
        needs.setdefault(family_of(key).needed_by, []).append(key)
    return needs


def _ways(namespace: str, keys: Iterable[str]) -> str:
    """The cure, and the price of going on without it."""
    needs = _by_need(keys)
    condition = "if this data may be lost" if "data" in needs else "if no backup has it"
    restart = f" and then restart {_users(needs['valkey'])}" if "valkey" in needs else ""
    return (
        f"Restore the Secret from your backup; only {condition}, set allow_new_secrets_for_existing_data"
        f" (of the role: secrets_allow_new_secrets_for_existing_data) to {namespace}{restart}."
    )


def _losses(keys: Iterable[str]) -> str:
    return "; ".join(family.loss for family in families_of(keys))


def _users(keys: Iterable[str]) -> str:
    """The processes that take the keys up only when they start."""
    return ", ".join(dict.fromkeys(user for family in families_of(keys) for user in family.used_by))
