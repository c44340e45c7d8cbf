# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ._decision import Wanted
from ._secret import Place

Outcome = Literal["created", "promoted", "reset", "unchanged"]


@dataclass
class Report:
    outcome: Outcome
    # By name of the Secret: created or changed.
    actions: dict[str, str] = field(default_factory=dict)
    verified: bool = True


def result(place: Place, wanted: Wanted, report: Report) -> dict[str, Any]:
    """The module's result, which says where the password is and never what it is."""
    return {
        "changed": report.outcome != "unchanged" or bool(report.actions),
        "msg": _sentence(place, wanted, report),
        "outcome": report.outcome,
        "verified": report.verified,
        "secret": place.name,
        "objects": [
            {"kind": "Secret", "namespace": place.namespace, "name": name, "action": action}
            for name, action in report.actions.items()
        ],
    }


def _sentence(place: Place, wanted: Wanted, report: Report) -> str:
    is_there = f"@{wanted.username} is the {wanted.role}" if wanted.role else f"@{wanted.username} is there"
    if report.outcome not in ("created", "reset"):
        return f"{is_there} ({report.outcome})."
    return (
        f"{is_there}. Its {'first' if report.outcome == 'created' else 'new'} password:"
        f" kubectl -n {place.namespace} get secret {place.name} -o jsonpath='{{.data.password}}' | base64 -d"
    )
