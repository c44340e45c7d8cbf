# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: where the public reads media from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._settings import media_url

DOCUMENTATION = r"""
name: media_url
short_description: Where the public reads media from
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The address that Mastodon puts before an object's key when it tells browsers and other servers where to read it.
options:
  _input:
    description: The C(s3) part of the fact C(storage_connection).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show where media are read from
  ansible.builtin.debug:
    msg: "{{ storage_connection.s3 | fediverse.mastodon.media_url }}"
"""

RETURN = r"""
_value:
  description: The address, without a slash at its end.
  type: str
"""


class FilterModule:
    """The public address of media as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"media_url": media_url}
