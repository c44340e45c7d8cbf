# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an object has been left alone for long enough to believe that it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

# What must have been left alone a while before a ready object is believed.
Settles = Literal["nothing", "spec", "status"]


def stamp(moment: datetime) -> str:
    """A time as the API writes it; such texts sort like the times."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def left_alone(item: Mapping[str, Any], what: Settles, now: datetime, seconds: float) -> bool:
    return what == "nothing" or quiet(item, now, seconds, status=what == "status")


def quiet(item: Mapping[str, Any], now: datetime, seconds: float, *, status: bool = False) -> bool:
    """Whether nobody has written the object for so many seconds; writes to its status count only if ``status`` is set.

    All times are the server's.
    """
    metadata = item["metadata"]
    entries = [entry for entry in metadata.get("managedFields") or () if status or not entry.get("subresource")]
    times = [entry.get("time") or "" for entry in entries]
    return max([*times, metadata.get("creationTimestamp") or ""]) <= stamp(now - timedelta(seconds=seconds))
