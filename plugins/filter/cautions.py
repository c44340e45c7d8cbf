# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what is allowed, but said aloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app_cautions import cautions as found

DOCUMENTATION = r"""
name: cautions
short_description: Choices that are allowed, but said aloud
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Names what the variables of the role P(fediverse.mastodon.app#role) allow that weakens the instance,
    such as certificates that are not verified.
options:
  _input:
    description: The role's variables, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what is allowed but unwise
  ansible.builtin.debug:
    msg: "{{ app_variables | fediverse.mastodon.cautions }}"
"""

RETURN = r"""
_value:
  description: One sentence for each, beginning with the variable.
  type: list
  elements: str
"""


def cautions(variables: Mapping[str, Any]) -> list[str]:
    """The cautions as a list."""
    return list(found(plain(variables)))


class FilterModule:
    """The cautions as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"cautions": cautions}
