"""What happened to the objects of a kind, as the API told it while it happened."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.rails import until

Object = dict[str, Any]


@dataclass(frozen=True)
class Event:
    type: str
    object: Object

    @property
    def name(self) -> str:
        return self.object["metadata"]["name"]

    @property
    def moment(self) -> int:
        """When it was, for comparison with other events: revisions of the one store are in order across all kinds."""
        return int(self.object["metadata"]["resourceVersion"])


class History:
    """Follows a kind in a namespace, from its objects that are there already to ``end``; ``directory`` is scratch."""

    def __init__(self, kind: str, namespace: str, directory: Path) -> None:
        self._path = directory / f"{kind}.events"
        command = ["kubectl", "-n", namespace, "get", kind, "--watch", "--output-watch-events", "-o", "json"]
        with self._path.open("w") as file:
            self._process = subprocess.Popen(command, stdout=file)
        until(lambda: list(self._events()))

    def end(self) -> list[Event]:
        self._process.terminate()
        self._process.wait()
        return list(self._events())

    def _events(self) -> Iterator[Event]:
        text = self._path.read_text()
        position = 0
        while (position := text.find("{", position)) != -1:
            try:
                found, position = json.JSONDecoder().raw_decode(text, position)
            except json.JSONDecodeError:
                return  # the last one is being written
            yield Event(found["type"], found["object"])


def first(events: list[Event], met: Callable[[Event], Any]) -> Event:
    """The first event of which something is true."""
    return next(event for event in events if met(event))
