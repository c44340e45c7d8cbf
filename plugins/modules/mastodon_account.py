#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_account
short_description: Make sure of an account, its role and what it may do
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Makes an account, confirms and approves it, gives it a role or takes that away, locks or unlocks it, and proves it
    in the database. One that exists is changed only where it differs.
  - The first password goes into a Secret with the keys C(username), C(email) and C(password), and nowhere else. It is
    never changed again unless O(reset_password) asks for it, so people may change it, and it may be taken out of the
    Secret.
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
    description:
      - The role's name, with the case that Mastodon gives it, such as V(Owner), V(Admin) or V(Moderator).
      - An empty text takes the role away. Unless given, the role is left as it is, and a new account has none.
    type: str
  approved:
    description:
      - Whether the account must be approved. Otherwise nobody can log in to one made while sign-ups are closed.
      - With V(false) it is left as it is, because an approval cannot be taken back.
    type: bool
    default: true
  confirmed:
    description:
      - Whether the e-mail address must be confirmed. With V(false) it is left as it is, and a new account gets a mail
        with a link.
      - A new address for an account that exists is always confirmed.
    type: bool
    default: true
  disabled:
    description: Whether the account is locked, so that nobody can log in to it. Left as it is unless given.
    type: bool
  database:
    description:
      - A text that names the database, as C(identity) of the fact C(database_connection). What was seen to hold is not
        looked up again unless this text becomes another one.
    type: str
  reset_password:
    description:
      - A text that names a request for a new password, such as the day. Another text than the last gives the account
        a new password, once, and ends all its sessions.
      - The new password goes into the Secret. The first password of a new account meets the request.
    type: str
  secret_name:
    description:
      - The Secret for the password. It must not exist, or be one that this module made.
      - Unless given it is V(mastodon-USERNAME-account), with hyphens for underscores.
    type: str
  job_template:
    description:
      - A complete Job without a command, as the fact C(app_job_template) of the role P(fediverse.mastodon.app#role)
        holds it. Unless given, the one that the role keeps in CronJob C(mastodon-tootctl) is used.
    type: dict
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
    role: Owner
    job_template: "{{ app_job_template }}"

- name: Make a moderator
  fediverse.mastodon.mastodon_account:
    namespace: mastodon
    username: bob
    email: bob@example.org
    role: Moderator

- name: Give bob a new password, once
  fediverse.mastodon.mastodon_account:
    namespace: mastodon
    username: bob
    email: bob@example.org
    reset_password: "2026-11-21"
"""

RETURN = r"""
outcome:
  description:
    - V(created) for a new account, V(promoted) for one of which the role, the address, the approval, the confirmation
      or the lock was changed, V(reset) for one that got a new password, V(unchanged) for one that had all.
  returned: success
  type: str
  sample: created
verified:
  description: Whether the database was seen to hold the account as it must be, in this run or an earlier one.
  returned: success
  type: bool
secret:
  description: The name of the Secret, which holds the password if this module gave one.
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

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._decision import Wanted
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._ensure import Account, check
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._pod import toolbox_pod
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._report import result
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._secret import Place, default_name
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._toolbox import Toolbox
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._run import held_template
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._upgrade import refuse_changes

OPTIONS = {
    "namespace": {"type": "str", "required": True},
    "username": {"type": "str", "required": True},
    "email": {"type": "str", "required": True},
    "role": {"type": "str"},
    "approved": {"type": "bool", "default": True},
    "confirmed": {"type": "bool", "default": True},
    "disabled": {"type": "bool"},
    "database": {"type": "str"},
    # It names a request and is no password.
    "reset_password": {"type": "str", "no_log": False},
    "secret_name": {"type": "str", "no_log": False},
    "job_template": {"type": "dict"},
    "email_domain_allowlist": {"type": "list", "elements": "str", "default": []},
    "recheck": {"type": "bool", "default": False},
    "start_timeout": {"type": "int", "default": 300},
    "progress_file": {"type": "path"},
}


def ensure(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    wanted = Wanted(
        **{
            name: params[name]
            for name in ("username", "email", "role", "approved", "confirmed", "disabled", "database")
        }
    )
    check(wanted)
    cluster, progress = connect(params), Progress(params["progress_file"])
    namespace = params["namespace"]
    place = Place(cluster, namespace, params["secret_name"] or default_name(wanted.username))
    account = Account(place, wanted, progress, reset=params["reset_password"])
    if module.check_mode:
        return result(place, wanted, account.predict(recheck=params["recheck"]))

    def toolbox() -> Toolbox:
        template = params["job_template"] or held_template(cluster, namespace)
        refuse_changes(cluster, namespace, f"@{wanted.username} was not looked after")
        pod = toolbox_pod(template, namespace, params["email_domain_allowlist"])
        return Toolbox(cluster, pod, progress, start_timeout=params["start_timeout"])

    return result(place, wanted, account.ensure(toolbox, recheck=params["recheck"]))


def main() -> None:
    module = AnsibleModule(argument_spec={**AUTH_ARGS, **OPTIONS}, supports_check_mode=True)
    run(module, lambda: ensure(module))


if __name__ == "__main__":
    main()
