#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_tootctl
short_description: Run a command of tootctl or rails in an instance
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Runs one command in a Job like those that migrate the database, with the instance's image and configuration and on
    the database itself. What it writes is printed line by line, and its exit code and last lines are returned.
  - Refuses what cannot be undone unless O(confirm) repeats the command, what needs somebody to answer, and what would
    leave a password or a key in a Pod's log. Each refusal says what to do instead.
  - While an instance stands still for an upgrade, or all migrations of one were begun at once and have not ended well,
    runs only what changes nothing. ConfigMap C(mastodon-migrations) tells.
  - The Job goes on when the run that waits for it is killed; the next run of the same command follows it further. So
    the same command never runs twice at the same time. One that does not start in time is removed.
  - Lines about passwords are left out, and what looks like a credential is hidden. The command itself is written into
    the Job, so it must hold no secret.
options:
  namespace:
    description: The instance's namespace.
    type: str
    required: true
  command:
    description:
      - What to run, beginning with C(tootctl) or C(rails), such as V(tootctl media usage). It is divided into words as
        a shell does, and there is no shell.
      - Write commands in full, because abbreviations are not known.
    type: str
    required: true
  confirm:
    description:
      - The text of O(command), repeated exactly. Needed for what deletes, for what acts in the name of others, for
        changes of the schema, for C(rails runner), and for commands that the module does not know.
      - Not needed for commands with C(--dry-run), where the command knows that option.
    type: str
  job_template:
    description:
      - A complete Job without a command, as the fact C(app_job_template) of the role P(fediverse.mastodon.app#role)
        holds it. Unless given, the one that the role keeps in CronJob C(mastodon-tootctl) is used.
    type: dict
  start_timeout:
    description: How long the Job may take until it runs, in seconds. After that it is removed.
    type: int
    default: 300
  deadline:
    description: How long the command may take, in seconds. After that Kubernetes ends it.
    type: int
    default: 86400
  ttl:
    description: How long the finished Job and its log are kept, in seconds.
    type: int
    default: 86400
  progress_file:
    description: Set by the action plugin, to print what the command writes. Leave it alone.
    type: path
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - fediverse.mastodon.attributes
attributes:
  action_group:
    support: full
  check_mode:
    support: full
    details: Runs nothing, and refuses what a run would refuse.
  diff_mode:
    support: none
    details: What a command changes is known to the command alone.
  idempotent:
    support: none
    details: A command is run each time. Those that only read, and those with C(--dry-run), never report a change.
"""

EXAMPLES = r"""
- name: Show how much is stored
  fediverse.mastodon.mastodon_tootctl:
    namespace: mastodon
    command: tootctl media usage
  register: usage

- name: Delete an account for good
  fediverse.mastodon.mastodon_tootctl:
    namespace: mastodon
    command: tootctl accounts delete mallory
    confirm: tootctl accounts delete mallory
"""

RETURN = r"""
rc:
  description: The command's exit code. One that is not 0 fails the task.
  returned: when the command was run
  type: int
  sample: 0
lines:
  description: The last 1000 lines that the command wrote on both outputs, without empty ones and any about passwords.
  returned: when the command was run
  type: list
  elements: str
dropped:
  description: How many lines there were before these.
  returned: when the command was run
  type: int
  sample: 0
job:
  description: The name of the Job.
  returned: when the command was run, or would be
  type: str
  sample: mastodon-tootctl-3f2a9c1d4e
objects:
  description: The Job.
  returned: when the command was run, or would be
  type: list
  elements: dict
  contains:
    kind:
      description: Always V(Job).
      type: str
    namespace:
      description: The namespace.
      type: str
    name:
      description: The name.
      type: str
    action:
      description: Always V(created).
      type: str
msg:
  description: What was run. When it failed, how it ended and the last lines it wrote.
  returned: always
  type: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._command import parsed
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._permit import permit
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._report import prediction, result
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._run import Run, Work, check, held_template

OPTIONS = {
    "namespace": {"type": "str", "required": True},
    "command": {"type": "str", "required": True},
    "confirm": {"type": "str"},
    "job_template": {"type": "dict"},
    "start_timeout": {"type": "int", "default": 300},
    "deadline": {"type": "int", "default": 86400},
    "ttl": {"type": "int", "default": 86400},
    "progress_file": {"type": "path"},
}


def run_command(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    namespace, command = params["namespace"], parsed(params["command"])
    permit(command, namespace, params["confirm"])
    cluster = connect(params)
    if module.check_mode:
        check(cluster, namespace, command)
        return prediction(namespace, command)
    template = params["job_template"] or held_template(cluster, namespace)
    work = Work(template, params["start_timeout"], params["deadline"], params["ttl"])
    return result(
        namespace, command, Run(cluster, namespace, command, work, Progress(params["progress_file"])).finish()
    )


def main() -> None:
    module = AnsibleModule(argument_spec={**AUTH_ARGS, **OPTIONS}, supports_check_mode=True)
    run(module, lambda: run_command(module))


if __name__ == "__main__":
    main()
