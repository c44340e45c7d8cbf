#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_account
short_description: Make sure that the owner's account exists
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Makes an account that is confirmed, approved and has its role, and proves it in the database. One that exists is
    changed only where it differs.
  - The first password goes into a Secret with the keys C(username), C(email) and C(password), and nowhere else. It is
    never changed again, so the owner may change it and the Secret may be emptied of it.
  - What was proven is remembered in the Secret, so that a run with nothing to do costs one read.
  - An account of somebody else is never taken over. Such a conflict is the only outcome that fails.
  - Commands are run in a Pod C(mastodon-account), which is always removed. Two runs wait for each other.
options:
  namespace:
    description: The instance's namespace.
    type: str
    required: true
  username:
    description:
      - The name, without @ and domain. It has at most 30 letters a-z, digits and underscores.
      - Names that Mastodon reserves, such as V(admin), are refused before anything is made.
    type: str
    required: true
  email:
    description:
      - The e-mail address. Mastodon looks its domain up in DNS from inside the cluster when it makes the account.
      - For an account that this module made, another address is set.
    type: str
    required: true
  role:
    description: The role's name, with the case that Mastodon gives it.
    type: str
    default: Owner
  secret_name:
    description: The Secret for the password. It must not exist, or be one that this module made.
    type: str
    default: mastodon-owner
  job_template:
    description: A complete Job without a command, as the fact C(app_job_template) of the role C(app) holds it.
    type: dict
    required: true
  email_domain_allowlist:
    description:
      - Domains of e-mail addresses that are not looked up in DNS, for clusters that cannot resolve them.
      - Holds for making this account only. An instance that had it set could take sign-ups from these domains only.
    type: list
    elements: str
    default: []
  recheck:
    description: Whether to look into the database although the Secret says that all is well.
    type: bool
    default: false
  start_timeout:
    description: How long the Pod may take until it runs, in seconds.
    type: int
    default: 300
  progress_file:
    description: Set by the action plugin, to print lines of progress while the module waits. Leave it alone.
    type: path
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - fediverse.mastodon.attributes
attributes:
  action_group:
    support: full
  check_mode:
    support: full
    details: Makes no Pod and so does not look into the database. Without the Secret it is taken that the account does
      not exist.
  diff_mode:
    support: none
    details: RV(outcome) says it all, and nothing of the Secret is shown.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Make the owner
  fediverse.mastodon.mastodon_account:
    namespace: mastodon
    username: alice
    email: alice@example.org
    job_template: "{{ app_job_template }}"
"""

RETURN = r"""
outcome:
  description:
    - V(created) for a new account, V(promoted) for one that was given a role, an approval, a confirmation or an address
      that it lacked, V(unchanged) for one that had all.
  returned: success
  type: str
  sample: created
verified:
  description: Whether the database was seen to hold the account as it must be, in this run or an earlier one.
  returned: success
  type: bool
secret:
  description: The name of the Secret with the first password, if this module made the account.
  returned: success
  type: str
  sample: mastodon-owner
objects:
  description: The Secret, as far as it was made or changed.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Always V(Secret).
      type: str
    namespace:
      description: The namespace.
      type: str
    name:
      description: The name.
      type: str
    action:
      description: V(created) or V(changed).
      type: str
msg:
  description: What was done, and where the password is.
  returned: success
  type: str
"""

from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._decision import Wanted
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._ensure import Account, check
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._pod import toolbox_pod
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._report import result
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._secret import Place
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._toolbox import Toolbox
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress

OPTIONS = {
    "namespace": {"type": "str", "required": True},
    "username": {"type": "str", "required": True},
    "email": {"type": "str", "required": True},
    "role": {"type": "str", "default": "Owner"},
    "secret_name": {"type": "str", "default": "mastodon-owner", "no_log": False},
    "job_template": {"type": "dict", "required": True},
    "email_domain_allowlist": {"type": "list", "elements": "str", "default": []},
    "recheck": {"type": "bool", "default": False},
    "start_timeout": {"type": "int", "default": 300},
    "progress_file": {"type": "path"},
}


def ensure(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    wanted = Wanted(params["username"], params["email"], params["role"])
    check(wanted)
    cluster, progress = connect(params), Progress(params["progress_file"])
    place = Place(cluster, params["namespace"], params["secret_name"])
    account = Account(place, wanted, progress)
    if module.check_mode:
        return result(place, wanted, account.predict(recheck=params["recheck"]))
    pod = toolbox_pod(params["job_template"], params["namespace"], params["email_domain_allowlist"])
    toolbox = partial(Toolbox, cluster, pod, progress, start_timeout=params["start_timeout"])
    return result(place, wanted, account.ensure(toolbox, recheck=params["recheck"]))


def main() -> None:
    module = AnsibleModule(argument_spec={**AUTH_ARGS, **OPTIONS}, supports_check_mode=True)
    run(module, lambda: ensure(module))


if __name__ == "__main__":
    main()
