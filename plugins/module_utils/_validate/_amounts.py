# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts of CPU and memory that are none: told with their variable, before they are added up or sent to a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._backing._quantity import mebibytes, millicores
from ._mistake import Mistake


@dataclass(frozen=True)
class Unit:
    """What an amount is of, how it is read, and how it is written."""

    name: str
    read: Callable[[Any], int]
    cure: str

    def of(self, value: Any) -> int | None:
        """The amount, or None if it is none."""
        try:
            return self.read(value)
        except ValueError:
            return None


CPU = Unit("CPU", millicores, "write it like 250m or 2")
MEMORY = Unit("memory", mebibytes, "write it like 512Mi or 2Gi")


def amount_mistakes(variable: str, value: Any, unit: Unit, where: str = "") -> Iterator[Mistake]:
    """The mistake in one amount; where says which of a variable's it is."""
    try:
        unit.read(value)
    except ValueError as error:
        yield Mistake(variable, f"{where}: {error}" if where else str(error), unit.cure)


def resource_mistakes(variable: str, part: str, size: Mapping[str, Any]) -> Iterator[Mistake]:
    """Those in the `requests` and `limits` of one part, as containers have them."""
    requests, limits = size.get("requests") or {}, size.get("limits") or {}
    for field, unit in (("cpu", CPU), ("memory", MEMORY)):
        if field in requests:
            yield from amount_mistakes(variable, requests[field], unit, f"requests.{field} of {part}")
        if limits.get(field) is None:
            continue
        yield from amount_mistakes(variable, limits[field], unit, f"limits.{field} of {part}")
        asked, most = unit.of(requests.get(field, 0)), unit.of(limits[field])
        if asked is not None and most is not None and most < asked:
            problem = f"{part} asks for more {unit.name} than it may use"
            yield Mistake(variable, problem, f"set limits.{field} to requests.{field} or more")
