# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: leave the bootstrap section of a live database alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._database import keep_bootstrap

DOCUMENTATION = r"""
name: keep_bootstrap
short_description: Leave the bootstrap section of a live database alone
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Returns the manifests with the C(spec.bootstrap) of every CloudNativePG Cluster that exists already left as it is.
  - Fails when the existing database has another name or owner than the manifest asks for.
options:
  _input:
    description: The manifests.
    type: list
    elements: dict
    required: true
  existing:
    description: The Clusters that exist.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the manifests as they may be applied
  ansible.builtin.debug:
    msg: "{{ manifests | fediverse.mastodon.keep_bootstrap(live_clusters.resources) }}"
"""

RETURN = r"""
_value:
  description: The manifests to apply.
  type: list
  elements: dict
"""


class FilterModule:
    """The care for a live database's bootstrap section as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"keep_bootstrap": keep_bootstrap}
