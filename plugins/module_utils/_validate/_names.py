# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find variables that look like the collection's own but are not: a misspelt variable does nothing and says nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._mistake import Mistake

# Only this prefix is ours alone. `app_`, `cache_` and the like may belong to anything else in the same inventory, so
# there only a name that is nearly one of ours counts as misspelt.
_OURS = "mastodon_"
_NEARLY = 0.88


def name_mistakes(names: Iterable[str], known: Collection[str]) -> Iterator[Mistake]:
    """One mistake for each unknown variable, with the nearest known one as the cure."""
    for name in names:
        if name in known:
            continue
        nearest = get_close_matches(name, known, n=1, cutoff=_NEARLY)
        if nearest:
            yield Mistake(name, "is not a variable of this collection", f"did you mean {nearest[0]}?")
        elif name.startswith(_OURS):
            yield Mistake(
                name, "is not a variable of this collection", "remove it, or look its name up in the roles' README"
            )
