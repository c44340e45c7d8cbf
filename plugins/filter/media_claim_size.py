# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the volume for media in a profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._sizes import media_claim_size

DOCUMENTATION = r"""
name: media_claim_size
short_description: The volume for media in a profile
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The size that the role C(storage) starts from in a profile.
options:
  _input:
    description: The profile, V(single_user), V(small) or V(community).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show what a small instance starts with
  ansible.builtin.debug:
    msg: "{{ 'small' | fediverse.mastodon.media_claim_size }}"
"""

RETURN = r"""
_value:
  description: The size, such as V(20Gi).
  type: str
"""


class FilterModule:
    """The size of the volume for media as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"media_claim_size": media_claim_size}
