"""What every process of the double does first: say what it is, and refuse where it must not run or could not."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from . import permit
from .boot import BootRefusedError
from .release import IMAGE_VARIABLE, Release, current

ROOT = Path("/opt/mastodon")  # mastodon.md 3.1 "WORKDIR and home are /opt/mastodon"


def start(name: str, check: Callable[[Mapping[str, str]], None]) -> Release:
    """Say what this is, check the permit and what the real process checks at boot; exits with 1 if refused."""
    release = current()
    banner = (
        f"mastodon-double: this is NOT Mastodon but a test double of {release} ({name}): see tests/double/README.md"
    )
    print(banner, file=sys.stderr, flush=True)
    try:
        permit.check(os.environ, permit.alias_in_dns)
        check(os.environ)
    except (BootRefusedError, permit.NotPermittedError) as error:
        sys.exit(str(error))
    time.sleep(float(os.environ.get("DOUBLE_BOOT_SECONDS", "0")))  # README.md, "Faults on request"
    return release


def absent_from_image(program: str) -> bool:
    """The rails image holds no Node, the streaming image nothing of Ruby (mastodon.md 2)."""
    return (os.environ.get(IMAGE_VARIABLE) == "streaming") != (program == "node")


def not_found(program: str) -> None:
    print(f"mastodon-double: {program}: no such program in this image", file=sys.stderr)
    sys.exit(127)
