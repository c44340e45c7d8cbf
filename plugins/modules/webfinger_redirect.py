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
    servers find accounts by asking the first. This module leads what they ask to the second, and nothing else.
  - It owns exactly the paths C(/.well-known/webfinger), C(/.well-known/host-meta) and C(/.well-known/nodeinfo) on
    O(local_domain), in objects whose names begin with C(mastodon-handle).
  - What it made earlier for another O(backend) goes on answering until all clauses hold with answers that come from
    elsewhere. Then it is removed; if it still answers, it stays with a warning, and the run does not fail. To tell them
    apart, every redirect that this module makes has the header C(X-Handle-Backend).
  - When both domains are the same there is nothing to redirect; then it only removes what it made earlier.
  - Objects that others made are never changed or removed, unless O(adopt) names them.
  - Then it proves by real requests what other servers rely on, clause by clause, and fails unless all hold. One proof
    sends at most 20 requests and is made at most twice; while the edge converges, two requests are repeated. Three more
    tell whether an earlier backend still answers.
  - In check mode the objects are tried out on the server, and the proof is made if none of them would change.
options:
  state:
    description:
      - V(present) makes and proves the redirect.
      - V(absent) removes what this module made, for any O(backend), and proves nothing. Other servers no longer find
        anybody by their handle then. It fails when it may not look at one of the kinds that it could have made and the
        cluster knows.
    type: str
    choices: [present, absent]
    default: present
  backend:
    description:
      - What answers for the handle domain.
      - V(gateway) is a Gateway of the Gateway API, and makes an HTTPRoute.
      - V(traefik) is Traefik with its own kinds, and makes an IngressRoute and two Middlewares. It answers HEAD with
        308 where GET gets 301, which servers follow alike; clause C10 is reported then and does not decide.
      - V(ingress) is any controller of Ingresses. An Ingress cannot redirect, so the lookups are passed on to the
        instance, which answers them for both domains (clause C13).
      - V(none) makes nothing, for a domain that is answered outside the cluster. RV(rules) has ready rules for its
        server, and everything is proven all the same, with any status that other servers follow.
    type: str
    choices: [gateway, traefik, ingress, none]
    default: gateway
  local_domain:
    description:
      - The domain in people's handles, such as V(example.org).
      - The name alone, as DNS has it, in small letters, without scheme, port or path; so is O(web_domain).
    type: str
    required: true
  web_domain:
    description: The domain the instance is served on, such as V(social.example.org).
    type: str
    required: true
  namespace:
    description: Namespace of the instance and of the objects.
    type: str
    required: true
  adopt:
    description:
      - Routes of others that are to be replaced, as a conflict names them, such as V(HTTPRoute site/webfinger).
      - Only a route that does nothing but lead the handle's paths is replaced; it is deleted once ours is there. From
        one with other duties the paths must be removed by hand.
      - An object that has the name of ours is taken over where it is.
    type: list
    elements: str
    default: []
  gateway_name:
    description: Name of the Gateway that answers for O(local_domain) on port 443, with O(backend=gateway).
    type: str
    default: mastodon
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
  entry_point:
    description: Name of Traefik's entry point on port 443, with O(backend=traefik).
    type: str
    default: websecure
  ingress_class:
    description: Class of the Ingress; the cluster's default class when not set, with O(backend=ingress).
    type: str
  certificate_secret:
    description:
      - A Secret of type kubernetes.io/tls in O(namespace) with the certificate of O(local_domain), with
        O(backend=traefik) and O(backend=ingress).
      - Without it the controller uses what it has for this name, such as the certificate of the site there.
      - ingress-nginx has one certificate for a name, that of the oldest Ingress that says anything of TLS for it. With
        O(backend=ingress) name a Secret only if there is no site on O(local_domain), or if its certificate covers that
        name, or the site may lose its own.
    type: str
  service_name:
    description: Name of the Service of the instance that answers lookups, with O(backend=ingress).
    type: str
    default: mastodon-web
  service_port:
    description: Its port.
    type: int
    default: 3000
  server:
    description:
      - The server outside the cluster whose rule a failure is to show, with O(backend=none).
      - V(recognized) tells it by the header C(Server) of its answers. V(s3) is a bucket behind CloudFront.
    type: str
    choices: [recognized, nginx, caddy, apache, traefik, cloudflare, netlify, s3]
    default: recognized
  status:
    description:
      - Status of the redirect. V(301) is what Mastodon documents; browsers keep it for O(max_age).
      - V(302) and V(307) are forgotten sooner, for a trial. Not every Gateway implementation knows V(307),
        and Traefik's own kinds do not.
    type: int
    choices: [301, 302, 307]
    default: 301
  max_age:
    description: How long browsers and proxies may keep the redirect, in seconds, from V(0) to a day, V(86400).
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
  confirm_change:
    description:
      - Accepts domains that differ from those on record in the ConfigMap C(mastodon-domains) of O(namespace); without
        it the module fails before it touches anything. An instance without a record is free to choose.
      - Repeat the old and the new name as V(old.example -> new.example); separate several with commas.
    type: str
    default: ""
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

