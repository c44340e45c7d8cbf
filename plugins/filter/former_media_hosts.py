# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the hosts that media were read from before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._settings import former_media_hosts

DOCUMENTATION = r"""
name: former_media_hosts
short_description: The hosts that media were read from before
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - From the ConfigMap that keeps them, every host that media were ever read from but the present one.
  - Browsers and other servers go on reading from them, so the content security policy must name them for a while.
options:
  _input:
    description: The ConfigMaps found, one or none.
    type: list
    elements: dict
    required: true
  host:
    description: The present host; V(null) when media are served by the web domain itself.
    type: str
"""

EXAMPLES = r"""
- name: Show the hosts that media were read from before
  ansible.builtin.debug:
    msg: "{{ found.resources | fediverse.mastodon.former_media_hosts('files.example.org') }}"
"""

RETURN = r"""
_value:
  description: The hosts, oldest first.
  type: list
  elements: str
"""


class FilterModule:
    """The former hosts of media as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"former_media_hosts": former_media_hosts}
