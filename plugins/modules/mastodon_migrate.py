#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mastodon_migrate
short_description: Bring the database to the migrations of an image
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Runs Mastodon's database migrations in a Job, in the two halves that a rollout without downtime needs. With
    O(phase=before_rollout) the schema gains what the new image needs, or is made when the database is empty; with
    O(phase=after_rollout) it loses what only the old image needed.
  - Records what is done in ConfigMap C(mastodon-migrations). An instance that is up to date costs one read of it; a run
    that was killed is resumed where it was.
  - A Job's name carries a hash of the image, the phase and the database, so the same work is never done twice, not even
    by two runs at the same time. A Job that still runs is waited for. A Job that failed, or that could never start,
    is replaced by the next run.
  - Fails, before it migrates, for what M(fediverse.mastodon.mastodon_upgrade_check) fails for.
  - A database of which nothing is recorded is looked at by the Job itself before it changes anything. The Job fails if
    the database is too old for O(strategy=zero_downtime), if it needs V(OTP_SECRET) and has none, and if it holds an
    instance's data although the keys of this instance were newly made.
  - The migrations after the rollout begin only once every Deployment is to run the image and no Pod of before the
    rollout is left, not even one that is about to end.
  - With O(strategy=stop_first), the Deployments of web, streaming and Sidekiq are scaled to zero and their Pods awaited
    before all migrations are run at once. What manifests say of their replicas is set when these are applied;
    O(phase=rollout) gives the rest of them back what they had. Until then ScaledObjects of KEDA that decide about these
    Deployments are paused, and CronJobs that run Mastodon's commands are suspended; those that were already stay so.
  - Commands in Pods of their own, such as scheduled maintenance and M(fediverse.mastodon.mastodon_tootctl), are awaited
    too. With O(strategy=stop_first) that is all of them, before anything is scaled down; after a rollout it is those of
    another version.
  - When a Job fails, the message holds why and the last 50 lines of its log. Before the rollout no Deployment has been
    touched then, except that with O(strategy=stop_first) everything stands still.
options:
  namespace:
    description: The instance's namespace.
    type: str
    required: true
  phase:
    description:
      - Which half of the migrations to run.
      - V(rollout) is between them, after the new image was applied. It lets go on what O(strategy=stop_first) stopped,
        and does nothing otherwise. In check mode it needs the same O(strategy) to predict that of both phases.
    type: str
    choices: [before_rollout, rollout, after_rollout]
    required: true
  job_template:
    description:
      - A complete Job without a command, as the fact C(app_job_template) of the role C(app) holds it. Its first
        container runs the wanted image, with an environment for the database itself rather than for a pooler.
    type: dict
    required: true
  database:
    description:
      - A text that names the database, as C(identity) of the fact C(database_connection).
      - Another text is another database, whose migrations are not known.
    type: str
    required: true
  deadline:
    description: How long one Job may take, in seconds. Migrations of a large instance take hours.
    type: int
    default: 14400
  start_timeout:
    description:
      - How long a Job may take until its Pod runs, and how long other Pods may take to end before it, in seconds.
    type: int
    default: 600
  egress:
    description:
      - What the Job may reach, as the egress rules of NetworkPolicy C(mastodon-migrations), which is there for as long
        as the Job needs it. So it reaches what it needs even where the policies of an earlier run do not know that yet.
      - Without it there is no such policy.
    type: list
    elements: dict
  ttl:
    description: How long finished Jobs are kept, in seconds. They are kept for ever unless set.
    type: int
  skip:
    description:
      - Does nothing, with a warning. For recovery only, when the rest of the run must go on without migrations.
    type: bool
    default: false
  progress_file:
    description: Set by the action plugin, to print lines of progress while the module waits. Leave it alone.
    type: path
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - fediverse.mastodon.attributes
  - fediverse.mastodon.upgrade
attributes:
  action_group:
    support: full
  check_mode:
    support: full
    details: Whether migrations are left for after the rollout is known only once those before it have run. For a new
      image on a database with a record, or under a running Deployment, it is taken that there are some. Without either
      the database is taken as empty, so for a database that you bring along the prediction may lack them.
  diff_mode:
    support: full
    details: Shows the record of what is migrated.
  idempotent:
    support: full
