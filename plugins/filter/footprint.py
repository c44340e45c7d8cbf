# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what an instance asks the cluster for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._footprint import footprint

DOCUMENTATION = r"""
name: footprint
short_description: What an instance asks the cluster for
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Adds up the requests of all pods of the application.
options:
  _input:
    description: Sizes, as P(fediverse.mastodon.sizes#filter) returns them.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what the small profile asks for
  ansible.builtin.debug:
    msg: "{{ ('small' | fediverse.mastodon.sizes | fediverse.mastodon.footprint).message }}"
"""

RETURN = r"""
_value:
  description: C(pods), C(millicores), C(mebibytes), and C(message), all of it in one line.
  type: dict
"""


class FilterModule:
    """The footprint as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"footprint": footprint}
