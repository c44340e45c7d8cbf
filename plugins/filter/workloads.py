# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the Deployments of an instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._workloads import workloads as found

DOCUMENTATION = r"""
name: workloads
short_description: The Deployments of an instance
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - From the variables of the role P(fediverse.mastodon.app#role), what the Deployments of web, streaming and each group
    of Sidekiq workers differ in.
options:
  _input:
    description: The role's variables, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the Deployments
  ansible.builtin.debug:
    msg: "{{ app_variables | fediverse.mastodon.workloads | map(attribute='name') }}"
"""

RETURN = r"""
_value:
  description:
    - C(name), C(workload) and C(process), C(labels) and C(pod_labels), C(replicas), which is V(null) if something else
      decides them, C(strategy), C(resources), and C(arguments) for Sidekiq.
  type: list
  elements: dict
"""


def workloads(variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every Deployment."""
    return found(plain(variables))


class FilterModule:
    """The Deployments as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"workloads": workloads}
