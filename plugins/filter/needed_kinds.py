# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the kinds of object that the chosen backends need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._needs import needed_kinds

DOCUMENTATION = r"""
name: needed_kinds
short_description: The kinds of object that an instance needs the cluster to serve
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - From the variables of one instance, the kinds that its backends need, for M(fediverse.mastodon.cluster_check).
options:
  _input:
    description: The variables that the user set, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: See what an instance with an external database needs
  ansible.builtin.debug:
    msg: "{{ {'database_backend': 'external'} | fediverse.mastodon.needed_kinds }}"
"""

RETURN = r"""
_value:
  description: A list of C(api_version), C(kind), C(needed_by), C(cure) and C(optional).
  type: list
  elements: dict
"""


class FilterModule:
    """The needs of an instance as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"needed_kinds": needed_kinds}
