# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin of modules that wait: it runs the module and prints its lines of progress as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ansible import constants as C  # noqa: N812  (what Ansible's own plugins call it)
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import merge_hash

OPTION = "progress_file"
INTERVAL = 0.3


class ProgressAction(ActionBase):
    """Runs the module of the same name. Progress comes through a file, so it is seen only if the module runs here."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        if self._task.async_val or self._connection.transport != "local" or OPTION in arguments:
            return merge_hash(result, self._module(arguments, task_vars))
        host = (task_vars or {}).get("inventory_hostname", "")
        with printed(lambda line: Display().display(f"  [{host}] {line}")) as file:
            return merge_hash(result, self._module({**arguments, OPTION: str(file)}, task_vars))

    def _module(self, arguments: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        name = self._task.resolved_action or self._task.action
        in_background = self._task.async_val
        try:
            return self._execute_module(name, arguments, task_vars=task_vars, wrap_async=in_background)
        finally:
            if not in_background:
                self._remove_tmp_path(self._connection._shell.tmpdir)


@contextmanager
def printed(print_line: Callable[[str], None]) -> Iterator[Path]:
    """A file of which every line that is appended inside the context is printed, and the last ones when it ends."""
    with TemporaryDirectory(dir=C.DEFAULT_LOCAL_TMP, prefix="progress-") as directory:
        file = Path(directory) / "lines"
        file.touch()
        ended = threading.Event()
        reader = threading.Thread(target=_follow, args=(file, ended, print_line), daemon=True)
        reader.start()
        try:
            yield file
        finally:
            ended.set()
            reader.join()


def _follow(file: Path, ended: threading.Event, print_line: Callable[[str], None]) -> None:
    with file.open(encoding="utf-8") as lines:
        rest = ""
        while True:
            last = ended.wait(INTERVAL)
            *complete, rest = (rest + lines.read()).split("\n")
            for line in complete:
                print_line(line)
            if last:
                return
