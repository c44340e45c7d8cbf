# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: every mistake in one instance's variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._all import find_mistakes
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._mistake import explain

DOCUMENTATION = r"""
name: mistakes
short_description: Every mistake in the variables of one instance
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Checks the variables of one instance against the argument specifications of all roles,
    and against the rules that types cannot say.
  - Returns one message that names each variable, what is wrong with its value, and the cure.
options:
  _input:
    description: The variables that the user set, by name.
    type: dict
    required: true
  specifications:
    description: The C(argument_specs) of every role taking part, as read from its C(meta/argument_specs.yml).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Stop when there is a mistake
  ansible.builtin.fail:
    msg: "{{ variables | fediverse.mastodon.mistakes(specifications) }}"
  when: variables | fediverse.mastodon.mistakes(specifications) | length > 0
"""

RETURN = r"""
_value:
  description: All mistakes in one message, or an empty string.
  type: str
"""


def mistakes(variables: Mapping[str, Any], specifications: list[Mapping[str, Any]]) -> str:
    """All mistakes in one message, or an empty string."""
    options = [spec["argument_specs"]["main"].get("options", {}) for spec in plain(specifications)]
    found = find_mistakes(options, plain(variables))
    return explain(found) if found else ""


class FilterModule:
    """The collection's validation as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"mistakes": mistakes}
