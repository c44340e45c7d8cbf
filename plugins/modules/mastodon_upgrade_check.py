#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_upgrade_check
short_description: Check that an instance may become another version
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Compares a version with the one whose migrations are recorded in ConfigMap C(mastodon-migrations) or, without such a
    record, with the one that the Deployment C(mastodon-web) runs. Changes nothing.
  - Fails for a downgrade, for a minor version left out, for a version that cannot be rolled out over the present one
    without downtime, and without a recent backup of the database. All of that is told in one message, each with its
    cure and the option that allows it.
  - M(fediverse.mastodon.mastodon_migrate) checks the same once more before it migrates. This module is for the time
    before anything is touched.
  - An upgrade that has begun needs no newer backup than the one from before it.
options:
  namespace:
    description: The instance's namespace. It need not exist.
    type: str
    required: true
  version:
    description: The wanted version of Mastodon, such as V(4.6.5).
    type: str
    required: true
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - fediverse.mastodon.attributes
  - fediverse.mastodon.upgrade
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
  - module: fediverse.mastodon.mastodon_migrate
  - name: Upgrading Mastodon
    description: Which releases must be deployed on the way to a newer one.
    link: https://docs.joinmastodon.org/admin/upgrading/
"""

EXAMPLES = r"""
- name: Check that the instance may become this version
  fediverse.mastodon.mastodon_upgrade_check:
    namespace: mastodon
    version: 4.6.5

- name: Allow it without a backup that CloudNativePG made
  fediverse.mastodon.mastodon_upgrade_check:
    namespace: mastodon
    version: 4.6.5
    allow_without_backup: 4.5.15 -> 4.6.5
"""

RETURN = r"""
present:
  description: The version that is there, or null for a new instance.
  returned: success
  type: str
  sample: 4.5.15
msg:
  description: What was found.
  returned: success
  type: str
  sample: Nothing stands against Mastodon 4.5.15 -> 4.6.5.
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._arguments import CONSENT_ARGS, consent
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._check import check_upgrade
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._version import version

OPTIONS = {"namespace": {"type": "str", "required": True}, "version": {"type": "str", "required": True}}


def check(params: dict[str, Any]) -> dict[str, Any]:
    wanted = version(params["version"])
    if wanted is None:
        raise Failure(
            f"version {params['version']!r} (of the playbook: mastodon_version) is none: write it like 4.6.5."
        )
    return check_upgrade(connect(params), params["namespace"], wanted, consent(params))


def main() -> None:
    module = AnsibleModule(argument_spec={**AUTH_ARGS, **CONSENT_ARGS, **OPTIONS}, supports_check_mode=True)
    run(module, lambda: check(module.params))


if __name__ == "__main__":
    main()
