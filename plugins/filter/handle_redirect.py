# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: the redirect of the handle domain as manifests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import handle_of
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import redirect_objects

DOCUMENTATION = r"""
name: handle_redirect
short_description: The redirect of the handle domain as manifests
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - The objects that M(fediverse.mastodon.webfinger_redirect) owns, for those who write manifests to files.
  - An empty list when both domains are the same, because then there is nothing to redirect, and with C(backend=none).
options:
  _input:
    description:
      - The handle domain, as C(local_domain), C(web_domain) and C(namespace), and optionally the module's options
        C(backend), C(gateway_name), C(gateway_namespace), C(gateway_section), C(entry_point), C(ingress_class),
        C(certificate_secret), C(service_name), C(service_port), C(status), C(max_age) and C(annotations).
      - They have the meaning and the defaults of the module's options.
    type: dict
    required: true
seealso:
  - module: fediverse.mastodon.webfinger_redirect
"""

EXAMPLES = r"""
- name: Show the redirect
  ansible.builtin.debug:
    msg: "{{ handle | fediverse.mastodon.handle_redirect }}"
  vars:
    handle:
      local_domain: example.org
      web_domain: social.example.org
      namespace: mastodon
      gateway_name: public
      gateway_namespace: gateways
      gateway_section: https-example-org
"""

RETURN = r"""
_value:
  description: The objects, in the order to apply them.
  type: list
  elements: dict
"""


def handle_redirect(handle: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects, in the order to apply them."""
    try:
        return redirect_objects(handle_of(handle))
    except ValueError as error:
        raise AnsibleFilterError(f"handle_redirect: {error}") from error


class FilterModule:
    """The redirect as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"handle_redirect": handle_redirect}
