# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backups that CloudNativePG has made of the database (pains.md T50). Pure.

Backup: status.phase "completed" is the only good end, and stoppedAt its time (operators.md 3.10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

API_VERSION, KIND = "postgresql.cnpg.io/v1", "Backup"
_COMPLETED = "completed"


def parsed(time: str) -> datetime:
    """A time as the API writes it."""
    return datetime.fromisoformat(time)


def cluster_of(database: str) -> str | None:
    """The CloudNativePG Cluster that a database's identity names, as the role database makes it; None for another."""
    kind, *parts = database.split("/")
    return parts[1] if kind == "cnpg" and len(parts) == 3 else None


def newest(backups: Iterable[Mapping[str, Any]], cluster: str | None) -> tuple[str, datetime] | None:
    """The name and end of the newest completed backup of the Cluster, or of any if it is not known which."""
    ended = [
        (parsed(status.get("stoppedAt") or backup["metadata"]["creationTimestamp"]), backup["metadata"]["name"])
        for backup in backups
        if (status := backup.get("status") or {}).get("phase") == _COMPLETED
        and cluster in (None, ((backup.get("spec") or {}).get("cluster") or {}).get("name"))
    ]
    if not ended:
        return None
    time, name = max(ended)
    return name, time.astimezone(UTC)


def lacking(found: tuple[str, datetime] | None, at: datetime, max_age: int) -> str:
    """Why there is no recent backup; empty if there is one. ``at``: when the upgrade began."""
    limit = _in_words(max_age)
    if found is None:
        return f"There is no completed Backup of the database, and one of the last {limit} is needed."
    name, ended = found
    if at - ended <= timedelta(seconds=max_age):
        return ""
    return (
        f"The newest completed Backup, {name}, ended {ended:%Y-%m-%d %H:%M} UTC, and one of the last {limit} is needed."
    )


def _in_words(seconds: int) -> str:
    """A span of time, in hours if they are whole."""
    hours, rest = divmod(seconds, 3600)
    number, unit = (seconds, "second") if rest or not hours else (hours, "hour")
    return unit if number == 1 else f"{number} {unit}s"
