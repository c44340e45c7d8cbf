# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the connection to a database of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._database import database_connection

DOCUMENTATION = r"""
name: database_connection
short_description: The connection to a database of your own
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Completes what is said of a database outside the collection to the fact C(database_connection).
options:
  _input:
    description: The value of C(database_external), see the role C(database).
    type: dict
    required: true
  name:
    description: The database's name.
    type: str
    required: true
  user:
    description: The database's owner, who the application connects as.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Connect to a database of your own
  ansible.builtin.set_fact:
    database_connection: "{{ {'host': 'pg.example.org', 'password_secret': {'name': 'pg', 'key': 'password'}}
      | fediverse.mastodon.database_connection('mastodon', 'mastodon') }}"
"""

RETURN = r"""
_value:
  description: The fact C(database_connection).
  type: dict
"""


class FilterModule:
    """The connection to a given database as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"database_connection": database_connection}
