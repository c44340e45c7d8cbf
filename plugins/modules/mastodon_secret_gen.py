#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_secret_gen
short_description: Keep the secret keys of an instance
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Generates the keys that are missing from one or several Secrets, in exactly the form that Mastodon expects, and
    never changes a byte of a value that exists. Two runs at the same time cannot overwrite each other.
  - Checks every value that exists. A VAPID pair must match, and keys that belong together must all be there.
  - Refuses to generate keys when the namespace already holds data that could not be read with new ones, and a
    new password while the StatefulSet C(mastodon-queue) or its volume claim is there.
  - Remembers a salted fingerprint of each key, as annotation
    C(fediverse.mastodon/fingerprints) of the Secret, and fails when the value becomes another one.
  - Names the keys that it made in annotation C(fediverse.mastodon/new-keys) of the Secret until the first migration has
    found no data of other keys in the database, wherever that is. See M(fediverse.mastodon.mastodon_migrate).
  - A Secret that somebody else writes, which is one with an owner reference, one made by External Secrets or one
    managed by Helm, is only checked.
  - No value is ever returned, shown in a diff or logged; only the names of keys are.
options:
  namespace:
    description: The instance's namespace. It must exist; in check mode a missing one is taken as about to be made.
    type: str
    required: true
  secrets:
    description: The Secrets, and the keys each must have.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The Secret's name.
        type: str
        required: true
      keys:
        description:
          - The keys that the Secret must have.
          - V(SECRET_KEY_BASE) is 128 hexadecimal digits. When it changes, everybody is logged out.
          - V(ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY), V(ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY) and
            V(ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT) are 32 letters and digits each. When one of them changes,
            encrypted columns of the database can never be read again.
          - V(VAPID_PRIVATE_KEY) and V(VAPID_PUBLIC_KEY) are a key pair on P-256, in 44 and 88 characters of URL-safe
            base64 with padding. When they change, all subscriptions to push notifications end.
          - V(OTP_SECRET) is of use only to a database from Mastodon 4.2 or older, and only with its old value. It is
            never generated; when it is missing, put the old value into the Secret. It is 128 hexadecimal digits as a
            rule; a value of another form is accepted with a warning.
          - V(password) is a password of 48 letters and digits for Valkey, which needs no encoding in a URL. When it
            changes, Valkey and everything that talks to it must restart.
        type: list
        elements: str
        required: true
      existing:
        description: Whether the Secret is yours, so that it is only checked and never written.
        type: bool
        default: false
  allow_new_secrets_for_existing_data:
    description:
      - Allows generating new keys although the namespace, or the database that it uses, already holds data that cannot
        be read with them; that data is lost.
      - Allows a new password too although Valkey has the old one; no data is lost with it, but Valkey and everything
        that talks to it must then restart.
      - Give the namespace's name, to make sure that the right instance is meant.
    type: str
    default: ""
  accept_changed_keys:
    description: Names of keys whose value may be another one than in the last run, such as after a restored backup.
    type: list
    elements: str
    default: []
requirements:
  - cryptography >= 42.0.0, for VAPID keys
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
    details: Shows the names of keys, and whether their values differ.
  idempotent:
    support: full
seealso:
  - name: Secrets of Mastodon
    description: What the keys are for.
    link: https://docs.joinmastodon.org/admin/config/#secrets
"""

EXAMPLES = r"""
- name: Make the keys of the application and the password of Valkey, or keep them
  fediverse.mastodon.mastodon_secret_gen:
    namespace: mastodon
    secrets:
      - name: mastodon-secrets
        keys:
          - SECRET_KEY_BASE
          - ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY
          - ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY
          - ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT
          - VAPID_PRIVATE_KEY
          - VAPID_PUBLIC_KEY
      - name: mastodon-valkey
        keys: [password]

- name: Check a Secret that an ExternalSecret makes
  fediverse.mastodon.mastodon_secret_gen:
    namespace: mastodon
    secrets:
      - name: from-our-vault
        keys: [VAPID_PRIVATE_KEY, VAPID_PUBLIC_KEY]
        existing: true
"""

RETURN = r"""
secrets:
  description: What was done to each Secret, or would be in check mode. Values are never returned.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The Secret's name.
      type: str
    action:
      description: V(created), V(changed) or V(unchanged).
      type: str
    generated:
      description: The keys that were missing and were made.
      type: list
      elements: str
    kept:
      description: The keys that existed and were checked.
      type: list
      elements: str
    validated_only:
      description: Whether the Secret is somebody else's and was only checked.
      type: bool
objects:
  description: The Secrets, as every module of the collection tells what it did to objects.
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
      description: V(created), V(changed) or V(unchanged).
      type: str
msg:
  description: What was done, in one sentence for each Secret.
  returned: success
  type: str
  sample: "Secret mastodon/mastodon-valkey: generated password."
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._keep import Keeper
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._plan import Wanted
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._refusal import Consent
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._report import result, warnings

SECRET = {
    "name": {"type": "str", "required": True},
    "keys": {"type": "list", "elements": "str", "required": True, "no_log": False},
    "existing": {"type": "bool", "default": False},
}
# The names of options would make Ansible hide their values, which are names and no secrets.
OPTIONS = {
    "namespace": {"type": "str", "required": True},
    "secrets": {"type": "list", "elements": "dict", "required": True, "options": SECRET, "no_log": False},
    "allow_new_secrets_for_existing_data": {"type": "str", "default": "", "no_log": False},
    "accept_changed_keys": {"type": "list", "elements": "str", "default": [], "no_log": False},
}


def keep(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    consent = Consent(params["allow_new_secrets_for_existing_data"], params["accept_changed_keys"])
    keeper = Keeper(connect(params), params["namespace"], consent, check_mode=module.check_mode)
    reports = keeper.keep(
        [Wanted(secret["name"], tuple(secret["keys"]), secret["existing"]) for secret in params["secrets"]]
    )
    for warning in warnings(params["namespace"], reports):
        module.warn(warning)
    return result(params["namespace"], reports)


def main() -> None:
    module = AnsibleModule(argument_spec={**AUTH_ARGS, **OPTIONS}, supports_check_mode=True)
    run(module, lambda: keep(module))


if __name__ == "__main__":
    main()
