# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was done to Secrets, told by the names of keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._plan import Plan


@dataclass(frozen=True)
class Report:
    """What was done to one Secret, or would be."""

    name: str
    action: str
    plan: Plan
    before: dict[str, Any]
    after: dict[str, Any]


def result(namespace: str, reports: Sequence[Report]) -> dict[str, Any]:
    """The module's result."""
    return {
        "changed": any(report.action != "unchanged" for report in reports),
        "msg": " ".join(_sentence(namespace, report) for report in reports),
        "secrets": [
            {
                "name": report.name,
                "action": report.action,
                "generated": list(report.plan.generate),
                "kept": list(report.plan.kept),
                "validated_only": report.plan.validate_only,
            }
            for report in reports
        ],
        "objects": [
            {"kind": "Secret", "namespace": namespace, "name": report.name, "action": report.action}
            for report in reports
        ],
        "diff": [
            {"before": report.before, "after": report.after} for report in reports if report.action != "unchanged"
        ],
    }


def warnings(namespace: str, reports: Sequence[Report]) -> list[str]:
    """What is odd about values that work."""
    return [f"Secret {namespace}/{report.name}: {fault}." for report in reports for fault in report.plan.warnings]


def _sentence(namespace: str, report: Report) -> str:
    generated, kept = report.plan.generate, report.plan.kept
    done = [f"generated {', '.join(generated)}"] if generated else []
    if kept:
        verb = "checked" if report.plan.validate_only else "kept"
        done.append(f"{verb} {len(kept)} key{'' if len(kept) == 1 else 's'}")
    return f"Secret {namespace}/{report.name}: {' and '.join(done)}."
