# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line per change of state while a module waits, for the action plugin that prints them as they come."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


class Progress:
    def __init__(self, path: str | None) -> None:
        self._path = Path(path) if path else None
        self._last = ""

    def line(self, text: str) -> None:
        """Report a line; the same line twice in a row is reported once."""
        if self._path is None or text == self._last:
            return
        self._last = text
        # Opened anew each time: nothing must stay in a buffer. A courtesy like this never fails what it tells about.
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
