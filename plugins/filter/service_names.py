# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: every name of a Service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._database import service_names

DOCUMENTATION = r"""
name: service_names
short_description: Every name of a Service
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The forms in which pods may call a Service, as a certificate has to list them.
options:
  _input:
    description: The Service's name.
    type: str
    required: true
  namespace:
    description: The Service's namespace.
    type: str
    required: true
  cluster_domain:
    description: The cluster's own DNS domain.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the four names of the pooler's Service
  ansible.builtin.debug:
    msg: "{{ 'mastodon-database-pooler' | fediverse.mastodon.service_names('mastodon', 'cluster.local') }}"
"""

RETURN = r"""
_value:
  description: The names, shortest first.
  type: list
  elements: str
"""


class FilterModule:
    """The names of a Service as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"service_names": service_names}
