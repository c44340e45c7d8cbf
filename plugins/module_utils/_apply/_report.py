# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the engine tells its user: a module result, or one message for everything that is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from .._kube._errors import Failure
from ._keep import called, known
from ._outcome import Action, Outcome

ORDER: tuple[Action, ...] = ("created", "changed", "unchanged", "pruned", "kept")


def result(outcomes: Sequence[Outcome], warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The module result: what happened to each object, the diff of those that changed, and one sentence."""
    changed = [outcome for outcome in outcomes if outcome.changed]
    return {
        "changed": bool(changed),
        "msg": summary(outcomes),
        "warnings": list(warnings),
        "objects": [outcome.entry for outcome in outcomes],
        "diff": [
            {
                "before_header": outcome.ref,
                "after_header": outcome.ref,
                "before": outcome.before,
                "after": outcome.after,
            }
            for outcome in changed
        ],
    }


def prunable(outcomes: Iterable[Outcome]) -> list[str]:
    """What was kept only because nothing is pruned, as Kind/name."""
    return [called(outcome.object) for outcome in outcomes if outcome.prunable]


def to_show(names: Iterable[str], manifests: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The names of what may be shown, if all are among the manifests."""
    given = known("show", names, manifests)
    if secrets := sorted(name for name in given if name.startswith("Secret/")):
        raise Failure(f"show names {', '.join(secrets)}: what is in a Secret is never shown.")
    return given


def shown(outcomes: Iterable[Outcome], names: Collection[str]) -> list[dict[str, Any]]:
    """These objects as they are now, or are predicted, without the API server's bookkeeping."""
    items = [outcome.object for outcome in outcomes if called(outcome.object) in names]
    return [{**item, "metadata": _without(item["metadata"], "managedFields")} for item in items]


def _without(mapping: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}


def summary(outcomes: Iterable[Outcome]) -> str:
    outcomes = list(outcomes)
    counts = Counter(outcome.action for outcome in outcomes)
    text = ", ".join(f"{counts[action]} {action}" for action in ORDER if counts[action]) or "no objects"
    kept = [f"{outcome.ref} ({outcome.reason})" for outcome in outcomes if outcome.action == "kept"]
    return f"{text}. No longer in the set and not deleted: {', '.join(kept)}." if kept else f"{text}."


def blocked(problems: Sequence[str], done: Sequence[Outcome]) -> str:
    """The message when trying out found problems, before the objects were touched."""
    applied = [outcome.ref for outcome in done if outcome.changed]
    state = f"Only {', '.join(applied)} was applied" if applied else "Nothing was applied"
    return f"{state}; these objects cannot be:\n" + "\n".join(f"- {problem}" for problem in problems)


def stopped(error: Exception, done: Sequence[Outcome], remaining: Sequence[str]) -> str:
    """The message when an object failed although trying it out had worked."""
    applied = [f"{outcome.ref} ({outcome.action})" for outcome in done if outcome.changed]
    lines = [str(error), f"Applied before: {', '.join(applied) or 'nothing'}."]
    if remaining:
        lines.append(f"Not tried: {', '.join(remaining)}.")
    lines.append("Running again continues from here.")
    return "\n".join(lines)
