#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_settings
short_description: Make the server's settings in the database what they must be
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Sets what Mastodon keeps in its database and shows in its administration pages, such as the title, the contact, who
    may sign up, and for how long media of other servers is kept. Reads the present values and writes only those that
    differ, all of them or none, through the form that those pages use.
  - What was written is remembered in ConfigMap C(mastodon-settings). A run with the same settings for the same database
    costs one read, and does not see what somebody changed in the administration pages since; O(recheck) looks.
  - A setting that is not named is left as it is, also when it was named before.
  - The command is run in a Pod C(mastodon-settings), which is always removed. Two runs wait for each other.
options:
  namespace:
    description: The instance's namespace.
    type: str
    required: true
  settings:
    description:
      - Settings by the names that Mastodon's form has for them, such as C(site_title), C(site_contact_username),
        C(site_contact_email), C(registrations_mode), C(media_cache_retention_period),
        C(content_cache_retention_period) and C(backups_retention_period).
      - Values are texts, numbers or V(true) and V(false), as the setting is; periods are in days. V(null) takes a value
        away, so that a period of V(null) keeps for ever.
      - C(site_contact_username) and C(site_contact_email) belong together, and the account must exist.
      - C(registrations_mode) is V(open), V(approved) or V(none). Mastodon itself goes from V(open) to V(approved) when
        no moderator was there for a week; that is not taken back until O(recheck) or another value.
    type: dict
    required: true
  database:
    description:
      - A text that names the database, as C(identity) of the fact C(database_connection).
      - Another text is another database, whose settings are not known.
    type: str
    required: true
  job_template:
    description: A complete Job without a command, as the fact C(app_job_template) of the role C(app) holds it.
    type: dict
    required: true
  recheck:
    description: Whether to look into the database although the ConfigMap says that all is well.
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
    details: >-
      Makes no Pod and so does not look into the database. What was written last is taken for what it holds; the
      settings that are named are those that may differ, and a run writes these or fewer.
  diff_mode:
    support: full
    details: Shows the settings that differ, before and after; in check mode those that may.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Say who runs the server, let people ask to join, and keep media of others for a month
  fediverse.mastodon.mastodon_settings:
    namespace: mastodon
    settings:
      site_title: Example
      site_contact_username: alice
      site_contact_email: alice@example.org
      registrations_mode: approved
      media_cache_retention_period: 30
    database: "{{ database_connection.identity }}"
    job_template: "{{ app_job_template }}"
"""

RETURN = r"""
settings:
  description: The names of the settings that differed and were written; in check mode of those that may differ.
  returned: success
  type: list
  elements: str
  sample: [site_title]
objects:
  description: The ConfigMap, as far as it was made or changed, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Always V(ConfigMap).
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
  description: What was done.
  returned: success
  type: str
  sample: "Settings that differed: site_title."
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._pod import toolbox_pod
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._toolbox import Toolbox
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._converge import POD, Settings, checked
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._record import COMPONENT, Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._report import result
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._upgrade import refuse_changes

OPTIONS = {
    "namespace": {"type": "str", "required": True},
    "settings": {"type": "dict", "required": True},
    "database": {"type": "str", "required": True},
    "job_template": {"type": "dict", "required": True},
    "recheck": {"type": "bool", "default": False},
    "start_timeout": {"type": "int", "default": 300},
    "progress_file": {"type": "path"},
}


def converge(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    namespace, wanted = params["namespace"], checked(params["settings"])
    cluster, progress = connect(params), Progress(params["progress_file"])
    settings = Settings(cluster, namespace, Record(params["database"], wanted), progress)
    if module.check_mode:
        return result(namespace, wanted, settings.predict(), check_mode=True)

    def toolbox() -> Toolbox:
        refuse_changes(cluster, namespace, "The settings were not compared with the database")
        pod = toolbox_pod(params["job_template"], namespace, name=POD, component=COMPONENT)
        return Toolbox(cluster, pod, progress, start_timeout=params["start_timeout"])

    return result(namespace, wanted, settings.converge(toolbox, recheck=params["recheck"]))


def main() -> None:
    module = AnsibleModule(argument_spec={**AUTH_ARGS, **OPTIONS}, supports_check_mode=True)
    run(module, lambda: converge(module))


if __name__ == "__main__":
    main()
