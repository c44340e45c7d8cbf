# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One mistake in what the user gave, in the three parts that let it be mended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Mistake:
    """A variable, what is wrong with its value, and what to write instead."""

    variable: str
    problem: str
    cure: str


def explain(mistakes: list[Mistake]) -> str:
    """Every mistake in one message, in the order of their variables."""
    heading = f"{len(mistakes)} mistake{'' if len(mistakes) == 1 else 's'} in the variables; nothing was touched."
    lines = [f"  {number}. {m.variable}: {m.problem}\n     -> {m.cure}" for number, m in enumerate(sorted(mistakes), 1)]
    return "\n".join([heading, *lines])
