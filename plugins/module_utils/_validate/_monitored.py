# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every role that is monitored: somebody must be able to read what its alerts are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ._mistake import Mistake

_CLIENTS = "mastodon_metrics_clients"
_EXAMPLE = "[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]"


def monitored(values: Mapping[str, Any], role: str) -> bool:
    """Whether Prometheus is told of a role's pods; the role's switch follows the collection's unless set."""
    return boolean(values.get(f"{role}_monitoring", values.get("mastodon_monitoring")) or False, strict=False)


def unreadable(values: Mapping[str, Any], role: str) -> Iterator[Mistake]:
    """Alerts about what is absent fire for ever where a network policy lets nobody read that it is there."""
    own = f"{role}_metrics_clients"
    guarded = boolean(values.get(f"{role}_network_policy", True), strict=False)
    if monitored(values, role) and guarded and not values.get(own, values.get(_CLIENTS)):
        problem = f"nobody may read metrics, so the alerts of {role}_monitoring would fire although all is well"
        cure = f"set {_CLIENTS} to where Prometheus runs, such as {_EXAMPLE}, or {role}_network_policy to false"
        yield Mistake(own, problem, cure)
