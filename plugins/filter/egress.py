# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: whom the processes of an instance may connect to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._egress import egress as found
from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain

DOCUMENTATION = r"""
name: egress
short_description: Whom the processes of an instance may connect to
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - From the variables of the role P(fediverse.mastodon.app#role), the egress rules of NetworkPolicies for web,
    streaming, Sidekiq and jobs.
  - Each may look up names and connect to the servers it is configured to use. All but streaming may connect to the
    web's ports anywhere except where clouds hand out credentials.
options:
  _input:
    description: The role's variables, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show whom streaming may connect to
  ansible.builtin.debug:
    msg: "{{ (app_variables | fediverse.mastodon.egress).streaming }}"
"""

RETURN = r"""
_value:
  description: Egress rules by process, V(web), V(streaming), V(sidekiq) and V(job).
  type: dict
"""


def egress(variables: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The egress rules of each process."""
    return found(plain(variables))


class FilterModule:
    """The egress rules as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"egress": egress}
