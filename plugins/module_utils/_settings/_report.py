# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of settings, as the module's result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _record
from ._converge import Report


def result(namespace: str, wanted: Mapping[str, Any], report: Report, *, check_mode: bool = False) -> dict[str, Any]:
    return {
        "changed": bool(report.changed or report.record),
        "msg": _sentence(wanted, report, check_mode=check_mode),
        "settings": list(report.changed),
        "objects": [
            {"kind": "ConfigMap", "namespace": namespace, "name": _record.NAME, "action": report.record},
        ]
        if report.record
        else [],
        "diff": {
            "before": {name: report.before[name] for name in report.changed if name in report.before},
            "after": {name: wanted[name] for name in report.changed},
        },
    }


def _sentence(wanted: Mapping[str, Any], report: Report, *, check_mode: bool) -> str:
    if report.changed and check_mode:
        return f"Settings that may differ, which only a run can see: {', '.join(report.changed)}."
    if report.changed:
        return f"Settings that differed: {', '.join(report.changed)}."
    return f"All {len(wanted)} settings are as they must be."
