"""People who use an instance the whole time: each asks for one path again and again, through the Gateway.

As a program, for playbooks, they do so until a file is made, and write down what they saw:

    visitors.py ADDRESS HOST AUTHORITY LEAVE REPORT PATH...
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_connection
from typing import Any

PAUSE = 0.2


@dataclass(frozen=True)
class Answer:
    at: float
    status: int
    # What went wrong instead, if nothing was answered.
    problem: str = ""
    body: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Visitor(threading.Thread):
    """One who asks for a path, every time with a new connection, until ``leave``."""

    def __init__(self, address: str, host: str, path: str, authority: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.answers: list[Answer] = []
        self._address, self._host = address, host
        self._trust = ssl.create_default_context(cafile=str(authority))
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(PAUSE):
            self.answers.append(self.ask(self.path))

    def leave(self) -> list[Answer]:
        self._over.set()
        self.join()
        return self.answers

    def ask(self, path: str) -> Answer:
        began = time.monotonic()
        connection = HTTPConnection(self._host)
        try:
            plain = create_connection((self._address, 443), timeout=10)
            connection.sock = self._trust.wrap_socket(plain, server_hostname=self._host)
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            return Answer(began, answer.status, body=answer.read().decode("utf-8", "replace"))
        except (OSError, HTTPException) as error:
            return Answer(began, 0, problem=f"{type(error).__name__}: {error}")
        finally:
            connection.close()


def failures(answers: list[Answer]) -> list[str]:
    """What a visitor would complain about."""
    return [
        f"{answer.at:.1f}: {answer.problem or f'{answer.status} {answer.body[:200]}'}"
        for answer in answers
        if answer.status != 200
    ]


def main(address: str, host: str, authority: str, leave: str, report: str, *paths: str) -> None:
    Path(leave).unlink(missing_ok=True)
    visitors = [Visitor(address, host, path, Path(authority)) for path in paths]
    for visitor in visitors:
        visitor.start()
    while not Path(leave).exists():
        time.sleep(PAUSE)
    seen = {visitor.path: visitor.leave() for visitor in visitors}
    told = {
        path: {"answers": [answer.body for answer in answers], "failures": failures(answers)}
        for path, answers in seen.items()
    }
    Path(report).write_text(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
