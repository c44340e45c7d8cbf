# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the connection to Redis-compatible servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._cache import cache_connection

DOCUMENTATION = r"""
name: cache_connection
short_description: The connection to Redis-compatible servers
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Completes what is said of servers to the fact C(cache_connection).
options:
  _input:
    description: The value of C(cache_external), see the role C(cache).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Connect to a server of your own
  ansible.builtin.set_fact:
    cache_connection: "{{ {'base': {'host': 'redis.example.org'}} | fediverse.mastodon.cache_connection }}"
"""

RETURN = r"""
_value:
  description: The fact C(cache_connection).
  type: dict
"""


class FilterModule:
    """The connection to given servers as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"cache_connection": cache_connection}
