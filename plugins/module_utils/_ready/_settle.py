# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a status can already be about the last change, for kinds that do not record which generation it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any


def stamp(moment: datetime) -> str:
    """A time as the API writes it; such texts sort like the times."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def quiet(item: Mapping[str, Any], now: datetime, seconds: float) -> bool:
    """Whether nobody has written the object, status aside, for so many seconds. Both times are the server's."""
    metadata = item["metadata"]
    times = [
        entry["time"]
        for entry in metadata.get("managedFields") or ()
        if entry.get("time") and not entry.get("subresource")
    ]
    return max([*times, metadata.get("creationTimestamp") or ""]) <= stamp(now - timedelta(seconds=seconds))
