# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command's end means for the task."""

from __future__ import annotations

from typing import Any

from .._kube._errors import Failure
from . import _job
from ._command import Command
from ._run import Ended

# Lines of a failed command that its message holds; the result holds all that were kept.
QUOTED = 20


def result(namespace: str, command: Command, ended: Ended) -> dict[str, Any]:
    """The module's result; Failure if the command says that it failed."""
    told: dict[str, Any] = {
        "rc": ended.code,
        "lines": ended.lines,
        "dropped": ended.dropped,
        "job": ended.job,
        "objects": [{"kind": "Job", "namespace": namespace, "name": ended.job, "action": "created"}],
    }
    if ended.code:
        said = "\n".join(ended.lines[-QUOTED:]) or "(it said nothing)"
        raise Failure(f"`{command.text}` failed: {ended.reason}.\n{said}", {**told, "changed": command.changes})
    return {**told, "changed": command.changes, "msg": f"`{command.text}` ended well."}


def prediction(namespace: str, command: Command) -> dict[str, Any]:
    """The result when nothing is run."""
    name = _job.name(command)
    return {
        "changed": command.changes,
        "msg": f"`{command.text}` would be run.",
        "job": name,
        "objects": [{"kind": "Job", "namespace": namespace, "name": name, "action": "created"}],
    }
