#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_domains
short_description: Pin the domains an instance is known by
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Other servers store LOCAL_DOMAIN and WEB_DOMAIN for ever. This module records both in the ConfigMap
    C(mastodon-domains) after the first success, and stops later runs that would change one by accident.
  - An instance without a record is free to choose.
options:
  state:
    description:
      - V(checked) compares the domains with the record and fails when one differs, changing nothing.
      - V(recorded) writes the record if there is none. It fails like V(checked) when a domain differs,
        and replaces the record when that change is confirmed.
    type: str
    choices: [checked, recorded]
    default: checked
  namespace:
    description: Namespace of the instance. It need not exist for O(state=checked).
    type: str
    required: true
  local_domain:
    description: The domain in people's handles, such as V(example.org).
    type: str
    required: true
  web_domain:
    description:
      - The domain the instance is served on, such as V(social.example.org).
      - Equal to O(local_domain) when not set.
    type: str
  confirm_change:
    description:
      - Accepts the change of a recorded domain. Repeat its old and its new name as V(old.example -> new.example);
        separate several with commas.
    type: str
    default: ""
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - fediverse.mastodon.attributes
attributes:
  action_group:
    support: full
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Compare the domains with the ones this instance is known by
  fediverse.mastodon.mastodon_domains:
    state: checked
    namespace: mastodon
    local_domain: example.org
    web_domain: social.example.org

- name: Remember them once the instance federates
  fediverse.mastodon.mastodon_domains:
    state: recorded
    namespace: mastodon
    local_domain: example.org
    web_domain: social.example.org
"""

RETURN = r"""
pinned:
  description: The domains that were on record when the module began, or V(none).
  returned: success
  type: dict
  sample:
    local_domain: example.org
    web_domain: social.example.org
objects:
  description: The ConfigMap and what became of it; empty for O(state=checked).
  returned: success
  type: list
  elements: dict
  sample:
    - kind: ConfigMap
      namespace: mastodon
      name: mastodon-domains
      action: created
msg:
  description: How many objects were created, changed or left.
  returned: success
  type: str
  sample: 1 unchanged.
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._report import result
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_pin import Domains
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_record import keep
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run


def pin(params: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    domains = Domains(params["local_domain"], params["web_domain"] or params["local_domain"])
    pinned, outcome = keep(
        connect(params),
        params["namespace"],
        domains,
        state=params["state"],
        confirmation=params["confirm_change"],
        check_mode=check_mode,
    )
    return {"pinned": pinned, **result([] if outcome is None else [outcome])}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            "state": {"type": "str", "choices": ["checked", "recorded"], "default": "checked"},
            "namespace": {"type": "str", "required": True},
            "local_domain": {"type": "str", "required": True},
            "web_domain": {"type": "str"},
            "confirm_change": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    run(module, lambda: pin(module.params, module.check_mode))


if __name__ == "__main__":
    main()
