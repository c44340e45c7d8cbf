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
  - Read-only, nothing but C(GET) and C(HEAD), at most 40 requests. It never fails because of what it finds, see RV(ok).
  - It connects directly; proxies of the environment are not used.
options:
  web_domain:
    description: The domain the instance is served on, such as V(social.example.org).
    type: str
    required: true
  local_domain:
    description: The domain in people's handles, such as V(example.org). The instance is asked for it when not set.
    type: str
  account:
    description: Name of an account whose handle is checked too, without C(@) and domain.
    type: str
  media_host:
    description:
      - The host that media is served from, such as V(files.example.org), which the content security policy must allow.
      - Not checked when not set.
    type: str
  least_days:
    description: How many days certificates must still be valid.
    type: int
    default: 14
extends_documentation_fragment:
  - fediverse.mastodon.attributes
  - fediverse.mastodon.reach
attributes:
  action_group:
    support: none
    details: It does not speak to a cluster.
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
  description: The domain in handles, as given or as the instance said.
  returned: success
  type: str
  sample: example.org
web_domain:
  description: The domain that was checked.
  returned: success
  type: str
  sample: social.example.org
drift:
  description: The clauses that do not hold.
  returned: success
  type: list
  elements: str
  sample: [streaming]
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
  description: How many requests were sent.
  returned: success
  type: int
  sample: 32
msg:
  description: One sentence.
  returned: success
  type: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import run
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._arguments import REACH_ARGS, reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import check_instance


def check(params: dict[str, Any]) -> dict[str, Any]:
    report = check_instance(
        params["web_domain"],
        params["local_domain"],
        reach=reach(params),
        account=params["account"],
        media_host=params["media_host"],
        least_days=params["least_days"],
    )
    return {"changed": False, **report.as_dict()}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **REACH_ARGS,
            "web_domain": {"type": "str", "required": True},
            "local_domain": {"type": "str"},
            "account": {"type": "str"},
            "media_host": {"type": "str"},
            "least_days": {"type": "int", "default": 14},
        },
        supports_check_mode=True,
    )
    run(module, lambda: check(module.params))


if __name__ == "__main__":
    main()
