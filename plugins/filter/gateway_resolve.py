# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: where Gateways can be reached before DNS knows their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._addresses import gateway_resolve

DOCUMENTATION = r"""
name: gateway_resolve
short_description: Where Gateways can be reached before DNS knows their names
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Overrides of DNS as O(fediverse.mastodon.webfinger_redirect#module:resolve) takes them, one for each domain,
    port 443 and 80, and address in the status of a Gateway with a listener for it.
  - Empty as long as no Gateway has an address.
  - An address that is a host name, as load balancers of clouds have, is looked up.
options:
  _input:
    description: The Gateways as read from the cluster.
    type: list
    elements: dict
    required: true
  domains:
    description: The names to reach there.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show how to reach the instance before its names are published
  ansible.builtin.debug:
    msg: "{{ gateways.resources | fediverse.mastodon.gateway_resolve(['social.example.org', 'example.org']) }}"
"""

RETURN = r"""
_value:
  description: Lines as C(host:port:address), with the port to connect to at the end when it is another one.
  type: list
  elements: str
"""


class FilterModule:
    """The addresses of Gateways as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"gateway_resolve": gateway_resolve}
