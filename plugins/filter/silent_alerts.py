# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: alerts that can never fire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._silent_alerts import (
    silent_alerts as found,
)

DOCUMENTATION = r"""
name: silent_alerts
short_description: Alerts that can never fire
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Names the alerts of a monitored instance that can never fire, because its variables leave out what tells of it.
options:
  _input:
    description: The variables that the user set, of all roles, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show which alerts nobody should rely on
  ansible.builtin.debug:
    msg: "{{ variables | fediverse.mastodon.silent_alerts }}"
"""

RETURN = r"""
_value:
  description: One sentence for each, beginning with the variable.
  type: list
  elements: str
"""


def silent_alerts(variables: Mapping[str, Any]) -> list[str]:
    """The sentences as a list."""
    return list(found(plain(variables)))


class FilterModule:
    """The silent alerts as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"silent_alerts": silent_alerts}
