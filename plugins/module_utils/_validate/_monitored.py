# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every role that is monitored: somebody must be able to read what its alerts are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._switch import switched
from ._mistake import Mistake

_CLIENTS = "mastodon_metrics_clients"
_EXAMPLE = "[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]"


def monitored(values: Mapping[str, Any], role: str) -> bool:
    """Whether Prometheus is told of a role's pods; the role's switch follows the collection's unless set."""
    return switched(values, f"{role}_monitoring", switched(values, "mastodon_monitoring"))


def unreadable(values: Mapping[str, Any], role: str) -> Iterator[Mistake]:
    """Alerts about what is absent fire for ever where a network policy lets nobody read that it is there."""
    own = f"{role}_metrics_clients"
    guarded = switched(values, f"{role}_network_policy", True)
    if monitored(values, role) and guarded and not values.get(own, values.get(_CLIENTS)):
        problem = f"nobody may read metrics, so the alerts of {role}_monitoring would fire although all is well"
        cure = f"set {_CLIENTS} to where Prometheus runs, such as {_EXAMPLE}, or {role}_network_policy to false"
        yield Mistake(own, problem, cure)
