#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: wait_ready
short_description: Wait until Kubernetes objects do what their specs ask for, or explain why they do not
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Waits for all given objects together. An object is ready when its controller has acted on the spec that is in the
    cluster now, not when some condition is true; what that means is known for each kind.
  - "These kinds are waited for: Deployment, StatefulSet, DaemonSet, Job, Pod, PersistentVolumeClaim (unless its
    volume is only made for its first pod), Service of type LoadBalancer, Gateway, HTTPRoute; Cluster, Pooler,
    Database and Backup of CloudNativePG; Certificate, Issuer and ClusterIssuer of cert-manager; ExternalSecret,
    SecretStore and ClusterSecretStore of External Secrets; Dragonfly, ObjectBucketClaim, Elasticsearch."
  - With a Pooler its Deployment, with a Dragonfly its StatefulSet, and with an HTTPRoute the Gateways of its
    namespace are waited for as well.
  - Fails before O(timeout) if waiting is of no use, such as for a crash loop with three restarts, an image that
    cannot be pulled for a minute, pods that a policy refuses, a failed Job or a hibernated database.
  - A failure is explained from the object down to the last lines its containers wrote and the warnings about them.
    What looks like a credential in them is hidden.
  - While it waits, one line is printed for each change of an object's state, if the connection is local.
  - Changes nothing. In check mode it looks once, returns at once, and takes absent objects for objects yet to be
    made.
options:
  manifests:
    description:
      - The manifests that were applied, each with C(apiVersion), C(kind) and C(metadata.name). Kinds that need no
        waiting are passed over.
      - Exactly one of O(manifests) and O(objects) is required.
    type: list
    elements: dict
  objects:
    description: The objects to wait for.
    type: list
    elements: dict
    suboptions:
      api_version:
        description: Group and version, such as V(apps/v1).
        type: str
        required: true
      kind:
        description: The kind, such as V(Deployment).
        type: str
        required: true
      name:
        description: Name of the object.
        type: str
        required: true
      namespace:
        description: Namespace of the object, if it is not O(namespace).
        type: str
  namespace:
    description: Namespace of objects that name none themselves.
    type: str
  timeout:
    description: How many seconds to wait at most.
    type: int
    default: 600
  settle:
    description:
      - How many seconds a workload must stay ready after its status moved, since without probes it is ready for a
        moment before each crash; and an object of a kind that does not record which change its status is about, after
        its last change.
      - Objects that were left alone for that long before are not waited for.
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
  - module: fediverse.mastodon.apply_set
  - module: fediverse.mastodon.cnpg_wait_ready
"""

EXAMPLES = r"""
- name: Wait until the cache works
  fediverse.mastodon.wait_ready:
    namespace: mastodon
    manifests: "{{ my_manifests }}"

- name: Wait for one Deployment
  fediverse.mastodon.wait_ready:
    timeout: 120
    objects:
      - api_version: apps/v1
        kind: Deployment
        name: mastodon-web
        namespace: mastodon
"""

RETURN = r"""
objects:
  description: What was waited for, and what was seen last; also when the module fails.
  returned: always
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
    state:
      description: V(ready), V(progressing), V(failed) or V(absent).
      type: str
    reason:
      description: Why it is not ready, if it is not.
      type: str
  sample: [{"kind": "Deployment", "namespace": "mastodon", "name": "mastodon-web", "state": "ready", "reason": ""}]
msg:
  description: How many objects are ready, or the explanation of why some are not.
  returned: always
  type: str
  sample: 3 objects are ready
"""

from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import (
    AUTH_ARGS,
    ManifestsModule,
    connect,
    run,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._targets import of_manifests, of_objects
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._watch import wait_ready


def main() -> None:
    reference = {
        "api_version": {"type": "str", "required": True},
        "kind": {"type": "str", "required": True},
        "name": {"type": "str", "required": True},
        "namespace": {"type": "str"},
    }
    module = ManifestsModule(
        argument_spec={
            **AUTH_ARGS,
            "manifests": {"type": "list", "elements": "dict"},
            "objects": {"type": "list", "elements": "dict", "options": reference},
            "namespace": {"type": "str"},
            "timeout": {"type": "int", "default": 600},
            "settle": {"type": "int", "default": 5},
            "progress_file": {"type": "path"},
        },
        required_one_of=[("manifests", "objects")],
        mutually_exclusive=[("manifests", "objects")],
        supports_check_mode=True,
    )
    params = module.params
    run(
        module,
        lambda: wait_ready(
            connect(params),
            of_manifests(params["manifests"] or (), params["namespace"])
            or of_objects(params["objects"] or (), params["namespace"]),
            timeout=params["timeout"],
            settle=params["settle"],
            progress=Progress(params["progress_file"]),
            check_mode=module.check_mode,
        ),
    )


if __name__ == "__main__":
    main()
