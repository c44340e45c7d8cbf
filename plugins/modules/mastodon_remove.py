#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_remove
short_description: Take an instance out of the cluster
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Deletes what the roles of this collection made for one instance, in the order edge, application, storage, cache,
    database, and what modules made beside them.
  - Keeps what holds data, unless O(data) repeats the local domain. PersistentVolumeClaim, Secret, and the Cluster and
    Database of CloudNativePG hold data. With them stay the records of the domains and of what is migrated.
  - Running the roles again continues with the data that were kept.
  - The namespace, objects that others made in it, buckets and the backups in them are never deleted, and so no
    ObjectBucketClaim is. Of extra manifests that the roles applied, those that hold data stay too.
options:
  namespace:
    description: Namespace of the instance.
    type: str
    required: true
  local_domain:
    description:
      - The instance's local domain.
      - If the namespace holds another instance, nothing is touched and the module fails. Which one it holds says
        ConfigMap C(mastodon-domains); until that is written, C(LOCAL_DOMAIN) in ConfigMap C(mastodon-web); and when
        that was taken away, ConfigMap C(mastodon-instance), which this module leaves then.
    type: str
    required: true
  data:
    description:
      - Repeat O(local_domain) to delete the instance's data for ever; any other text is refused.
      - Refused too if the namespace holds data and none of these ConfigMaps says whose they are.
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
seealso:
  - module: fediverse.mastodon.apply_set
"""

EXAMPLES = r"""
- name: Take the instance away and keep its data
  fediverse.mastodon.mastodon_remove:
    namespace: mastodon
    local_domain: example.org

- name: Delete its data for ever
  fediverse.mastodon.mastodon_remove:
    namespace: mastodon
    local_domain: example.org
    data: example.org
"""

RETURN = r"""
objects:
  description: What happened to each object, or would happen in check mode, in this order.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object.
      type: str
    namespace:
      description: Namespace of the object.
      type: str
    name:
      description: Name of the object.
      type: str
    action:
      description: V(pruned), V(kept), or V(created) for ConfigMap C(mastodon-instance).
      type: str
remains:
  description:
    - The objects of the instance that hold data and are still there, or would be, as V(Kind/name). With O(data) these
      are claims of buckets, and what extra manifests made.
    - Kinds that the user may not list, such as Secrets, are left out.
  returned: success
  type: list
  elements: str
  sample: [Cluster/mastodon-database, PersistentVolumeClaim/mastodon-queue, Secret/mastodon-secrets]
found:
  description:
    - Whether the namespace held anything of an instance. V(false) is no failure, since what should be gone is gone; but
      the namespace or the cluster may be the wrong one.
  returned: success
  type: bool
msg:
  description: How many objects were deleted, and which were kept; or that there was no instance.
  returned: success
  type: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._keep import called
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._report import result
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._remove._remove import nothing_there, remove


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            "namespace": {"type": "str", "required": True},
            "local_domain": {"type": "str", "required": True},
            "data": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    params = module.params

    def removed() -> dict[str, Any]:
        cluster, namespace = connect(params), params["namespace"]
        outcomes, remaining = remove(
            cluster, namespace, params["local_domain"], data=params["data"], check_mode=module.check_mode
        )
        done = {**result(outcomes, cluster.warnings), "remains": [called(one) for one in remaining], "found": True}
        if nothing_there(cluster, namespace, outcomes, remaining):
            told = f"no instance in namespace {namespace} of this cluster: nothing was there to remove"
            done |= {"found": False, "msg": told}
        return done

    run(module, removed)


if __name__ == "__main__":
    main()
