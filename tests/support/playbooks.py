"""Run the collection's playbooks as a user would, and look at what they did."""

from __future__ import annotations

import json
import os
import subprocess
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


def playbook(name: str, inventory: dict[str, Any], directory: Path, *arguments: str) -> Run:
    """Run ``fediverse.mastodon.<name>`` over an inventory given as data; ``directory`` is scratch space."""
    hosts, record = directory / "inventory.yml", directory / "record.jsonl"
    hosts.write_text(yaml.safe_dump({"mastodon": {"hosts": inventory}}))
    record.unlink(missing_ok=True)
    done = subprocess.run(
        ["ansible-playbook", name, "-i", str(hosts), *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "RECORD_TO": str(record),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/support/callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    rows = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    return Run(done.returncode, done.stdout, rows)


def site(inventory: dict[str, Any], directory: Path, *arguments: str) -> Run:
    """Converge; on the test cluster the images and addresses are its own."""
    return playbook(
        "fediverse.mastodon.site", inventory, directory, f"-e@{ROOT}/tests/support/test_cluster.yml", *arguments
    )


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
