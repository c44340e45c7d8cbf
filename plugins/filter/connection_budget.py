# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the database connections of an instance against what the database admits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._budget import connection_budget

DOCUMENTATION = r"""
name: connection_budget
short_description: The database connections of an instance against what the database admits
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Counts the connections that all processes open, at rest and during a rollout, and those of commands, which go past
    the pooler, and holds them against the pooler's and the server's limits.
positional: database, growing, maintenance, domain
options:
  _input:
    description: Sizes, as P(fediverse.mastodon.sizes#filter) returns them.
    type: dict
    required: true
  database:
    description: The fact C(database_connection); of it C(pooling), C(pool) and C(max_connections) count.
    type: dict
    required: true
  growing:
    description: The workloads that may have up to their C(max_replicas), as P(fediverse.mastodon.growing#filter) tells.
    type: list
    elements: str
    default: []
  maintenance:
    description:
      - The variable C(app_maintenance) of the role P(fediverse.mastodon.app#role), which says what runs on a schedule.
    type: dict
    default: {}
  domain:
    description: The instance's local domain, which the days of what runs on a schedule follow from.
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: Show how many connections the small profile opens
  ansible.builtin.debug:
    msg: "{{ (my_sizes | fediverse.mastodon.connection_budget(database_connection)).message }}"
  vars:
    my_sizes: "{{ 'small' | fediverse.mastodon.sizes }}"
"""

RETURN = r"""
_value:
  description:
    - C(processes) with the connections of each Deployment, C(steady), C(rollout), C(scaled_up), C(commands) with those
      of one command and of what runs on a schedule beside it, the C(limits) with C(name), C(needed), C(admitted) and
      C(kept), C(kept) for all of them, and C(message), all of it in one line.
  type: dict
"""


class FilterModule:
    """The connection budget as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"connection_budget": connection_budget}