seealso:
  - module: fediverse.mastodon.mastodon_upgrade_check
  - name: Upgrading Mastodon
    description: Why migrations come in two halves.
    link: https://docs.joinmastodon.org/admin/upgrading/
"""

EXAMPLES = r"""
- name: Bring the database to what the new image needs
  fediverse.mastodon.mastodon_migrate:
    namespace: mastodon
    phase: before_rollout
    job_template: "{{ app_job_template }}"
    database: "{{ database_connection.identity }}"
  register: migration

- name: Let go on what stood still
  fediverse.mastodon.mastodon_migrate:
    namespace: mastodon
    phase: rollout
    job_template: "{{ app_job_template }}"
    database: "{{ database_connection.identity }}"
  when: migration.stopped

- name: Finish the migrations after the rollout
  fediverse.mastodon.mastodon_migrate:
    namespace: mastodon
    phase: after_rollout
    job_template: "{{ app_job_template }}"
    database: "{{ database_connection.identity }}"
  when: migration.post_pending
"""

RETURN = r"""
post_pending:
  description: Whether the phase V(after_rollout) has to be run for this image.
  returned: success, except for the phase V(rollout)
  type: bool
post_pending_count:
  description: How many post-deployment migrations are left, if that is known.
  returned: success, except for the phase V(rollout)
  type: int
job:
  description: The name of the Job that does this work, whether it had to run or not.
  returned: success, except for the phase V(rollout)
  type: str
  sample: mastodon-migrate-before-3f2a9c1d4e
stopped:
  description:
    - The Deployments, ScaledObjects and CronJobs that were stopped for the migrations, each name once. The phase
      V(rollout) has to be run for them once the new image is applied.
  returned: success
  type: list
  elements: str
skipped_migrations:
  description: Whether O(skip) was set, so that nothing was looked at or done.
  returned: success
  type: bool
objects:
  description: What was made, changed or deleted, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: V(Job), V(ConfigMap), V(Deployment), V(ScaledObject) or V(CronJob).
      type: str
    namespace:
      description: The namespace.
      type: str
    name:
      description: The name.
      type: str
    action:
      description: V(created), V(changed) or V(deleted).
      type: str
msg:
  description: What is in the database now, and what is left.
  returned: success
  type: str
  sample: "Migrations before the rollout of ghcr.io/mastodon/mastodon:v4.6.5 are done, 0 are left for after it."
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._job import image
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._migrate import Migration, Work
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import BEFORE, Goal
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._record import read, stopped
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._report import SKIPPED, result, skipped
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._standstill import go_on
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._arguments import CONSENT_ARGS, consent
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import STOP_FIRST

OPTIONS = {
    "namespace": {"type": "str", "required": True},
    "phase": {"type": "str", "choices": ["before_rollout", "rollout", "after_rollout"], "required": True},
    "job_template": {"type": "dict", "required": True},
    "database": {"type": "str", "required": True},
    "deadline": {"type": "int", "default": 14400},
    "start_timeout": {"type": "int", "default": 600},
    "egress": {"type": "list", "elements": "dict"},
    "ttl": {"type": "int"},
    "skip": {"type": "bool", "default": False},
    "progress_file": {"type": "path"},
}


def migrate(module: AnsibleModule) -> dict[str, Any]:
    params, progress = module.params, Progress(module.params["progress_file"])
    rollout = params["phase"] == "rollout"
    phase = BEFORE if rollout else params["phase"]
    at_once = phase == BEFORE and params["strategy"] == STOP_FIRST
    goal = Goal(phase, image(params["job_template"]), params["database"], at_once)
    if rollout:
        return go_on(connect(params), params["namespace"], goal, progress, check_mode=module.check_mode)
    if params["skip"]:
        module.warn(SKIPPED)
        return skipped(goal, stopped(read(connect(params), params["namespace"])))
    times = {name: params[name] for name in ("start_timeout", "deadline", "ttl")}
    work = Work(params["job_template"], **times, consent=consent(params), egress=params["egress"])
    migration = Migration(connect(params), params["namespace"], goal, work, progress)
    return result(params["namespace"], migration.predict() if module.check_mode else migration.run())


def main() -> None:
    module = AnsibleModule(argument_spec={**AUTH_ARGS, **CONSENT_ARGS, **OPTIONS}, supports_check_mode=True)
    run(module, lambda: migrate(module))


if __name__ == "__main__":
    main()
