# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report for people, for programs and for Prometheus."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum

from ._check import Report
from ._verdict import Verdict

_VERDICT = "mastodon_federation_verdict"
_TIMESTAMP = "mastodon_federation_check_timestamp_seconds"


class Status(IntEnum):
    """The exit codes of monitoring plugins (Nagios, Icinga, Zabbix …), and how these call them."""

    OK, WARNING, CRITICAL, UNKNOWN = range(4)


def status(report: Report, *, advise: bool) -> Status:
    """What must hold decides; what only should hold does when it is asked to."""
    if not report.seen:
        return Status.UNKNOWN
    if not report.ok:
        return Status.CRITICAL
    return Status.WARNING if advise and report.advice else Status.OK


def text(report: Report, result: Status, now: float) -> str:
    """The result in the first line, as monitoring shows it, then one line for each clause, faults first."""
    head = f"{result.name}: {report.web_domain} (@…@{report.local_domain or 'unknown'}): {report.sentence}"
    verdicts = sorted(report.verdicts, key=lambda verdict: not verdict.wrong)
    return _lines([head, *map(str, verdicts)])


def as_json(report: Report, result: Status, now: float) -> str:
    return _lines([json.dumps(report.as_dict(), ensure_ascii=False, indent=2)])


def prometheus(report: Report, result: Status, now: float) -> str:
    """The text format 0.0.4. A clause that cannot be read does not hold; one that does not apply, or that this machine
    has no route to, has no sample."""
    samples = [_sample(_VERDICT, int(not verdict.wrong), _labels(report, verdict)) for verdict in _judged(report)]
    return _lines(
        [
            f"# HELP {_VERDICT} Whether a clause of what other servers rely on holds (1) or not (0).",
            f"# TYPE {_VERDICT} gauge",
            *samples,
            f"# HELP {_TIMESTAMP} When the instance was last checked, as a Unix time.",
            f"# TYPE {_TIMESTAMP} gauge",
            _sample(_TIMESTAMP, int(now), {"web_domain": report.web_domain}),
        ]
    )


FORMS: dict[str, Callable[[Report, Status, float], str]] = {"text": text, "json": as_json, "prometheus": prometheus}


def _judged(report: Report) -> Iterator[Verdict]:
    return (verdict for verdict in report.verdicts if verdict.verdict != "skipped" and verdict.reason != "route")


def _labels(report: Report, verdict: Verdict) -> dict[str, str]:
    return {"clause": verdict.clause, "duty": verdict.duty, "web_domain": report.web_domain}


def _sample(name: str, value: int, labels: dict[str, str]) -> str:
    # json.dumps escapes a label's value as the format wants it: backslash, quote and end of line.
    pairs = ",".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in labels.items())
    return f"{name}{{{pairs}}} {value}"


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
