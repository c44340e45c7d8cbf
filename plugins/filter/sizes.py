# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the sizes of one instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._sizes import sizes as found

DOCUMENTATION = r"""
name: sizes
short_description: The sizes of one instance
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The replicas, threads, Sidekiq groups, requests and limits of a profile, with other values merged over them
    level by level.
  - A Sidekiq group that is V(null) is left out.
positional: overrides
options:
  _input:
    description: The profile, V(single_user), V(small) or V(community).
    type: str
    required: true
  overrides:
    description: What is to differ from the profile, in the same shape.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Show the small profile with a third web pod
  ansible.builtin.debug:
    msg: "{{ 'small' | fediverse.mastodon.sizes({'web': {'replicas': 3}}) }}"
"""

RETURN = r"""
_value:
  description:
    - C(web) with C(replicas), C(processes) and C(threads), C(streaming) with C(replicas) and C(database_pool),
      C(sidekiq) with groups of C(queues), C(concurrency) and C(replicas), and C(job) with C(database_pool).
    - Each has C(requests) and C(limits) of its container.
  type: dict
"""


def sizes(profile: str, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The profile with the overrides merged in."""
    return found(profile, plain(overrides or {}))


class FilterModule:
    """The sizes as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"sizes": sizes}
