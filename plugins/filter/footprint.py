# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what an instance asks the cluster for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._footprint import footprint as found

DOCUMENTATION = r"""
name: footprint
short_description: What an instance asks the cluster for
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Adds up the requests of all pods of the application, at rest, when all is scaled up, and during a rollout then.
positional: growing, metrics
options:
  _input:
    description: Sizes, as P(fediverse.mastodon.sizes#filter) returns them.
    type: dict
    required: true
  growing:
    description: The workloads that may have up to their C(max_replicas), as P(fediverse.mastodon.growing#filter) tells.
    type: list
    elements: str
    default: []
  metrics:
    description: Whether web's pods have the container that serves metrics.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show what the small profile asks for
  ansible.builtin.debug:
    msg: "{{ ('small' | fediverse.mastodon.sizes | fediverse.mastodon.footprint).message }}"
"""

RETURN = r"""
_value:
  description:
    - C(pods), C(millicores) and C(mebibytes) at rest, the same in C(scaled_up) and C(rollout), C(components) with a
      line for each part, and C(message), the sums in one line.
  type: dict
"""


def footprint(sizes: Mapping[str, Any], growing: Collection[str] = (), metrics: bool = False) -> dict[str, Any]:
    """The sums of the application."""
    return found(sizes, growing, metrics)


class FilterModule:
    """The footprint as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"footprint": footprint}
