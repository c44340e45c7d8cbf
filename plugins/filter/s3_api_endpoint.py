# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: where the application's own requests to the store go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._settings import api_endpoint

DOCUMENTATION = r"""
name: s3_api_endpoint
short_description: Where the application's own requests to the store go
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The base address of the store's API; AWS has one for every region.
options:
  _input:
    description: The C(s3) part of the fact C(storage_connection).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show where the application's own requests go
  ansible.builtin.debug:
    msg: "{{ storage_connection.s3 | fediverse.mastodon.s3_api_endpoint }}"
"""

RETURN = r"""
_value:
  description: The base address, with its scheme.
  type: str
"""


class FilterModule:
    """The address of the store's API as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"s3_api_endpoint": api_endpoint}
