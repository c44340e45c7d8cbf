# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what keeps an instance from growing for ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._maintenance._maintenance import maintenance as found
from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain

DOCUMENTATION = r"""
name: maintenance
short_description: What keeps an instance from growing for ever
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The settings that Mastodon's own clean-up goes by, and the commands that run on a schedule, with defaults where
    nothing is said.
  - Each instance gets minutes and days of its own, which follow from its domain and are the same every time.
positional: settings, domain
options:
  _input:
    description: The variable C(app_maintenance) of the role P(fediverse.mastodon.app#role).
    type: dict
    required: true
  settings:
    description: Further settings of the server, C(app_settings).
    type: dict
    required: true
  domain:
    description: The instance's local domain.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show what runs on a schedule
  ansible.builtin.debug:
    msg: "{{ ({} | fediverse.mastodon.maintenance({}, 'example.org')).jobs }}"
"""

RETURN = r"""
_value:
  description:
    - C(settings) for the module M(fediverse.mastodon.mastodon_settings), and C(jobs), a list of C(name), C(command) as
      words, C(schedule) with its C(time_zone), and C(grace) and C(deadline) in seconds.
  type: dict
"""


def maintenance(given: Mapping[str, Any], settings: Mapping[str, Any], domain: str) -> dict[str, Any]:
    """The settings and the jobs."""
    return found(plain(given), plain(settings), domain)


class FilterModule:
    """The maintenance as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"maintenance": maintenance}
