"""Independent clients look a handle up, each in a process of its own; see tests/judges."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
JUDGES = ("bovine", "feditest", "@fedify/webfinger", "webfinger.js")
_PLACE = ROOT / ".cache/judges"


def installed() -> None:
    """Nothing to do the second time."""
    subprocess.run([ROOT / "tests/judges/setup.sh"], check=True)


def judged(handle: str, resolve: Iterable[str], authority: Path | str) -> dict[str, dict[str, Any]]:
    """What each judge makes of the handle: {judge: {actor, complaints}}; ``resolve`` as for the federation check."""
    lines = [line.split(":") for line in resolve]
    names = {host: [address, int((to or [port])[0])] for host, port, address, *to in lines if port == "443"}
    case = json.dumps({"handle": handle, "resolve": names, "ca": str(authority)})
    environment = {**os.environ, "NODE_EXTRA_CA_CERTS": str(authority), "PYTHONPATH": ""}
    programs = (
        [_PLACE / "venv/bin/python", ROOT / "tests/judges/judges.py"],
        [_PLACE / "venv/bin/node", _PLACE / "judges.mjs"],
    )
    processes = [
        subprocess.Popen([*program, case], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for program in programs
    ]
    found: dict[str, dict[str, Any]] = {}
    for process in processes:
        out, err = process.communicate(timeout=120)
        if process.returncode:
            raise RuntimeError(err)
        found |= json.loads(out)
    return found
