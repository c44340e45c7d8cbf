#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_check
short_description: Check that a cluster can hold an instance
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Fails unless the cluster answers, is new enough and serves every kind of object that the chosen backends need.
  - Everything that is missing is reported in one message, each with its cure. Changes nothing.
  - With O(domains) it fails as well if the instance that is there is known by other domains.
options:
  minimum_version:
    description: The oldest acceptable version of Kubernetes, such as V(1.33).
    type: str
    required: true
  kinds:
    description: The kinds that the cluster must serve, as P(fediverse.mastodon.needed_kinds#filter) tells.
    type: list
    elements: dict
    default: []
    suboptions:
      api_version:
        description: Group and version, such as V(postgresql.cnpg.io/v1).
        type: str
        required: true
      kind:
        description: The kind, such as V(Cluster).
        type: str
        required: true
      needed_by:
        description: The variable and value that need it, for the message.
        type: str
        required: true
      cure:
        description: What to install, or what to set to do without, for the message.
        type: str
        required: true
      optional:
        description: Whether the instance can do without it; it is then told in RV(absent) and no failure.
        type: bool
        default: false
  domains:
    description:
      - The domains that the instance is to have, which are compared with the ones it is known by, as
        O(fediverse.mastodon.mastodon_domains#module:state=checked) does.
    type: dict
    suboptions:
      namespace:
        description: Namespace of the instance. It need not exist.
        type: str
        required: true
      local_domain:
        description: The domain in people's handles, such as V(example.org).
        type: str
        required: true
      web_domain:
        description: The domain the instance is served on.
        type: str
        required: true
      confirm_change:
        description: Accepts the change of a recorded domain; repeat both names as V(old.example -> new.example).
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
    support: none
    details: Nothing is ever changed.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Check what the cluster can do
  fediverse.mastodon.cluster_check:
    minimum_version: "1.33"
    kinds:
      - api_version: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        needed_by: "edge_backend: gateway"
        cure: install the Gateway API
"""

RETURN = r"""
version:
  description: The server's version.
  returned: success
  type: str
  sample: v1.33.2
absent:
  description: The optional kinds that the cluster does not serve.
  returned: success
  type: list
  elements: str
  sample: [PodMonitor]
notices:
  description: A line about each of them, with its cure.
  returned: success
  type: list
  elements: str
pinned:
  description: The domains that are on record; null if there are none, and without O(domains).
  returned: success
  type: dict
  sample: {"local_domain": "example.org", "web_domain": "social.example.org"}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._cluster_check import check_cluster
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_pin import Domains, check
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run

KIND = {
    **{name: {"type": "str", "required": True} for name in ("api_version", "kind", "needed_by", "cure")},
    "optional": {"type": "bool", "default": False},
}


DOMAINS = {
    **{name: {"type": "str", "required": True} for name in ("namespace", "local_domain", "web_domain")},
    "confirm_change": {"type": "str", "default": ""},
}


def look(params: dict[str, Any]) -> dict[str, Any]:
    cluster, pinned = connect(params), None
    found = check_cluster(cluster, params["minimum_version"], params["kinds"])
    if given := params["domains"]:
        wanted = Domains(given["local_domain"], given["web_domain"])
        pinned = check(cluster, given["namespace"], wanted, given["confirm_change"])
    return {"changed": False, **found, "pinned": pinned}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            "minimum_version": {"type": "str", "required": True},
            "kinds": {"type": "list", "elements": "dict", "default": [], "options": KIND},
            "domains": {"type": "dict", "options": DOMAINS},
        },
        supports_check_mode=True,
    )
    run(module, lambda: look(module.params))


if __name__ == "__main__":
    main()
