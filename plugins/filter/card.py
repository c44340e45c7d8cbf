# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the card at the end of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._card import card

DOCUMENTATION = r"""
name: card
short_description: The card at the end of a run
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description: What an instance is, what a run did to it, whether it federates, and what to do next, as lines of text.
positional: results, verdicts
options:
  _input:
    description:
      - The instance, as C(local_domain), C(web_domain), C(namespace), C(version), C(profile) and C(owner_username).
    type: dict
    required: true
  results:
    description: Results of modules that keep objects true, such as M(fediverse.mastodon.apply_set).
    type: list
    elements: dict
    required: true
  verdicts:
    description: The verdicts of M(fediverse.mastodon.federation_check).
    type: list
    elements: dict
    required: true
  check_mode:
    description: Whether nothing was done, so that the card tells what would be.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show the card
  ansible.builtin.debug:
    msg: "{{ instance | fediverse.mastodon.card([app_applied], checked.verdicts) }}"
"""

RETURN = r"""
_value:
  description: The lines of the card.
  type: list
  elements: str
"""


class FilterModule:
    """The card as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"card": card}
