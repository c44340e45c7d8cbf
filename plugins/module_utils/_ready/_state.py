# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a predicate says of an object, and the few readings that all predicates share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    reason: str = ""

    @property
    def name(self) -> str:
        return type(self).__name__.lower()


@dataclass(frozen=True)
class Ready(State):
    """It does what its spec asks for."""


@dataclass(frozen=True)
class Progressing(State):
    """Not yet, or not any more; ``doubtful`` if waiting alone hardly ever helps, but now and then does."""

    doubtful: bool = False


@dataclass(frozen=True)
class Failed(State):
    """Waiting does not help."""


ABSENT = Progressing("does not exist")


def generation(item: Object) -> int:
    return int(item["metadata"].get("generation") or 0)


def status(item: Object) -> dict[str, Any]:
    return item.get("status") or {}


def condition(item: Object, kind: str) -> dict[str, Any]:
    """The condition of this type; empty if there is none."""
    return next((one for one in status(item).get("conditions") or () if one.get("type") == kind), {})


def holds(condition: Object, generation: int = 0) -> bool:
    """Whether a condition is True for this generation of the spec (0: its kind does not record generations)."""
    return condition.get("status") == "True" and (not generation or condition.get("observedGeneration") == generation)


def told(condition: Object) -> str:
    """Reason and message of a condition, as far as it has them."""
    return ": ".join(str(part) for part in (condition.get("reason"), condition.get("message")) if part)


def unobserved(item: Object) -> Progressing | None:
    """Set while the controller has not yet seen the spec that the status is about."""
    if int(status(item).get("observedGeneration") or 0) < generation(item):
        return Progressing("its controller has not seen the last change yet")
    return None
