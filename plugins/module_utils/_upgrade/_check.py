# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an instance may become another version: asked before anything is touched, and again before migrations."""

from __future__ import annotations

from typing import Any

from .._kube._client import Cluster
from .._migrate import _record
from .._migrate._plan import Record
from . import _facts
from ._guards import Change, Consent, check
from ._version import Version


def check_change(
    cluster: Cluster,
    namespace: str,
    record: Record | None,
    wanted: Version | None,
    consent: Consent,
    *,
    database: str | None,
) -> Change | None:
    """The change of version, if any; Failure with everything that stands against it. ``database``: its identity."""
    change = _facts.change(cluster, namespace, record, wanted)

    def backup() -> str:
        began = _facts.begun(cluster, namespace, change.wanted, record) if change else None
        return _facts.missing_backup(cluster, namespace, database, began, consent)

    check(change, consent, backup)
    return change


def check_upgrade(cluster: Cluster, namespace: str, wanted: Version, consent: Consent) -> dict[str, Any]:
    """The module's result."""
    record = _record.record(_record.read(cluster, namespace))
    database = record.database if record else None
    change = check_change(cluster, namespace, record, wanted, consent, database=database)
    return {
        "changed": False,
        "present": str(change.present) if change else None,
        "msg": _sentence(change, wanted),
    }


def _sentence(change: Change | None, wanted: Version) -> str:
    if change is None:
        return f"No Mastodon is known here yet; {wanted} can be installed."
    if change.present == wanted:
        return f"Mastodon {wanted} is here already."
    return f"Nothing stands against Mastodon {change.confirmation}."
