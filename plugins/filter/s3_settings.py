# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what Mastodon must be told about an object store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._settings import s3_settings

DOCUMENTATION = r"""
name: s3_settings
short_description: What Mastodon must be told about an object store
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Completes the given settings from the habits of the provider; a setting that stays V(null) is to be left unset.
options:
  _input:
    description: The given settings, named as in C(storage_connection.s3); those V(null) follow from the provider.
    type: dict
    required: true
  provider:
    description: V(aws), V(rook), V(minio), V(gcs), V(r2), V(garage) or V(generic).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show everything Mastodon is told about a bucket at R2
  ansible.builtin.debug:
    msg: "{{ {'bucket': 'media', 'endpoint': 'https://0123.r2.cloudflarestorage.com', 'alias_host': 'files.example.org'}
      | fediverse.mastodon.s3_settings('r2') }}"
"""

RETURN = r"""
_value:
  description: The C(s3) part of the fact C(storage_connection).
  type: dict
"""


class FilterModule:
    """The settings of an object store as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"s3_settings": s3_settings}
