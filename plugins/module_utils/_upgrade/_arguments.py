# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that modules share about upgrades; documented in the fragment ``upgrade``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._guards import STOP_FIRST, ZERO_DOWNTIME, Consent

CONSENT_ARGS: dict[str, dict[str, Any]] = {
    "strategy": {"type": "str", "choices": [ZERO_DOWNTIME, STOP_FIRST], "default": ZERO_DOWNTIME},
    "allow_downgrade": {"type": "str", "default": ""},
    "allow_skipped_minor": {"type": "str", "default": ""},
    "allow_without_backup": {"type": "str", "default": ""},
    "backup_max_age": {"type": "int", "default": 86400},
}


def consent(params: Mapping[str, Any]) -> Consent:
    return Consent(
        strategy=params["strategy"],
        downgrade=params["allow_downgrade"],
        skipped_minor=params["allow_skipped_minor"],
        without_backup=params["allow_without_backup"],
        backup_max_age=params["backup_max_age"],
    )
