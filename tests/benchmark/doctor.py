"""How long the federation check of a healthy instance takes: on loopback, and from another continent.

Fails when a check takes longer or asks more than it may.
"""

from __future__ import annotations

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
MOST_SECONDS, MOST_REQUESTS = 10.0, 40


def seconds(delay: float, authority: Authority) -> tuple[float, int]:
    def late(ask, answer):
        time.sleep(delay)
        return answer

    with serving(authority, Fediverse(change=late), families=(4, 6)) as bed:
        started = time.monotonic()
        report = bed.check(local_domain=None, account="alice")
        taken = time.monotonic() - started
    if not report.ok:
        sys.exit("\n".join(str(verdict) for verdict in report.verdicts if verdict.wrong))
    return taken, report.requests


def main() -> None:
    too_much = []
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority(Path(directory))
        for name, delay in (("on loopback", 0), ("from another continent", FAR)):
            runs = [seconds(delay, authority) for _ in range(REPEATS)]
            # The slowest: a check that is in time most of the time is late for whoever waits for this one.
            took, requests = max(taken for taken, _ in runs), max(asked for _, asked in runs)
            told = f"federation check {name}: {took:.1f} s, {requests} requests"
            print(f"{told} (at most {MOST_SECONDS:g} s, {MOST_REQUESTS} requests)")
            if took > MOST_SECONDS or requests > MOST_REQUESTS:
                too_much.append(told)
    if too_much:
        sys.exit(f"Too much: {'; '.join(too_much)}")


if __name__ == "__main__":
    main()
