#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cnpg_wait_ready
short_description: Wait until a CloudNativePG cluster serves what its spec asks for, or tell what it is instead
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Waits until the Cluster is healthy with all its instances, its primary is where it should be, its image and
    certificate are those of the spec, and its WAL is archived if the spec asks for that. Then its Poolers and their
    Deployments too.
  - The phase and the Ready condition of a Cluster are not enough. Both stay as they are when the cluster is
    hibernated, and neither tells which spec it is about; a Cluster changed within the last O(settle) seconds must
    stay healthy for that long.
  - Fails at once, with the cure, if the cluster is hibernated or fenced, if the operator is told not to work on it,
    or if it is in a phase that the operator does not leave by itself.
  - While it waits, one line is printed for each change of state, if the connection is local.
  - Changes nothing. In check mode it looks once and returns what it sees, also if there is no cluster yet.
options:
  name:
    description: Name of the Cluster.
    type: str
    required: true
  namespace:
    description: Namespace of the Cluster and its Poolers.
    type: str
    required: true
  poolers:
    description: Names of the Poolers to wait for as well.
    type: list
    elements: str
    default: []
  timeout:
    description: How many seconds to wait at most.
    type: int
    default: 600
  settle:
    description: How many seconds a Cluster must look ready after its last change.
    type: int
    default: 5
  progress_file:
    description:
      - File that a line is appended to for each change of state. Set by the action plugin of this module, which
        prints the lines; not to be set by hand.
    type: path
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
seealso:
  - module: fediverse.mastodon.wait_ready
"""

EXAMPLES = r"""
- name: Wait until the database takes connections
  fediverse.mastodon.cnpg_wait_ready:
    name: mastodon-database
    namespace: mastodon
    poolers:
      - mastodon-database-pooler
"""

RETURN = r"""
state:
  description:
    - V(ready), V(progressing), V(absent), V(hibernated), V(fenced) or V(failed). Outside check mode only V(ready) is
      a success.
  returned: always
  type: str
  sample: ready
phase:
  description: The phase as the operator words it; null if there is none yet.
  returned: always
  type: str
  sample: Cluster in healthy state
primary:
  description: Name of the primary instance; null if there is none.
  returned: always
  type: str
  sample: mastodon-database-1
instances:
  description: How many instances exist.
  returned: always
  type: int
  sample: 1
ready_instances:
  description: How many instances are ready.
  returned: always
  type: int
  sample: 1
timeline:
  description: The PostgreSQL timeline; it rises with each failover, switchover and restore. Null if it is not known
    yet.
  returned: always
  type: int
  sample: 1
reason:
  description: Why the Cluster is not ready, if it is not.
  returned: always
  type: str
  sample: ""
objects:
  description: The Cluster, its Poolers and their Deployments, each with C(state) and C(reason).
  returned: always
  type: list
  elements: dict
msg:
  description: How many objects are ready, or the explanation of why some are not.
  returned: always
  type: str
  sample: 3 objects are ready
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._cnpg import wait_for_postgresql


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "required": True},
            "poolers": {"type": "list", "elements": "str", "default": []},
            "timeout": {"type": "int", "default": 600},
            "settle": {"type": "int", "default": 5},
            "progress_file": {"type": "path"},
        },
        supports_check_mode=True,
    )
    params = module.params
    run(
        module,
        lambda: wait_for_postgresql(
            connect(params),
            name=params["name"],
            namespace=params["namespace"],
            poolers=params["poolers"],
            timeout=params["timeout"],
            settle=params["settle"],
            progress=Progress(params["progress_file"]),
            check_mode=module.check_mode,
        ),
    )


if __name__ == "__main__":
    main()
