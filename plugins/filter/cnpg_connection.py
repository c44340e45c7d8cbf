# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: leave the bootstrap section of a live database alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._database import cnpg_connection

DOCUMENTATION = r"""
name: cnpg_connection
short_description: The connection to a database of CloudNativePG
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Completes what is known of a connection before its Cluster exists by what only the Cluster tells. The identity ends
    with the Cluster's uid, so that one that was deleted and made again is another database.
  - Fails when the Cluster's database has another name or owner than the connection.
options:
  _input:
    description: The connection.
    type: dict
    required: true
  clusters:
    description: The Cluster as it is, or an empty list.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the connection
  ansible.builtin.debug:
    msg: "{{ connection | fediverse.mastodon.cnpg_connection(applied.shown) }}"
"""

RETURN = r"""
_value:
  description: The connection.
  type: dict
"""


class FilterModule:
    """The connection to a database of CloudNativePG as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"cnpg_connection": cnpg_connection}
