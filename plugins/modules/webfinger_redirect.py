#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: webfinger_redirect
short_description: Own the handle domain's redirect, and prove it
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - When handles are on one domain (C(@alice@example.org)) and the instance on another (C(social.example.org)), other
    servers find accounts by asking the first. This module redirects what they ask to the second, and nothing else.
  - It owns exactly the paths C(/.well-known/webfinger), C(/.well-known/host-meta) and C(/.well-known/nodeinfo) on
    O(local_domain), in the HTTPRoute C(mastodon-handle).
  - When both domains are the same there is nothing to redirect; then it only removes a route it made earlier.
  - Then it proves by real requests what other servers rely on, clause by clause, and fails unless all hold. One proof
    sends at most 20 requests and is made at most twice; while the edge converges, two requests are repeated.
  - In check mode the route is tried out on the server, and the proof is made if the route would not change.
options:
  backend:
    description: What answers for the domain. V(gateway) is a Gateway of the Gateway API.
    type: str
    choices: [gateway]
    default: gateway
  local_domain:
    description: The domain in people's handles, such as V(example.org).
    type: str
    required: true
  web_domain:
    description: The domain the instance is served on, such as V(social.example.org).
    type: str
    required: true
  namespace:
    description: Namespace of the instance and of the route.
    type: str
    required: true
  gateway_name:
    description: Name of the Gateway that answers for O(local_domain) on port 443.
    type: str
    required: true
  gateway_namespace:
    description:
      - Namespace of the Gateway; O(namespace) when not set.
      - In another namespace, its listener must admit routes from O(namespace).
    type: str
  gateway_section:
    description:
      - Name of the HTTPS listener. Without it the route is attached to every listener that admits it,
        and so also answers plain HTTP.
    type: str
  status:
    description:
      - Status of the redirect. V(301) is what Mastodon documents; browsers keep it for O(max_age).
      - V(302) and V(307) are forgotten sooner, for a trial. Not every Gateway implementation knows V(307).
    type: int
    choices: [301, 302, 307]
    default: 301
  max_age:
    description: How long browsers and proxies may keep the redirect, in seconds, at most a day.
    type: int
    default: 3600
  annotations:
    description: Annotations of the route, such as those of external-dns.
    type: dict
    default: {}
  phase:
    description:
      - V(redirect) proves the redirect alone, before the instance answers.
      - V(full) proves the instance's answers as well.
    type: str
    choices: [redirect, full]
    default: full
  account:
    description: Name of an account whose handle is proven too, without C(@) and domain.
    type: str
  timeout:
    description: How long to wait for the edge to converge, in seconds. V(0) proves once, at once.
    type: int
    default: 60
  progress_file:
    description: File to which a line is appended for every change of state while waiting. The action plugin sets it.
    type: path
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - fediverse.mastodon.attributes
  - fediverse.mastodon.reach
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
  - module: fediverse.mastodon.federation_check
"""

EXAMPLES = r"""
- name: Redirect the handles of example.org and prove it
  fediverse.mastodon.webfinger_redirect:
    local_domain: example.org
    web_domain: social.example.org
    namespace: mastodon
    gateway_name: public
    gateway_namespace: gateways
    gateway_section: https-example-org

- name: Before DNS knows the names, and with an authority of our own
  fediverse.mastodon.webfinger_redirect:
    local_domain: example.org
    web_domain: social.example.org
    namespace: mastodon
    gateway_name: mastodon
    gateway_section: https-handle
    phase: redirect
    resolve:
      - example.org:443:192.0.2.7
      - social.example.org:443:192.0.2.7
    ca_path: /etc/ssl/our-authority.pem
"""

RETURN = r"""
verdict:
  description:
    - V(ok) when every clause holds, V(drift) when one does not, V(unreachable) when one could not be read,
      V(conflict) when another route owns a path, V(unproven) in check mode when the route would change.
    - The module fails with V(drift), V(unreachable) and V(conflict).
  returned: always
  type: str
  sample: ok
drift:
  description: The clauses that do not hold.
  returned: always
  type: list
  elements: str
  sample: [C3]
unreachable:
  description: How far the first request that failed came, one of V(dns), V(tcp), V(tls), V(timeout), or V(none).
  returned: always
  type: str
verdicts:
  description: One verdict for each clause.
  returned: always
  type: list
  elements: dict
  contains:
    clause:
      description: The clause, C1 to C13.
      type: str
    title:
      description: What it is about.
      type: str
    duty:
      description: V(must), or V(should) for one that is reported and does not decide.
      type: str
    verdict:
      description: V(ok), V(drift), V(skipped) or V(unreachable).
      type: str
    reason:
      description: For V(unreachable), one of V(dns), V(tcp), V(tls), V(timeout), V(budget).
      type: str
    expected:
      description: What the clause demands.
      type: str
    got:
      description: What was found instead, or why the clause was skipped.
      type: str
    cure:
      description: What to do about it.
      type: str
requests:
  description: How many requests were sent to both domains.
  returned: always
  type: int
  sample: 20
objects:
  description: The route and what became of it.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: HTTPRoute
      namespace: mastodon
      name: mastodon-handle
      action: created
msg:
  description: One sentence, or everything that does not hold.
  returned: always
  type: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle_domain import Wish, converge
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._arguments import REACH_ARGS, reach


def wish(params: dict[str, Any]) -> Wish:
    handle = Handle(
        local_domain=params["local_domain"],
        web_domain=params["web_domain"],
        namespace=params["namespace"],
        gateway_name=params["gateway_name"],
        gateway_namespace=params["gateway_namespace"] or params["namespace"],
        gateway_section=params["gateway_section"],
        status=params["status"],
        max_age=params["max_age"],
        annotations=params["annotations"],
    )
    return Wish(handle, params["phase"] == "full", params["account"], reach(params), params["timeout"])


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            **REACH_ARGS,
            "backend": {"type": "str", "choices": ["gateway"], "default": "gateway"},
            "local_domain": {"type": "str", "required": True},
            "web_domain": {"type": "str", "required": True},
            "namespace": {"type": "str", "required": True},
            "gateway_name": {"type": "str", "required": True},
            "gateway_namespace": {"type": "str"},
            "gateway_section": {"type": "str"},
            "status": {"type": "int", "choices": [301, 302, 307], "default": 301},
            "max_age": {"type": "int", "default": 3600},
            "annotations": {"type": "dict", "default": {}},
            "phase": {"type": "str", "choices": ["redirect", "full"], "default": "full"},
            "account": {"type": "str"},
            "timeout": {"type": "int", "default": 60},
            "progress_file": {"type": "path"},
        },
        supports_check_mode=True,
    )
    params = module.params
    note = Progress(params["progress_file"]).line
    run(module, lambda: converge(connect(params), wish(params), check_mode=module.check_mode, note=note))


if __name__ == "__main__":
    main()
