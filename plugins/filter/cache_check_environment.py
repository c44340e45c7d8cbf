# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what the check of the cache is told about a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._cache import check_environment

DOCUMENTATION = r"""
name: cache_check_environment
short_description: What the check of the cache is told about a server
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The environment of the Job that checks one server of the fact C(cache_connection), without any password.
options:
  _input:
    description: The server, as in C(cache_connection.base).
    type: dict
    required: true
  purpose:
    description: What the application uses it for, V(base), V(sidekiq) or V(cache).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show what the check is told
  ansible.builtin.debug:
    msg: "{{ cache_connection.base | fediverse.mastodon.cache_check_environment('base') }}"
"""

RETURN = r"""
_value:
  description: The environment, by name.
  type: dict
"""


class FilterModule:
    """The environment of the check as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"cache_check_environment": check_environment}
