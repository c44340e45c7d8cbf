# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what decides the replicas of an instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._autoscalers import autoscalers as found

DOCUMENTATION = r"""
name: autoscalers
short_description: What decides the replicas of an instance
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - From the variables of the role P(fediverse.mastodon.app#role), the HorizontalPodAutoscalers of web and streaming and
    the ScaledObjects of Sidekiq groups, as far as C(app_autoscaling) switches them on and C(max_replicas) gives them
    room.
options:
  _input:
    description: The role's variables, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show how far web may grow
  ansible.builtin.debug:
    msg: "{{ (app_variables | fediverse.mastodon.autoscalers).cpu | map(attribute='max') }}"
"""

RETURN = r"""
_value:
  description:
    - C(cpu) and C(queues), lists of autoscalers with C(workload), C(name), C(labels), C(min) and C(max). The former
      have C(container), C(cpu) and C(behavior), the latter C(triggers) of KEDA.
    - C(authentication), the keys of Secrets that KEDA reads to ask Redis.
  type: dict
"""


def autoscalers(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The autoscalers."""
    return found(plain(variables))


class FilterModule:
    """The autoscalers as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"autoscalers": autoscalers}
