# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what a profile gives the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._sizes import cache_size

DOCUMENTATION = r"""
name: cache_size
short_description: What a profile gives the cache
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The memory and storage that the role C(cache) starts from in a profile.
options:
  _input:
    description: The profile, V(single_user), V(small) or V(community).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show what a small instance starts with
  ansible.builtin.debug:
    msg: "{{ 'small' | fediverse.mastodon.cache_size }}"
"""

RETURN = r"""
_value:
  description: queue_memory, queue_storage_size and cache_memory.
  type: dict
"""


class FilterModule:
    """The cache's sizes as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"cache_size": cache_size}
