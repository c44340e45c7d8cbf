"""`node ./streaming/index.js`: what the streaming image starts (mastodon.md 3.1)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .process import ROOT, absent_from_image, not_found


def main(arguments: Sequence[str]) -> None:
    if absent_from_image("node"):
        not_found("node")
    script = Path(arguments[0] if arguments else "").resolve()
    if script != ROOT / "streaming" / "index.js":
        sys.exit(f"Error: Cannot find module '{script}'")
    from .streaming.server import main as run

    run()