- name: Replace a redirect that was made by hand, for a trial
  fediverse.mastodon.webfinger_redirect:
    local_domain: example.org
    web_domain: social.example.org
    namespace: mastodon
    backend: traefik
    status: 302
    adopt:
      - IngressRoute site/webfinger

- name: Prove the domain that a web server outside the cluster answers for, and show the rule it lacks
  fediverse.mastodon.webfinger_redirect:
    local_domain: example.org
    web_domain: social.example.org
    namespace: mastodon
    backend: none
    server: nginx

- name: Remove the redirect and nothing else
  fediverse.mastodon.webfinger_redirect:
    state: absent
    local_domain: example.org
    web_domain: social.example.org
    namespace: mastodon
"""

RETURN = r"""
verdict:
  description:
    - V(ok) when every clause holds, V(drift) when one does not, V(unreachable) when one could not be read,
      V(conflict) when another route owns a path, V(absent) with O(state=absent).
    - V(unproven) in check mode when an object would change, with O(backend=ingress) before the instance answers, and
      as long as what was made for an earlier O(backend) still answers. With O(state=absent) when it may not look at
      everything.
    - The module fails with V(drift), V(unreachable) and V(conflict), and with V(unproven) of O(state=absent).
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
  description: How far the first request that failed came, as in RV(verdicts[].reason), or V(none).
  returned: always
  type: str
verdicts:
  description: One verdict for each clause.
  returned: always
  type: list
  elements: dict
  contains:
    clause:
      description: The clause, C1 to C13, or C(nodeinfo) which only should hold.
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
      description:
        - For V(unreachable), one of V(dns), V(tcp), V(tls), V(timeout); V(route) when there is none from here,
          V(private) when only the instance names the host, which is at a private address, V(budget) when a limit of the
          check was reached before.
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
rules:
  description:
    - Ready rules for the servers that O(server) names, as text to paste, with O(backend=none) and different domains.
  returned: with O(state=present), unless there is a conflict
  type: dict
  sample:
    nginx: |
      location = /.well-known/webfinger {
          add_header Access-Control-Allow-Origin "*" always;
          return 301 https://social.example.org$request_uri;
      }
unseen:
  description:
    - What the module could have made for another backend and may not look at, for want of permission. Nothing is known
      of it.
  returned: always
  type: list
  elements: str
  sample: [Ingress mastodon/mastodon-handle]
objects:
  description: The objects and what became of each.
  returned: always
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

from dataclasses import fields
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import STATUSES, Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle_domain import Wish, converge, remove
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._arguments import REACH_ARGS, reach


def owned(params: dict[str, Any], *, check_mode: bool) -> dict[str, Any]:
    try:
        handle = Handle(**{field.name: params[field.name] for field in fields(Handle)})
    except ValueError as error:
        raise Failure(f"{error}.") from error
    if params["state"] == "absent":
        return remove(connect(params), handle, check_mode=check_mode)
    wish = Wish(
        handle,
        params["phase"] == "full",
        params["account"],
        reach(params),
        params["timeout"],
        tuple(params["adopt"]),
        None if params["server"] == "recognized" else params["server"],
        params["confirm_change"],
    )
    return converge(connect(params), wish, check_mode=check_mode, note=Progress(params["progress_file"]).line)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            **REACH_ARGS,
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "backend": {"type": "str", "choices": ["gateway", "traefik", "ingress", "none"], "default": "gateway"},
            "local_domain": {"type": "str", "required": True},
            "web_domain": {"type": "str", "required": True},
            "namespace": {"type": "str", "required": True},
            "adopt": {"type": "list", "elements": "str", "default": []},
            "gateway_name": {"type": "str", "default": "mastodon"},
            "gateway_namespace": {"type": "str"},
            "gateway_section": {"type": "str"},
            "entry_point": {"type": "str", "default": "websecure"},
            "ingress_class": {"type": "str"},
            "certificate_secret": {"type": "str", "no_log": False},
            "service_name": {"type": "str", "default": "mastodon-web"},
            "service_port": {"type": "int", "default": 3000},
            "server": {
                "type": "str",
                "choices": ["recognized", "nginx", "caddy", "apache", "traefik", "cloudflare", "netlify", "s3"],
                "default": "recognized",
            },
            "status": {"type": "int", "choices": list(STATUSES), "default": STATUSES[0]},
            "max_age": {"type": "int", "default": 3600},
            "annotations": {"type": "dict", "default": {}},
            "phase": {"type": "str", "choices": ["redirect", "full"], "default": "full"},
            "account": {"type": "str"},
            "confirm_change": {"type": "str", "default": ""},
            "timeout": {"type": "int", "default": 60},
            "progress_file": {"type": "path"},
        },
        supports_check_mode=True,
    )
    run(module, lambda: owned(module.params, check_mode=module.check_mode))


if __name__ == "__main__":
    main()
