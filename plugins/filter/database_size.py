# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what a profile gives the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._sizes import database_size

DOCUMENTATION = r"""
name: database_size
short_description: What a profile gives the database
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The number of instances, storage, memory and connections that the role C(database) starts from in a profile.
options:
  _input:
    description: The profile, V(single_user), V(small) or V(community).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show what a small instance starts with
  ansible.builtin.debug:
    msg: "{{ 'small' | fediverse.mastodon.database_size }}"
"""

RETURN = r"""
_value:
  description: instances, storage_size, cpu, memory, max_connections, pooler_instances, pool_size and max_clients.
  type: dict
"""


class FilterModule:
    """The database's sizes as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"database_size": database_size}
