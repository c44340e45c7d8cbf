# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in the check's variables that types cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import _cron
from .._probe._http import Url
from ._mistake import Mistake


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake in the `verify_*` variables; a value that is missing or of a wrong type is passed over."""
    schedule, url = values.get("verify_schedule"), values.get("verify_push_url")
    if isinstance(schedule, str) and schedule.strip() != "never" and (problem := _cron.fault(schedule.strip())):
        yield Mistake("verify_schedule", f"'{schedule}' {problem}", "write it like */15 * * * *, or never")
    if isinstance(url, str) and Url.parse(url) is None:
        cure = "write it like http://pushgateway.monitoring:9091/metrics/job/mastodon_federation"
        yield Mistake("verify_push_url", f"'{url}' is not an http or https address", cure)
