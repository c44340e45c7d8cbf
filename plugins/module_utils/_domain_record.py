# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing the domain pin; apart from checking it, which needs none of what writing needs."""

from __future__ import annotations

from typing import Literal

from ._apply._apply import apply_one
from ._apply._outcome import Outcome
from ._domain_pin import Domains, check, manifest
from ._kube._client import Cluster


def keep(
    cluster: Cluster,
    namespace: str,
    domains: Domains,
    *,
    state: Literal["checked", "recorded"],
    confirmation: str = "",
    check_mode: bool = False,
) -> tuple[dict[str, str] | None, Outcome | None]:
    """What was pinned before, and what recording did; Failure when the pins differ and the change is not confirmed."""
    pinned = check(cluster, namespace, domains, confirmation)
    if state == "checked":
        return pinned, None
    return pinned, apply_one(cluster, manifest(namespace, domains), check_mode=check_mode)
