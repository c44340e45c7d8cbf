# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings in the database that are as they are wanted, without a start of Rails when they are known to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from .._account._commands import without_credentials
from .._account._toolbox import Toolbox
from .._kube._client import Cluster
from .._kube._errors import Failure
from .._kube._progress import Progress
from . import _command, _record
from ._catalog import typed
from ._faults import faults
from ._record import Record

# The Pod that the command is run in.
POD = "mastodon-settings"
COMMAND_TIMEOUT = 600.0


@dataclass
class Report:
    """What was found and done, or would be."""

    # Of the settings that are wanted: what they were, as far as that is known.
    before: dict[str, Any] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    # What became of the record: created, changed or nothing.
    record: str = ""


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with their own types; Failure with everything that is wrong with them."""
    if found := [f"{fault.setting}: {fault.problem}; {fault.cure}." for fault in faults(settings)]:
        raise Failure("\n".join(found))
    return {name: typed(name, value) for name, value in settings.items()}


class Settings:
    """The settings of one instance."""

    def __init__(self, cluster: Cluster, namespace: str, wanted: Record, progress: Progress) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._wanted = wanted
        self._progress = progress

    def predict(self) -> Report:
        """What ``converge`` would do, as far as that can be told from what was written last."""
        last = self._last()
        if self._is_done(last):
            return Report(before=dict(self._wanted.settings))
        report = Report(record="changed" if last else "created")
        if last and last.database == self._wanted.database:
            report.before = {name: last.settings[name] for name in self._wanted.settings if name in last.settings}
        report.changed = tuple(
            name
            for name, value in self._wanted.settings.items()
            if name not in report.before or report.before[name] != value
        )
        return report

    def converge(self, toolbox: Callable[[], AbstractContextManager[Toolbox]], *, recheck: bool = False) -> Report:
        """Write what differs. What was written last costs one read, unless it is to be looked at again."""
        last = self._last()
        if self._is_done(last) and not recheck:
            return Report(before=dict(self._wanted.settings))
        report = Report(before=dict(self._wanted.settings))
        if not self._wanted.settings or (last and last.holds(self._wanted) and not recheck):
            # Settings that are no longer wanted stay as they are.
            self._progress.line("Forgetting settings that are not wanted any more")
        else:
            with toolbox() as box:
                report = self._write(box)
        if last != self._wanted:
            _record.write(self._cluster, self._namespace, self._wanted)
            report.record = "changed" if last else "created"
        return report

    def _last(self) -> Record | None:
        return _record.read(self._cluster, self._namespace)

    def _is_done(self, last: Record | None) -> bool:
        return last == self._wanted or (last is None and not self._wanted.settings)

    def _write(self, box: Toolbox) -> Report:
        self._progress.line(f"Comparing {len(self._wanted.settings)} settings with those in the database")
        done = box.run(_command.CONVERGE, timeout=COMMAND_TIMEOUT, stdin=_command.given(self._wanted.settings))
        if done.code:
            said = without_credentials(f"{done.stdout}\n{done.stderr}") or "(it said nothing)"
            raise Failure(f"`bin/rails runner` for the settings failed with exit code {done.code}:\n{said}")
        written = _command.written(done.stdout)
        if written.changed:
            self._progress.line(f"Changed {', '.join(written.changed)}")
        return Report(written.before, written.changed)
