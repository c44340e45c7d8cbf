# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: Jobs named by what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._job_names import named_by_content
from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain

DOCUMENTATION = r"""
name: named_by_content
short_description: Jobs named by what they do
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The name of each Job among the manifests gets a hash of its spec at the end.
  - The template of a Job cannot be changed, so that one that would do something else must be another Job.
options:
  _input:
    description: The manifests; those of other kinds stay as they are.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the names
  ansible.builtin.debug:
    msg: "{{ manifests | fediverse.mastodon.named_by_content | map(attribute='metadata.name') }}"
"""

RETURN = r"""
_value:
  description: The manifests.
  type: list
  elements: dict
"""


def from_variables(manifests: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return named_by_content(plain(manifests))


class FilterModule:
    """Names of Jobs as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"named_by_content": from_variables}
