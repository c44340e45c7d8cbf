# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: further fields for the database's Cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._database import overlay_cluster

DOCUMENTATION = r"""
name: overlay_cluster
short_description: Further fields for the database's Cluster
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Lays further fields over the spec of the CloudNativePG Cluster among the manifests.
  - Mappings are merged, everything else is replaced, and so is the whole C(bootstrap), which may hold one method only.
options:
  _input:
    description: The manifests.
    type: list
    elements: dict
    required: true
  spec:
    description: The further fields.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the manifests with a longer delay before a switchover
  ansible.builtin.debug:
    msg: "{{ manifests | fediverse.mastodon.overlay_cluster({'switchoverDelay': 600}) }}"
"""

RETURN = r"""
_value:
  description: The manifests with those fields.
  type: list
  elements: dict
"""


class FilterModule:
    """Further fields of a Cluster as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"overlay_cluster": overlay_cluster}
