# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole contract of the handle domain, in the order of its numbers."""

from __future__ import annotations

from . import _answer_clauses, _redirect_clauses, _semantics
from ._handle_probes import HANDLE_PROBES
from ._observe import observe
from ._prober import Prober
from ._target import Target
from ._verdict import Verdict, evaluate

_ALL = (*_redirect_clauses.clause.clauses, *_answer_clauses.clause.clauses, *_semantics.clause.clauses)
# C1 to C13, then the one that has a name.
HANDLE_CLAUSES = tuple(sorted(_ALL, key=lambda clause: int(clause.id[1:]) if clause.id[1:].isdigit() else len(_ALL)))


def prove_handle(target: Target, prober: Prober) -> list[Verdict]:
    """C1 to C13 and nodeinfo, by real requests to both domains."""
    return evaluate(HANDLE_CLAUSES, target, observe(HANDLE_PROBES, target, prober))
