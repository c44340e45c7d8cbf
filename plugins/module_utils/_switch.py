# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an option is on. -e name=false and inventories in INI give texts, and to Python "false" is true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean


def switched(values: Mapping[str, Any], name: str, default: bool = False) -> bool:
    """The option as Ansible reads it, or what it is when it is not set; what is no truth value is not on."""
    value = values.get(name)
    return default if value is None else bool(boolean(value, strict=False))
