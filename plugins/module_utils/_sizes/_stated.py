# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each profile promises to need at most, metrics and all backing services included, as docs/sizes.md tells people.

A test adds up what the roles render and holds it against these numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """Requests of all pods, and connections that the application opens to the pooler."""

    millicores: int
    mebibytes: int
    connections: int


@dataclass(frozen=True)
class Stated:
    """At rest; during a rollout; and during a rollout when every autoscaler is switched on and at its end."""

    steady: Budget
    rollout: Budget
    scaled_up: Budget


STATED: Mapping[str, Stated] = {
    "single_user": Stated(Budget(500, 2560, 20), Budget(750, 4096, 30), Budget(1000, 5120, 40)),
    "small": Stated(Budget(2500, 9216, 70), Budget(3000, 11264, 100), Budget(4250, 14336, 160)),
    "community": Stated(Budget(8000, 38912, 160), Budget(10000, 43008, 230), Budget(18000, 58368, 500)),
}
