#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apply_set
short_description: Make a set of Kubernetes objects what their manifests say
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Applies a list of manifests server-side with the field manager C(fediverse.mastodon), and deletes what the set
    held before and no longer holds.
  - A Job that failed is deleted and made anew, because applying it again would change nothing.
  - Everything is tried out by a dry run on the server first. If any object is refused, all refusals are reported
    at once and nothing is applied.
  - An object counts as changed if the dry run differs from the live object, status and bookkeeping aside. Defaults,
    webhooks and fields that other tools own, such as the replicas of an autoscaled Deployment, change nothing.
  - Check mode makes the same dry runs and reports the same. Objects in a namespace that does not exist yet are
    reported as created.
  - Diff mode shows only the paths that change. Of Secrets it shows which keys change, never their values.
  - The set is recorded as an ApplySet (KEP-3659) whose parent is the ConfigMap C(<name>-applyset), so that
    C(kubectl apply --prune --applyset=configmaps/<name>-applyset) can take it over.
options:
  name:
    description: Name of the set and part of its identity; under another name the objects belong to another set.
    type: str
    required: true
  namespace:
    description:
      - Namespace of the set's parent, and of every manifest that names none.
      - It must exist, or be among O(manifests).
    type: str
    required: true
  manifests:
    description:
      - All objects of the set, each with C(apiVersion), C(kind) and C(metadata.name).
      - They are applied in this order, except that kinds which others refer to, such as Namespace,
        CustomResourceDefinition, ServiceAccount, Secret and ConfigMap, come first.
      - C(stringData) of Secrets is sent as C(data), so that keys which leave it also leave the cluster.
      - Set only fields that this set is to own; leave out what an autoscaler, an operator or a person is to decide.
      - An empty list empties the set; of a set that never was nothing is made, not even its parent.
    type: list
    elements: dict
    required: true
  prune:
    description:
      - Whether to delete objects that an earlier run applied and O(manifests) no longer holds.
      - PersistentVolumeClaim, Secret, the Cluster and Database of CloudNativePG, and ObjectBucketClaim are never
        deleted but reported with the action V(kept).
      - An object whose annotation C(fediverse.mastodon/guards) names one of these, as V(Kind/name), is kept with it.
      - Namespace and CustomResourceDefinition do not become members and are never deleted either.
      - With V(false) such objects stay members, for a later run to delete them; RV(prunable) names them.
    type: bool
    default: true
  force_conflicts:
    description:
      - Objects, as V(Kind/name), whose fields are taken over from other field managers, and from another apply set.
      - Without it, a field that another manager owns with another value is an error that names the manager and field.
      - Edits by hand (C(kubectl edit), C(set), C(patch), C(scale)) are drift and need no force, they are put right.
    type: list
    elements: str
    default: []
  keep:
    description: Fields of O(manifests) that give way to what is in the cluster.
    type: list
    elements: dict
    default: []
    suboptions:
      object:
        description: The object, as V(Kind/name).
        type: str
        required: true
      field:
        description:
          - The path to the field, with dots between the names, such as V(spec.bootstrap).
          - The manifest's value is sent when the object is made; afterwards the field stays what it is.
        type: str
        required: true
      grow:
        description: Whether the field is a text of words, to which those in the manifest are added.
        type: bool
        default: false
  show:
    description: Objects of O(manifests), as V(Kind/name), to return in RV(shown). No Secrets.
    type: list
    elements: str
    default: []
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
  - module: fediverse.mastodon.wait_ready
"""

EXAMPLES = r"""
- name: Apply the cache
  fediverse.mastodon.apply_set:
    name: mastodon-cache
    namespace: mastodon
    manifests: "{{ lookup('ansible.builtin.template', 'cache.yaml.j2') | from_yaml_all | list }}"

- name: Take the Service over from an earlier installation by Helm
  fediverse.mastodon.apply_set:
    name: mastodon-app
    namespace: mastodon
    manifests: "{{ my_manifests }}"
    force_conflicts:
      - Service/mastodon-web
"""

RETURN = r"""
objects:
  description: What happened to each object, or would happen in check mode; the parent of the set comes first.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object.
      type: str
    namespace:
      description: Namespace of the object; null if it has none.
      type: str
    name:
      description: Name of the object.
      type: str
    action:
      description: V(created), V(changed), V(unchanged), V(pruned) or V(kept).
      type: str
  sample: [{"kind": "Service", "namespace": "mastodon", "name": "mastodon-web", "action": "unchanged"}]
ready:
  description:
    - Whether nothing was changed and every object is ready, as M(fediverse.mastodon.wait_ready) would find at its first
      look. Then there is nothing to wait for.
    - Always V(false) in check mode.
  returned: success
  type: bool
  sample: true
prunable:
  description: The objects, as V(Kind/name), that are kept only because O(prune) is off.
  returned: success
  type: list
  elements: str
  sample: []
shown:
  description: The objects that O(show) names, as they are now or, in check mode, as they would be.
  returned: success
  type: list
  elements: dict
  sample: []
msg:
  description: How many objects were created, changed, pruned and so on, and which were kept.
  returned: success
  type: str
  sample: 1 changed, 60 unchanged.
"""

from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._keep import Keep
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._report import prunable, result, shown, to_show
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._set import apply_set
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import (
    AUTH_ARGS,
    ManifestsModule,
    connect,
    run,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._glance import all_ready


def main() -> None:
    module = ManifestsModule(
        argument_spec={
            **AUTH_ARGS,
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "required": True},
            "manifests": {"type": "list", "elements": "dict", "required": True},
            "prune": {"type": "bool", "default": True},
            "force_conflicts": {"type": "list", "elements": "str", "default": []},
            "keep": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "object": {"type": "str", "required": True},
                    "field": {"type": "str", "required": True},
                    "grow": {"type": "bool", "default": False},
                },
            },
            "show": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    own = {name: module.params[name] for name in ("name", "namespace", "manifests", "prune", "force_conflicts")}
    keep = [Keep(**one) for one in module.params["keep"]]

    def apply() -> dict[str, Any]:
        cluster = connect(module.params)
        show = to_show(module.params["show"], module.params["manifests"])
        outcomes = apply_set(cluster, **own, keep=keep, check_mode=module.check_mode)
        made = result(outcomes, cluster.warnings)
        untouched = not made["changed"] and not module.check_mode
        return made | {
            "ready": untouched and all_ready(cluster, [one.object for one in outcomes if one.action == "unchanged"]),
            "prunable": prunable(outcomes),
            "shown": shown(outcomes, show),
        }

    run(module, apply)


if __name__ == "__main__":
    main()
