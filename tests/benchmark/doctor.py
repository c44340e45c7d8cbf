"""How long the federation check of a healthy instance takes: on loopback, and from another continent."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.fediverse import Fediverse
from support.loopback import Authority, serving

REPEATS = 5
# Three round trips of 150 ms for each request (TCP, TLS, HTTP), and the server's own time.
FAR = 3 * 0.150 + 0.100


def seconds(delay: float, authority: Authority) -> tuple[float, int]:
    def late(ask, answer):
        time.sleep(delay)
        return answer

    with serving(authority, Fediverse(change=late)) as bed:
        started = time.monotonic()
        report = bed.check(local_domain=None, account="alice")
        taken = time.monotonic() - started
    if not report.ok:
        sys.exit("\n".join(str(verdict) for verdict in report.verdicts if verdict.wrong))
    return taken, report.requests


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority(Path(directory))
        near = [seconds(0, authority) for _ in range(REPEATS)]
        far = [seconds(FAR, authority) for _ in range(REPEATS)]
    for name, runs in (("on loopback", near), ("from another continent", far)):
        took, requests = statistics.median(taken for taken, _ in runs), runs[0][1]
        print(f"federation check {name}: {took:.1f} s for {requests} requests (aim: under 10 s, 40 requests)")


if __name__ == "__main__":
    main()
