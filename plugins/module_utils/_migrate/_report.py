# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of migrations found and did, or would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ._brakes import Stopped, changed, names
from ._plan import BEFORE, RECORD, Goal, Record

SKIPPED = (
    "MIGRATIONS WERE SKIPPED, because skip is set. If the database lacks any, the application fails or damages data:"
    " unset it as soon as the recovery is over."
)


@dataclass
class Report:
    goal: Goal
    before: Record | None = None
    after: Record | None = None
    # By kind and name: created, changed or deleted.
    actions: dict[tuple[str, str], str] = field(default_factory=dict)
    # The names of what stands still until the rollout.
    stopped: list[str] = field(default_factory=list)


def result(namespace: str, report: Report) -> dict[str, Any]:
    """The module's result."""
    goal, after = report.goal, report.after
    left = after.post_pending if after else None
    pending = goal.phase == BEFORE and (after is None or after.after_rollout != goal.image)
    return {
        "changed": bool(report.actions),
        "msg": _sentence(goal, left),
        "job": goal.job,
        "post_pending": pending,
        "post_pending_count": left if pending else 0,
        "skipped_migrations": False,
        "stopped": report.stopped,
        "objects": objects(namespace, report.actions),
        "diff": {
            "before": asdict(report.before) if report.before else {},
            "after": asdict(after) if after else {},
        },
    }


def objects(namespace: str, actions: Mapping[tuple[str, str], str]) -> list[dict[str, Any]]:
    """How module results list what was done to objects."""
    return [
        {"kind": kind, "namespace": namespace, "name": name, "action": action}
        for (kind, name), action in actions.items()
    ]


def gone_on(namespace: str, stopped: Stopped, *, recorded: bool) -> dict[str, Any]:
    """The result of the phase rollout: what was let go on after it stood still."""
    actions = changed(stopped) | ({("ConfigMap", RECORD): "changed"} if recorded else {})
    return {
        "changed": bool(actions),
        "msg": f"Let go on: {', '.join(names(stopped))}." if stopped else "Nothing stands still.",
        "stopped": [],
        "objects": objects(namespace, actions),
    }


def skipped(goal: Goal, stopped: Iterable[str]) -> dict[str, Any]:
    """The result when the user asked for nothing to be done. ``stopped``: what stands still since an earlier run."""
    return {
        "changed": False,
        "msg": SKIPPED,
        "job": goal.job,
        "post_pending": False,
        "post_pending_count": None,
        "skipped_migrations": True,
        "stopped": list(stopped),
        "objects": [],
    }


def _sentence(goal: Goal, left: int | None) -> str:
    if goal.phase != BEFORE:
        return f"All migrations of {goal.image} are done, 0 are pending."
    count = "an unknown number is" if left is None else f"{left} are"
    return f"Migrations before the rollout of {goal.image} are done, {count} left for after it."
