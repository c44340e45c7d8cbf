# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in monitoring: alerts about metrics that are not there would fire for ever, or never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ._app_values import dictionary
from ._mistake import Mistake
from ._monitored import monitored, unreadable


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    if not monitored(values, "app"):
        return
    yield from unreadable(values, "app")
    given = dictionary(values, "app_metrics")
    for option in ("enabled", "sidekiq_detailed"):
        if not boolean(given.get(option, True), strict=False):
            problem = f"{option} is switched off, and the alerts of app_monitoring are about what it tells"
            yield Mistake("app_metrics", problem, f"leave {option} out, or set app_monitoring: false")
