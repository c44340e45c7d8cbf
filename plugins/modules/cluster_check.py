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
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._cluster_check import check_cluster
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run

KIND = {name: {"type": "str", "required": True} for name in ("api_version", "kind", "needed_by", "cure")}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            "minimum_version": {"type": "str", "required": True},
            "kinds": {"type": "list", "elements": "dict", "default": [], "options": KIND},
        },
        supports_check_mode=True,
    )
    params = module.params
    run(
        module,
        lambda: {
            "changed": False,
            "version": check_cluster(connect(params), params["minimum_version"], params["kinds"]),
        },
    )


if __name__ == "__main__":
    main()
