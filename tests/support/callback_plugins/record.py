"""Callback: write every task's result as one JSON line to the file that RECORD_TO names, for tests to read."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record
type: aggregate
short_description: Write task results as JSON lines
description: For the project's own tests.
"""


class CallbackModule(CallbackBase):
    """Results as data: the screen's form is for people."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, status, result):
        row = {
            "status": status,
            "task": result.task.get_name(),
            "host": result.host.get_name(),
            "changed": bool(result.result.get("changed")),
            "result": {
                key: result.result[key] for key in ("msg", "objects", "verdicts", "outcome") if key in result.result
            },
        }
        with Path(os.environ["RECORD_TO"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        self._record("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record("failed", result)
