# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: verdicts for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._card import verdict_lines

DOCUMENTATION = r"""
name: verdict_lines
short_description: Verdicts for people
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description: One line for each clause that must hold and does not, with its cure, or one line for all; then advice.
options:
  _input:
    description: The verdicts of M(fediverse.mastodon.federation_check).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what other servers would stumble over
  ansible.builtin.debug:
    msg: "{{ checked.verdicts | fediverse.mastodon.verdict_lines }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""


class FilterModule:
    """Verdicts for people as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"verdict_lines": verdict_lines}
