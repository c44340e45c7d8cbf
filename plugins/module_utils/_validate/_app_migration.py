# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in how long migration Jobs may take and are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._mistake import Mistake

# A run looks at a finished Job before it records what that did, and one that was killed is resumed by hand.
_SHORTEST_TTL = 300


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    ttl = values.get("app_migration_ttl")
    if isinstance(ttl, int) and ttl < _SHORTEST_TTL:
        problem = f"{ttl} seconds: a finished Job may be gone before it is recorded, and is then run again"
        yield Mistake("app_migration_ttl", problem, f"give {_SHORTEST_TTL} or more, or nothing to keep Jobs for ever")
    deadline = values.get("app_migration_deadline")
    if isinstance(deadline, int) and deadline < 1:
        yield Mistake("app_migration_deadline", f"{deadline} seconds is no time for a migration", "give 1 or more")
