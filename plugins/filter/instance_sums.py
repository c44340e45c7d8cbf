# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what a whole instance asks for, before anything is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._instance import instance_sums as sums
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._arguments import with_defaults

DOCUMENTATION = r"""
name: instance_sums
short_description: What a whole instance asks for, before anything is applied
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Adds up the requests of all pods of an instance, its database, poolers and cache included, and counts its database
    connections against the limits.
positional: specifications
options:
  _input:
    description: The variables that the user set, by name.
    type: dict
    required: true
  specifications:
    description: The contents of the roles' C(meta/argument_specs.yml), for the defaults of what is not set.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what the instance asks for
  ansible.builtin.debug:
    msg: "{{ variables | fediverse.mastodon.instance_sums(specifications) }}"
"""

RETURN = r"""
_value:
  description: Three lines, of the parts, of the sums, and of the connections.
  type: list
  elements: str
"""


def instance_sums(variables: Mapping[str, Any], specifications: list[Mapping[str, Any]]) -> list[str]:
    """The lines for one instance."""
    options: dict[str, Any] = {}
    for spec in plain(specifications):
        options.update(spec["argument_specs"]["main"].get("options", {}))
    return sums(with_defaults(options, plain(variables)))


class FilterModule:
    """The sums of an instance as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"instance_sums": instance_sums}
