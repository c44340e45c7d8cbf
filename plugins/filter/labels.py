# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the labels of every object the collection makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._labels import labels

DOCUMENTATION = r"""
name: labels
short_description: The labels of every object the collection makes
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The recommended labels of Kubernetes for one component of an instance.
options:
  _input:
    description: The namespace of the instance, which it is known by.
    type: str
    required: true
  component:
    description: The component, such as V(database).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the labels of the database
  ansible.builtin.debug:
    msg: "{{ 'mastodon' | fediverse.mastodon.labels('database') }}"
"""

RETURN = r"""
_value:
  description: Five labels.
  type: dict
"""


class FilterModule:
    """The labels as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"labels": labels}
