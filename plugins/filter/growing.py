# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the workloads whose replicas something else decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._sizes import sizes
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._autoscalers import growing as found

DOCUMENTATION = r"""
name: growing
short_description: The workloads whose replicas something else decides
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - From the variables of the role P(fediverse.mastodon.app#role), the workloads that C(app_autoscaling) switches on and
    those in C(app_autoscaled_workloads).
options:
  _input:
    description: The role's variables, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what is scaled
  ansible.builtin.debug:
    msg: "{{ app_variables | fediverse.mastodon.growing }}"
"""

RETURN = r"""
_value:
  description: Names such as V(web) and V(sidekiq-federation).
  type: list
  elements: str
"""


def growing(variables: Mapping[str, Any]) -> list[str]:
    """The names of the workloads."""
    values = plain(variables)
    return found(values, sizes(values["app_profile"], values.get("app_sizes")))


class FilterModule:
    """The workloads that grow as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"growing": growing}
