# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

DOCUMENTATION = r"""
name: zygote
short_description: The same value, with all filters of the collection loaded
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Returns its input. It is there to be used where a play's C(hosts) are named, which Ansible evaluates before it forks
    a process for each task.
  - To find one filter of a collection, Ansible loads all that come before it in the alphabet, and compiles them anew in
    every process that has not inherited them. This one is the last.
options:
  _input:
    description: Anything.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Turn a Kubernetes cluster into a federating Mastodon instance
  hosts: "{{ 'mastodon' | fediverse.mastodon.zygote }}"
  roles:
    - fediverse.mastodon.database
"""

RETURN = r"""
_value:
  description: The input.
  type: raw
"""


def zygote(value: Any) -> Any:
    return value


class FilterModule:
    """What loads the other filters, as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"zygote": zygote}
