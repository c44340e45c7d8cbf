# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: the host that media are read from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._settings import media_host

DOCUMENTATION = r"""
name: media_host
short_description: The host that media are read from
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The host of the address from P(fediverse.mastodon.media_url#filter), as the content security policy must name it.
options:
  _input:
    description: The C(s3) part of the fact C(storage_connection).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the host that media are read from
  ansible.builtin.debug:
    msg: "{{ storage_connection.s3 | fediverse.mastodon.media_host }}"
"""

RETURN = r"""
_value:
  description: The host, with its port if it has one.
  type: str
"""


class FilterModule:
    """The public host of media as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"media_host": media_host}
