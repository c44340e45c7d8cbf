# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the options of one subject, typed and complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._catalog import SUBJECTS
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._settings import group_settings
from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain

DOCUMENTATION = r"""
name: options
short_description: The options of one subject, typed and complete
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - One of the dictionaries of options of the role P(fediverse.mastodon.app#role), with types and defaults settled.
    Options that are not set are V(null).
options:
  _input:
    description: The role's variables, by name.
    type: dict
    required: true
  subject:
    description: The variable, such as V(app_metrics).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the port of metrics
  ansible.builtin.debug:
    msg: "{{ (app_variables | fediverse.mastodon.options('app_metrics')).port }}"
"""

RETURN = r"""
_value:
  description: The options.
  type: dict
"""


def options(variables: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """The typed options of one subject."""
    group = next((group for group in SUBJECTS if group.variable == subject), None)
    if group is None:
        raise ValueError(f"there is no {subject}; the subjects are {', '.join(group.variable for group in SUBJECTS)}")
    return group_settings(group, plain(variables))


class FilterModule:
    """The options of one subject as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"options": options}
