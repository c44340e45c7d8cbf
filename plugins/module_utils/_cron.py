# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cron expressions as Kubernetes takes them (robfig/cron v3, ParseStandard): what is wrong with one. Pure.

Two forms that it takes for something else than they seem to say are refused too: an empty part, as in 1, and *-5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NICKNAMES = frozenset(("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"))


@dataclass(frozen=True)
class _Field:
    name: str
    least: int
    most: int
    # Names for the numbers, from the least on.
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    # Sunday is 0 and never 7.
    _Field("day of the week", 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)
_PART = re.compile(r"(?P<first>[*?]|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")


def fault(expression: str) -> str | None:
    """What is wrong with the expression, as the end of a sentence that begins with it; None if nothing is."""
    if expression.startswith("@"):
        return None if expression in _NICKNAMES else f"is none of {', '.join(sorted(_NICKNAMES))}"
    parts = expression.split()
    if len(parts) != len(_FIELDS):
        return f"has {len(parts)} fields and not {', '.join(field.name for field in _FIELDS)}"
    wrong = (_field_fault(field, part) for field, text in zip(_FIELDS, parts, strict=True) for part in text.split(","))
    return next((one for one in wrong if one), None)


def _field_fault(field: _Field, part: str) -> str | None:
    found = _PART.fullmatch(part)
    every = found is not None and found["first"] in ("*", "?")
    if found is None or (every and found["last"]):
        return f"has {part!r} as the {field.name}"
    first = field.least if every else _number(field, found["first"])
    last = _number(field, found["last"]) if found["last"] else field.most
    if first is None or last is None:
        return f"has {part!r} as the {field.name}, which goes from {field.least} to {field.most}"
    if last < first:
        return f"has {part!r} as the {field.name}, which ends before it begins"
    return f"has a step of 0 in the {field.name}" if found["step"] and not int(found["step"]) else None


def _number(field: _Field, text: str) -> int | None:
    """The number that a text is; None if it is none of the field's."""
    if text.lower() in field.names:
        return field.least + field.names.index(text.lower())
    number = int(text) if text.isascii() and text.isdecimal() else -1
    return number if field.least <= number <= field.most else None
