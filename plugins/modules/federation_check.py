#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: federation_check
short_description: Check from outside whether an instance federates
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Asks an instance what other servers ask it, and gives one verdict for each clause of what they rely on.
    Works for any instance on the internet, also one that was not made with this collection.
  - C1 to C13 are the handle domain's contract, proven as M(fediverse.mastodon.webfinger_redirect) does. The others have
    names, such as C(actor), C(api), C(streaming), C(certificate), C(media).
  - Read-only, at most 40 requests, a few at a time, for 45 seconds at most. Nothing but C(GET) and C(HEAD), and one
    delivery without a signature, which every instance refuses. It never fails because of what it finds, see RV(ok).
  - It connects directly; proxies of the environment are not used. A host that only the instance names must not be at a
    private address, unless the instance is at one itself or O(resolve) says so.
  - The same code is a program for monitoring and runs in a CronJob, see
    U(https://github.com/fediverse-mastodon/fediverse.mastodon/blob/main/docs/doctor.md).
options:
  web_domain:
    description: The domain the instance is served on, such as V(social.example.org).
    type: str
    required: true
  local_domain:
    description:
      - The domain in people's handles, such as V(example.org). The instance is asked for it when not set.
      - When O(web_domain) leads lookups to another host, as a domain of handles does, the module fails and names that
        host, which is the one to check.
    type: str
  account:
    description: Name of an account whose handle is checked too, without C(@) and domain.
    type: str
  media_host:
    description:
      - The host that media is served from, such as V(files.example.org), which the content security policy must allow.
      - When not set, the addresses of the instance's own pictures tell it.
    type: str
  least_days:
    description: How many days certificates must still be valid.
    type: int
    default: 14
  namespace:
    description:
      - The namespace of the instance in a cluster at hand. Both names are then looked up in a running pod of it as
        well, for Mastodon fetches nothing from private addresses.
      - Needs the right to list pods and to run commands in them. Without it no cluster is asked anything.
    type: str
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
    support: none
    details: Nothing is ever changed.
  idempotent:
    support: full
seealso:
  - module: fediverse.mastodon.webfinger_redirect
"""

EXAMPLES = r"""
- name: Check any instance
  fediverse.mastodon.federation_check:
    web_domain: mastodon.example
  register: checked

- name: Show what does not hold
  ansible.builtin.debug:
    msg: "{{ checked.verdicts | selectattr('verdict', 'in', ['drift', 'unreachable']) }}"

- name: Check ours, and the cluster's DNS
  fediverse.mastodon.federation_check:
    web_domain: social.example.org
    namespace: mastodon

- name: Check ours before DNS knows its names
  fediverse.mastodon.federation_check:
    web_domain: social.example.org
    local_domain: example.org
    account: alice
    media_host: files.example.org
    resolve:
      - social.example.org:443:192.0.2.7
      - example.org:443:192.0.2.7
"""

RETURN = r"""
ok:
  description: Whether every clause that must hold does.
  returned: success
  type: bool
local_domain:
  description: The domain in handles, as given or as the instance said; V(none) when it did not say any.
  returned: success
  type: str
  sample: example.org
web_domain:
  description: The domain that was checked.
  returned: success
  type: str
  sample: social.example.org
drift:
  description: The clauses that must hold and do not.
  returned: success
  type: list
  elements: str
  sample: [streaming]
advice:
  description: The clauses that should hold and do not. They do not decide over RV(ok).
  returned: success
  type: list
  elements: str
  sample: [http2]
verdicts:
  description: One verdict for each clause.
  returned: success
  type: list
  elements: dict
  contains:
    clause:
      description: The clause, C1 to C13 or a name.
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
  description: How many requests were sent.
  returned: success
  type: int
  sample: 36
msg:
  description: One sentence.
  returned: success
  type: str
"""

from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._inside import resolved_inside
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, Failure, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._arguments import REACH_ARGS, reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Inside, check_instance


def check(params: dict[str, Any]) -> dict[str, Any]:
    try:
        report = check_instance(
            params["web_domain"],
            params["local_domain"],
            reach=reach(params),
            account=params["account"],
            media_host=params["media_host"],
            least_days=params["least_days"],
            inside=inside(params),
        )
    except ValueError as error:
        raise Failure(f"{error}.") from error
    return {"changed": False, **report.as_dict()}


def inside(params: dict[str, Any]) -> Inside | None:
    namespace = params["namespace"]
    return partial(resolved_inside, connect(params), namespace) if namespace else None


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            **REACH_ARGS,
            "web_domain": {"type": "str", "required": True},
            "local_domain": {"type": "str"},
            "account": {"type": "str"},
            "media_host": {"type": "str"},
            "least_days": {"type": "int", "default": 14},
            "namespace": {"type": "str"},
        },
        supports_check_mode=True,
    )
    run(module, lambda: check(module.params))


if __name__ == "__main__":
    main()
