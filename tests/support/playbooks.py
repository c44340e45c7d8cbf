"""Run the collection's playbooks as a user would, and look at what they did."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Run:
    """One finished run of ansible-playbook."""

    code: int
    output: str
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def changed_tasks(self) -> list[str]:
        return [row["task"] for row in self.results if row["changed"]]

    @property
    def changed_objects(self) -> dict[str, str]:
        """``Kind name`` -> created, changed or pruned, over all tasks."""
        return {
            f"{found['kind']} {found['name']}": found["action"]
            for row in self.results
            for found in row["result"].get("objects") or ()
            if found.get("action", "unchanged") not in ("unchanged", "kept")  # waits return objects without an action
        }

    @property
    def failures(self) -> str:
        return "\n".join(str(row["result"].get("msg")) for row in self.results if row["status"] == "failed")


class Playbook:
    """A run of ``ansible-playbook`` over an inventory given as data: await its end, or kill it."""

    def __init__(
        self, name: str, inventory: dict[str, Any], directory: Path, *arguments: str, **environment: str
    ) -> None:
        hosts, self._record, self._output = (directory / one for one in ("inventory.yml", "record.jsonl", "output.txt"))
        hosts.write_text(yaml.safe_dump({"mastodon": {"hosts": inventory}}))
        self._record.unlink(missing_ok=True)
        # Every process of the run inherits it, whatever session, group or parent it has by then.
        self._mark = f"TEST_RUN={uuid.uuid4().hex}"
        # A file and no pipe: nobody need read it for the run to go on.
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                ["ansible-playbook", name, "-i", str(hosts), *arguments],
                cwd=ROOT,
                env={
                    **os.environ,
                    **dict([self._mark.split("=")]),
                    "RECORD_TO": str(self._record),
                    "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/support/callback_plugins"),
                    "ANSIBLE_CALLBACKS_ENABLED": "record",
                    **environment,
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def output(self) -> str:
        return self._output.read_text(errors="replace")

    def finish(self) -> Run:
        self._process.wait()
        rows = [json.loads(line) for line in self._record.read_text().splitlines()] if self._record.exists() else []
        return Run(self._process.returncode, self.output, rows)

    def kill(self) -> None:
        """As a power cut would: Ansible, its workers and the modules get no chance to tidy up."""
        while alive := list(self._family()):
            for process in alive:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._process.poll()
        self._process.wait()

    def _family(self) -> Iterator[int]:
        mark = self._mark.encode()
        for environment in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):  # it has ended meanwhile
                if mark in environment.read_bytes().split(b"\0"):
                    yield int(environment.parent.name)


def playbook(name: str, inventory: dict[str, Any], directory: Path, *arguments: str) -> Run:
    """Run ``fediverse.mastodon.<name>`` over an inventory given as data; ``directory`` is scratch space."""
    return Playbook(name, inventory, directory, *arguments).finish()


def site(inventory: dict[str, Any], directory: Path, *arguments: str) -> Run:
    """Converge; on the test cluster the images and addresses are its own."""
    return start_site(inventory, directory, *arguments).finish()


def start_site(inventory: dict[str, Any], directory: Path, *arguments: str, **environment: str) -> Playbook:
    own = f"-e@{ROOT}/tests/support/test_cluster.yml"
    return Playbook("fediverse.mastodon.site", inventory, directory, own, *arguments, **environment)


def prepare(inventory: dict[str, Any], directory: Path) -> None:
    """What an administrator brings along: a certificate and the storage's keys."""
    run = playbook(
        str(ROOT / "tests/support/prepare.yml"), inventory, directory, f"-e@{ROOT}/tests/support/test_cluster.yml"
    )
    if run.code:
        raise RuntimeError(run.output)


def kubectl(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(["kubectl", *arguments], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def objects(kind: str, namespace: str) -> list[dict[str, Any]]:
    return json.loads(kubectl("-n", namespace, "get", kind, "-o", "json"))["items"]
