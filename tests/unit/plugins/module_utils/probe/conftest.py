"""A fediverse of one machine, to be broken on purpose, and ports where nobody answers."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
from support.fediverse import Fediverse
from support.loopback import Authority, Bed, serving


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def bed(authority) -> Iterator[Callable[..., Bed]]:
    """Starts a fediverse, the good case unless another is given; for options see C(serving)."""
    with ExitStack() as running:
        yield lambda fediverse=None, **options: running.enter_context(
            serving(authority, fediverse or Fediverse(), **options)
        )


@pytest.fixture
def fediverse() -> type[Fediverse]:
    return Fediverse


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass
class SilentPort:
    number: int
    connections: int = 0


@pytest.fixture
def silent_port() -> Iterator[SilentPort]:
    """Accepts connections and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = SilentPort(listener.getsockname()[1])
    held = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                held.append(listener.accept())
                port.connections += 1

    threading.Thread(target=accept, daemon=True).start()
    yield port
    listener.close()
    for connection, _unused in held:
        connection.close()
