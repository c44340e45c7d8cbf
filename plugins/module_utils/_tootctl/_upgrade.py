# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an upgrade is at work that a command must not run beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._kube._client import Cluster
from .._kube._errors import Failure
from .._migrate import _record
from ._command import Command


def refuse_beside(cluster: Cluster, namespace: str, command: Command) -> None:
    """Failure if the command changes something, and must not do so beside the migrations that are recorded."""
    if command.changes:
        refuse_changes(
            cluster, namespace, f"`{command.text}` was not run", hint=" Commands that only read are run meanwhile."
        )


def refuse_changes(cluster: Cluster, namespace: str, what: str, *, hint: str = "") -> None:
    """Failure if nothing must be changed beside the migrations that are recorded. ``what``: what is not done then."""
    if why := obstacle(_record.read(cluster, namespace)):
        raise Failure(
            f"{what}: ConfigMap {namespace}/{_record.NAME} says that {why}. Run the playbook site, which ends the"
            f" upgrade, and then this again.{hint}"
        )


def obstacle(live: Mapping[str, Any] | None) -> str:
    """What stands against changes by a command; empty if nothing does.

    The second half of an upgrade does not: web and Sidekiq of the same version work beside it too.
    """
    record, stopped = _record.record(live), _record.stopped(live)
    if stopped:
        return f"these stand still for migrations: {', '.join(stopped)}"
    if record and record.begun not in ("", record.before_rollout):
        return f"all migrations of {record.begun} were begun and have not ended well yet"
    return ""
