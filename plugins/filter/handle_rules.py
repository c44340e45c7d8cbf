# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: the redirect of the handle domain in the words of web servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import handle_of
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._rules import rules

DOCUMENTATION = r"""
name: handle_rules
short_description: The redirect of the handle domain in the words of web servers
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Ready rules for a handle domain that is answered outside the cluster, as
    RV(fediverse.mastodon.webfinger_redirect#module:rules).
  - Nothing is asked and no cluster is needed.
options:
  _input:
    description:
      - The handle domain, as a dictionary. A key that is missing or unknown is an error that names it.
      - C(local_domain), the domain in people's handles, such as V(example.org). Required.
      - C(web_domain), the domain the instance is served on, such as V(social.example.org). Required.
        It is an error if both are the same, since there is nothing to redirect then.
      - C(status), the status of the redirect, V(301), V(302) or V(307). Unless set, it is V(301).
      - C(max_age), how long browsers and proxies may keep the redirect, in seconds. Unless set, it is V(3600).
      - C(entry_point), the name of Traefik's entry point on port 443. Unless set, it is V(websecure).
      - What else P(fediverse.mastodon.handle_redirect#filter) takes may be there, and changes no rule.
    type: dict
    required: true
seealso:
  - module: fediverse.mastodon.webfinger_redirect
"""

EXAMPLES = r"""
- name: Show the rule for nginx
  ansible.builtin.debug:
    msg: "{{ (handle | fediverse.mastodon.handle_rules).nginx }}"
  vars:
    handle:
      local_domain: example.org
      web_domain: social.example.org
      status: 302
"""

RETURN = r"""
_value:
  description:
    - The rule of each server as text to paste. There are V(nginx), V(caddy), V(apache), V(traefik), V(cloudflare),
      V(netlify) and V(s3).
    - It is a plain dictionary, so that of any other name Ansible says that there is no such attribute.
  type: dict
"""


def handle_rules(handle: Mapping[str, Any]) -> dict[str, str]:
    """The rules by server."""
    try:
        # No rule tells of a namespace, and Handle wants one.
        found = handle_of({"namespace": "mastodon", **handle})
        if not found.split:
            raise ValueError(
                f"local_domain and web_domain are both {found.web_domain}: the instance answers the lookups there"
                " itself, and a redirect would lead to itself for ever. There is no rule to write."
            )
        return rules(found)
    except ValueError as error:
        raise AnsibleFilterError(f"handle_rules: {error}") from error


class FilterModule:
    """The rules as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"handle_rules": handle_rules}
