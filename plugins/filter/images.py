# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: references to the two images of one version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._image import images

DOCUMENTATION = r"""
name: images
short_description: References to the two images of one version
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The image of web, Sidekiq and jobs, and that of streaming. Both always have the same tag.
positional: streaming, version
options:
  _input:
    description: C(repository), C(tag) and C(digest) of the image of web, Sidekiq and jobs, each optional.
    type: dict
    required: true
  streaming:
    description: C(repository) and C(digest) of the image of streaming, each optional.
    type: dict
    required: true
  version:
    description: Mastodon's version, which the tag follows from.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the official images
  ansible.builtin.debug:
    msg: "{{ {} | fediverse.mastodon.images({}, '4.6.5') }}"
"""

RETURN = r"""
_value:
  description: The references C(rails) and C(streaming).
  type: dict
"""


class FilterModule:
    """Image references as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"images": images}
