"""Run one module of the collection as Ansible does, with its action plugin: start it, kill it, or await its result."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULT = re.compile(r"^localhost \| (CHANGED|SUCCESS|FAILED!) => ", re.MULTILINE)


@dataclass(frozen=True)
class Finished:
    """What a module returned, and everything that was printed."""

    result: dict[str, Any]
    output: str
    failed: bool

    def __getitem__(self, name: str) -> Any:
        return self.result[name]


class Module:
    """A running module."""

    def __init__(self, name: str, /, *arguments: str, **options: Any) -> None:
        command = ["ansible", "localhost", "-m", f"fediverse.mastodon.{name}", "-a", json.dumps(options), *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self) -> Finished:
        output, _nothing = self._process.communicate()
        found = RESULT.search(output)
        if not found:
            raise RuntimeError(output)
        result, _end = json.JSONDecoder().raw_decode(output[found.end() :])
        return Finished(result, output, failed=found.group(1) == "FAILED!")

    def kill(self) -> None:
        """As a power cut would: Ansible and the module's own process get no chance to tidy up."""
        for process in _family(self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.communicate()


def _family(root: int) -> list[int]:
    """A process and all its descendants: Ansible's workers are in process groups of their own."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    family = [root]
    for process in family:
        family += [child for child, parent in parents.items() if parent == process]
    return family


def run(name: str, /, *arguments: str, **options: Any) -> Finished:
    return Module(name, *arguments, **options).finish()
