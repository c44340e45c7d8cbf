# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The federation check as a program, for monitoring and for a CronJob: it needs nothing but Python.

This directory under any name is the program: python3 -m NAME._program social.example.org
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ._check import Reach, Report, check_instance
from ._forms import FORMS, Status, prometheus, status
from ._resolver import resolved_here

_PUSH_SECONDS = 10


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(Status.UNKNOWN, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    reach = Reach(tuple(options.resolve), options.ca_path, None, options.request_timeout)
    try:
        report = check_instance(
            options.web_domain,
            options.local_domain,
            reach=reach,
            account=options.account,
            media_host=options.media_host,
            least_days=options.least_days,
            inside=resolved_here if options.inside else None,
        )
        result, now = status(report, advise=options.advise), time.time()
        if options.format == "prometheus":
            _require_seen(report)
        _tell(FORMS[options.format](report, result, now), options.output)
        if options.push:
            _require_seen(report)
            _push(prometheus(report, result, now), options.push)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"UNKNOWN: {error}\n")
        return Status.UNKNOWN
    return result


def _require_seen(report: Report) -> None:
    """Metrics of an instance that nothing was seen of: the last ones stay, and alerts see that they are old."""
    if not report.seen:
        raise OSError(f"{report.sentence} No metrics are written or pushed.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="federation_check",
        description="Check from outside whether a Mastodon instance federates. Read-only, at most 40 requests.",
        epilog="Exit status: 0 everything holds, 1 advice (with --advise), 2 something does not hold, 3 not checked.",
    )
    parser.add_argument("web_domain", help="the domain the instance is served on")
    parser.add_argument("--local-domain", help="the domain in handles; the instance is asked for it otherwise")
    parser.add_argument("--account", help="an account whose handle is checked too, without @ and domain")
    parser.add_argument("--media-host", help="where media come from; found out by the instance's pictures otherwise")
    parser.add_argument("--least-days", type=int, default=14, help="days certificates must last (%(default)s)")
    parser.add_argument("--resolve", action="append", default=[], metavar="HOST:PORT:ADDRESS", help="as curl's")
    parser.add_argument("--ca-path", help="certificates of further authorities to trust, in PEM form")
    parser.add_argument("--request-timeout", type=float, default=10.0, help="seconds for each request (%(default)s)")
    parser.add_argument("--inside", action="store_true", help="this runs in the instance's cluster: judge its DNS too")
    parser.add_argument("--advise", action="store_true", help="exit with 1 when clauses that should hold do not")
    parser.add_argument("--format", choices=FORMS, default="text", help="what is told (%(default)s)")
    parser.add_argument("--output", type=Path, help="a file to tell it to, such as one of a textfile collector")
    parser.add_argument(
        "--push", metavar="URL", help="where to post the metrics besides, such as a Pushgateway's group"
    )
    return parser


def _tell(told: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(told.encode())  # UTF-8 wherever it runs, as the file is
        return
    # A collector must never read half a file.
    with tempfile.NamedTemporaryFile("w", dir=output.parent, delete=False, encoding="utf-8") as half:
        half.write(told)
    Path(half.name).chmod(0o644)
    Path(half.name).replace(output)


def _push(metrics: str, url: str) -> None:
    request = urllib.request.Request(url, metrics.encode(), {"Content-Type": "text/plain; version=0.0.4"})
    try:
        urllib.request.build_opener().open(request, timeout=_PUSH_SECONDS).close()
    except (urllib.error.URLError, ValueError) as error:
        raise OSError(f"the metrics cannot be pushed to {url}: {error}") from error


if __name__ == "__main__":
    raise SystemExit(main())
