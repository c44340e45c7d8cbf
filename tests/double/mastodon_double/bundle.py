"""`bundle exec PROGRAM …`: what the rails image starts (mastodon.md 3.1)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import PurePath

from .process import absent_from_image, not_found


def main(program: str, arguments: Sequence[str]) -> None:
    """`program` is what was called: bundle, rails, tootctl or prometheus_exporter."""
    if absent_from_image(program):
        not_found(program)
    if program == "bundle":
        if len(arguments) < 2 or arguments[0] != "exec":
            sys.exit("mastodon-double: only `bundle exec PROGRAM` is imitated")
        program, arguments = PurePath(arguments[1]).name, arguments[2:]
    if program in ("rails", "rake"):
        from .rails import main as run
    elif program == "tootctl":
        from .tootctl import main as run
    elif program == "puma":
        from .web.server import main as run
    elif program == "sidekiq":
        from .sidekiq.server import main as run
    elif program == "ruby":
        # Plain Ruby: the gems that a script asks for are Debian's, and Bundler has nothing to add.
        os.execvp(program, [program, *arguments])
    elif program == "prometheus_exporter":
        from .exporter import main as run
    else:
        print(f"bundler: command not found: {program}", file=sys.stderr)
        sys.exit(127)
    run(arguments)
