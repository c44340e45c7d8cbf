# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the mistakes in one role's variables that types cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._mistake import explain

DOCUMENTATION = r"""
name: role_mistakes
short_description: The mistakes in one role's variables that types cannot tell
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Checks the final values of one role's variables, defaults included, for a role that is used without C(preflight).
  - Returns one message that names each variable, what is wrong with it, and the cure; an empty string without any.
options:
  _input:
    description: The role's variables, by name.
    type: dict
    required: true
  role:
    description: The role's name, such as V(storage).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Stop when there is a mistake
  ansible.builtin.fail:
    msg: "{{ variables | fediverse.mastodon.role_mistakes('storage') }}"
  when: variables | fediverse.mastodon.role_mistakes('storage') | length > 0
"""

RETURN = r"""
_value:
  description: All mistakes in one message, or an empty string.
  type: str
"""

_VALIDATE = "ansible_collections.fediverse.mastodon.plugins.module_utils._validate"


def role_mistakes(variables: Mapping[str, Any], role: str) -> str:
    """All mistakes in one message, or an empty string."""
    found = list(import_module(f"{_VALIDATE}._{role}").mistakes(plain(variables)))
    return explain(found) if found else ""


class FilterModule:
    """One role's own validation as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"role_mistakes": role_mistakes}
