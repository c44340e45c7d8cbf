# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: a part of an amount of memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._quantity import memory_share

DOCUMENTATION = r"""
name: memory_share
short_description: A part of an amount of memory
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Takes an amount as Kubernetes writes it and returns that many percent of it in whole mebibytes.
options:
  _input:
    description: The amount, such as V(512Mi) or V(2Gi).
    type: str
    required: true
  percent:
    description: How much of it.
    type: int
    required: true
"""

EXAMPLES = r"""
- name: Show three quarters of 512Mi, which is 384
  ansible.builtin.debug:
    msg: "{{ '512Mi' | fediverse.mastodon.memory_share(75) }}"
"""

RETURN = r"""
_value:
  description: Whole mebibytes.
  type: int
"""


class FilterModule:
    """Arithmetic with amounts of memory as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"memory_share": memory_share}
