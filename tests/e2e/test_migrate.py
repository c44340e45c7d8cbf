"""Migrations against a real database: fresh, again, upgraded, killed, failing, refused, two runs at once (T1-T9)."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from support import mastodon_4_2
from support.modules import Module, run
from support.playbooks import kubectl
from support.rails import Instance, Server, until

pytestmark = pytest.mark.cluster

OLD, NEW, NEWER = "4.5.15", "4.6.5", "4.6.6"
PAUSED = "autoscaling.keda.sh/paused"
SLEEP = ["sleep", "3600"]


@pytest.fixture(scope="module")
def server():
    server = Server.start()
    yield server
    kubectl("delete", "namespace", server.namespace, "--wait=false")


@pytest.fixture
def instance(server):
    instance = Instance(server)
    yield instance
    instance.remove()


def options(instance, version=NEW, phase="before_rollout", **others):
    return {
        "namespace": instance.namespace,
        "phase": phase,
        "job_template": instance.template(version),
        "database": instance.database,
        # No CloudNativePG of this namespace makes backups.
        "allow_without_backup": f"{OLD} -> {version}",
        **others,
    }


def migrate(instance, *arguments, **chosen):
    return run("mastodon_migrate", *arguments, **options(instance, **chosen))


def start(instance, **chosen):
    return Module("mastodon_migrate", **options(instance, **chosen))


def jobs(instance):
    return {job["metadata"]["name"]: job["metadata"]["uid"] for job in instance.objects("jobs")}


def applied(instance):
    return len(instance.sql("SELECT version FROM schema_migrations"))


def fault(instance, value):
    """Ask the double, whose schema must be there, for migrations that misbehave; None for none."""
    instance.sql("DELETE FROM double_faults")
    if value:
        instance.sql(f"INSERT INTO double_faults (name, value) VALUES ('migration', '{value}')")


def work(instance, version, *, grace=0, replicas=1):
    """A Deployment of Sidekiq's labels whose Pods do nothing, and take their whole grace period to end."""
    spec = instance.template(version)["spec"]["template"]["spec"]
    container = {**spec["containers"][0], "command": SLEEP}
    pod = {**spec, "restartPolicy": "Always", "terminationGracePeriodSeconds": grace, "containers": [container]}
    component = {"app.kubernetes.io/component": "sidekiq", "app.kubernetes.io/part-of": "mastodon"}
    labels = {**component, "fediverse.mastodon/process": "sidekiq"}
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "mastodon-sidekiq-all", "namespace": instance.namespace, "labels": component},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    apply(manifest)
    kubectl("-n", instance.namespace, "rollout", "status", "deployment/mastodon-sidekiq-all", "--timeout=120s")


def apply(manifest):
    text = json.dumps(manifest)
    subprocess.run(["kubectl", "apply", "--filename=-"], input=text, text=True, check=True, stdout=subprocess.DEVNULL)


def workers(instance):
    return [pod for pod in instance.objects("pods") if "fediverse.mastodon/process" in pod["metadata"]["labels"]]


def stranger(instance):
    """What was there is no longer known, as in a namespace where this database is new."""
    kubectl("-n", instance.namespace, "delete", "configmap", "mastodon-migrations")
    kubectl("-n", instance.namespace, "delete", "job", "--all")


def action(done, kind):
    return {found["name"]: found["action"] for found in done["objects"] if found["kind"] == kind}


def test_a_fresh_database_is_predicted_made_and_left_alone(instance):
    predicted = migrate(instance, "--check")
    assert jobs(instance) == {}
    made = migrate(instance)
    assert predicted["objects"] == made["objects"]
    assert (predicted["post_pending"], made["post_pending"], made["post_pending_count"]) == (False, False, 0)
    assert instance.sql("SELECT name FROM user_roles WHERE name = 'Owner'") == ["Owner"]
    assert "is at work" in made.output, "progress is printed"

    before = jobs(instance)
    again = migrate(instance)
    assert (again["changed"], again["objects"]) == (False, [])
    assert migrate(instance, phase="after_rollout")["changed"] is False
    assert jobs(instance) == before


def test_an_upgrade_runs_in_two_halves(instance):
    migrate(instance, version=OLD)
    old = applied(instance)
    before = migrate(instance, version=NEW)
    half = applied(instance)
    assert half > old
    assert before["post_pending"]
    assert f"{before['post_pending_count']} are left for after it" in before["msg"]
    again = migrate(instance, version=NEW)
    assert (again["changed"], again["post_pending"]) == (False, True)

    predicted = migrate(instance, "--check", version=NEW, phase="after_rollout")
    assert applied(instance) == half
    after = migrate(instance, version=NEW, phase="after_rollout")
    assert after["objects"] == predicted["objects"]
    assert applied(instance) == half + before["post_pending_count"]
    assert "0 are pending" in after["msg"]

    made = jobs(instance)
    for phase in ("before_rollout", "after_rollout"):
        done = migrate(instance, version=NEW, phase=phase)
        assert (done["changed"], done["post_pending"]) == (False, False)
    assert jobs(instance) == made


def test_the_halves_are_not_run_out_of_order(instance):
    refused = migrate(instance, phase="after_rollout")
    assert refused.failed
    assert "run them first" in refused["msg"]
    assert jobs(instance) == {}


def test_a_killed_run_is_resumed(instance):
    migrate(instance, version=OLD)
    fault(instance, "slow:0.2")
    killed = start(instance)
    until(lambda: len(jobs(instance)) == 2)
    killed.kill()
    before = jobs(instance)
    resumed = migrate(instance)
    assert not resumed.failed, resumed.output
    assert jobs(instance) == before, "the Job of the killed run was waited for"
    assert action(resumed, "Job") == {}
    assert migrate(instance)["changed"] is False


def test_no_older_version_follows_a_killed_run_that_migrated_everything(instance):
    migrate(instance, version=OLD)
    fault(instance, "slow:0.2")
    killed = start(instance, strategy="stop_first")
    until(lambda: len(jobs(instance)) == 2)
    killed.kill()
    refused = migrate(instance, version=OLD)
    assert f"Mastodon {NEW} -> {OLD} is refused" in refused["msg"]
    resumed = migrate(instance, strategy="stop_first")
    assert not resumed.failed, resumed.output
    assert (resumed["post_pending"], action(resumed, "Job")) == (False, {})


def test_a_run_killed_before_it_recorded_what_it_did(instance):
    migrate(instance)
    before = jobs(instance)
    kubectl("-n", instance.namespace, "delete", "configmap", "mastodon-migrations")
    resumed = migrate(instance)
    assert action(resumed, "ConfigMap") == {"mastodon-migrations": "created"}
    assert jobs(instance) == before


def test_two_runs_at_once_make_one_job(instance):
    runs = [start(instance) for _ in range(2)]
    finished = [each.finish() for each in runs]
    assert not any(done.failed for done in finished), [done.output for done in finished]
    assert len(jobs(instance)) == 1
    assert sum(bool(action(done, "Job")) for done in finished) == 1
    assert instance.sql("SELECT count(*) FROM double_migration_runs WHERE runs > 1") == ["0"]


def test_another_images_migration_is_waited_for(instance):
    migrate(instance, version=OLD)
    fault(instance, "slow:0.2")
    first = start(instance, version=NEW)
    until(lambda: len(jobs(instance)) == 2)
    second = migrate(instance, version=NEWER)
    assert "Another migration is at work" in second.output
    assert not first.finish().failed
    assert not second.failed, second.output


def test_a_failure_tells_why_and_the_next_run_tries_again(instance):
    migrate(instance, version=OLD)
    fault(instance, "fail")
    failed = migrate(instance, version=NEW)
    assert failed.failed
    for words in ("BackoffLimitExceeded", "exit code 1", "because a test asked for it", "no Deployment was touched"):
        assert words in failed["msg"]
    broken = jobs(instance)
    assert len(broken) == 2, "the failed Job is kept to be looked at"
    fault(instance, None)
    mended = migrate(instance, version=NEW)
    assert not mended.failed, mended.output
    assert "is replaced: it failed before" in mended.output
    assert jobs(instance).keys() == broken.keys()
    assert jobs(instance) != broken


def test_a_migration_that_hangs_ends_at_its_deadline_with_its_log(instance):
    migrate(instance, version=OLD)
    fault(instance, "hang")
    failed = migrate(instance, version=NEW, deadline=15)
    assert failed.failed
    assert "DeadlineExceeded" in failed["msg"]
    assert "held up because a test asked for it" in failed["msg"]


def test_an_image_that_cannot_be_pulled_is_named_and_makes_way(instance):
    stuck = migrate(instance, version="0.0.0", start_timeout=10)
    assert stuck.failed
    assert "has not started" in stuck["msg"]
    assert "double:v0.0.0" in stuck["msg"]
    right = migrate(instance)
    assert not right.failed, right.output
    assert len(jobs(instance)) == 1


def test_a_wrong_database_can_be_corrected(instance):
    template = instance.template()
    for variable in template["spec"]["template"]["spec"]["containers"][0]["env"]:
        if variable["name"] == "DB_HOST":
            variable["value"] = "nowhere.invalid"
    failed = run("mastodon_migrate", **{**options(instance), "job_template": template})
    assert failed.failed
    assert "ConnectionNotEstablished" in failed["msg"]
    assert not migrate(instance).failed


def test_migrations_are_skipped_loudly(instance):
    skipped = migrate(instance, skip=True)
    assert (skipped["changed"], skipped["skipped_migrations"]) == (False, True)
    assert "MIGRATIONS WERE SKIPPED" in skipped.output.partition("localhost |")[0], "as a warning, not only a result"
    assert jobs(instance) == {}


@pytest.mark.parametrize("arguments", [["--check"], []])
def test_an_upgrade_without_a_backup_is_refused(instance, arguments):
    migrate(instance, version=OLD)
    before = jobs(instance)
    refused = migrate(instance, *arguments, allow_without_backup="")
    assert refused.failed
    assert f'(of the module: allow_without_backup) to "{OLD} -> {NEW}"' in refused["msg"]
    assert jobs(instance) == before


def test_a_downgrade_is_allowed_by_what_its_refusal_names(instance):
    migrate(instance, version=NEW)
    refused = migrate(instance, version=OLD)
    named = re.search(r'allow_downgrade\) to "([^"]+)"', refused["msg"])[1]
    assert not migrate(instance, version=OLD, allow_downgrade=named).failed


def test_everything_stands_still_for_all_migrations_at_once(instance):
    migrate(instance, version=OLD)
    work(instance, OLD, replicas=2)
    predicted = migrate(instance, "--check", strategy="stop_first")
    assert len(workers(instance)) == 2
    done = migrate(instance, strategy="stop_first")
    assert done["objects"] == predicted["objects"]
    assert workers(instance) == []
    assert (done["post_pending"], done["stopped"]) == (False, ["mastodon-sidekiq-all"])
    assert instance.sql("SELECT count(*) FROM double_migration_runs WHERE runs > 1") == ["0"]
    assert migrate(instance, phase="after_rollout")["changed"] is False
    command = {"namespace": instance.namespace, "job_template": instance.template(), "command": "tootctl cache clear"}
    assert "these stand still for migrations: mastodon-sidekiq-all" in run("mastodon_tootctl", **command)["msg"]

    again = migrate(instance, strategy="stop_first")
    assert (again["changed"], again["stopped"]) == (False, ["mastodon-sidekiq-all"]), "also after a run that was killed"
    assert migrate(instance, skip=True)["stopped"] == again["stopped"], "whoever skips migrations wants things to run"
    assert migrate(instance, phase="rollout")["changed"]
    until(lambda: len(workers(instance)) == 2)
    assert migrate(instance, phase="rollout")["changed"] is False
    assert migrate(instance, strategy="stop_first")["stopped"] == []


def scheduled(instance, name, **others):
    """A CronJob like those of the role, whose time never comes."""
    spec = instance.template(OLD)["spec"]["template"]["spec"]
    labels = {"app.kubernetes.io/component": "maintenance", "fediverse.mastodon/process": "job"}
    pod = {**spec, "terminationGracePeriodSeconds": 0, "containers": [{**spec["containers"][0], "command": SLEEP}]}
    template = {"spec": {"backoffLimit": 0, "template": {"metadata": {"labels": labels}, "spec": pod}}}
    spec = {"schedule": "0 0 31 2 *", "jobTemplate": template, **others}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name}, "spec": spec}


def scaler(name):
    trigger = {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "50"}}
    spec = {"scaleTargetRef": {"name": "mastodon-sidekiq-all"}, "triggers": [trigger]}
    return {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": name}, "spec": spec}


def at_rest(instance):
    """The CronJobs that start nothing, and the ScaledObjects that raise nothing."""
    suspended = {one["metadata"]["name"] for one in instance.objects("cronjobs") if one["spec"]["suspend"]}
    return suspended | {
        one["metadata"]["name"]
        for one in instance.objects("scaledobjects")
        if one["metadata"].get("annotations", {}).get(PAUSED) == "true"
    }


@pytest.fixture
def automated(instance):
    """An instance with what would start something during migrations; the halves called by-hand are not at work."""
    migrate(instance, version=OLD)
    work(instance, OLD, grace=15)
    manifests = [scheduled(instance, "job"), scheduled(instance, "job-by-hand"), scaler("queue"), scaler("by-hand")]

    def converge():
        return run("apply_set", name="mastodon-app", namespace=instance.namespace, manifests=manifests)

    assert not (made := converge()).failed, made.output
    kubectl("-n", instance.namespace, "patch", "cronjob", "job-by-hand", "-p", '{"spec": {"suspend": true}}')
    kubectl("-n", instance.namespace, "annotate", "scaledobject", "by-hand", f"{PAUSED}=true")
    return converge


BY_HAND = {"job-by-hand", "by-hand"}
ALL_STILL = BY_HAND | {"job", "queue"}


def test_nothing_starts_anything_during_a_standstill(instance, automated):
    predicted = migrate(instance, "--check", strategy="stop_first")
    assert at_rest(instance) == BY_HAND
    done = migrate(instance, strategy="stop_first")
    assert done["objects"] == predicted["objects"]
    assert done["stopped"] == predicted["stopped"] == ["job", "mastodon-sidekiq-all", "queue"]
    assert at_rest(instance) == ALL_STILL
    assert automated()["changed"] is False, "applying the manifests fights with nothing"
    assert at_rest(instance) == ALL_STILL

    predicted = migrate(instance, "--check", phase="rollout")
    assert at_rest(instance) == ALL_STILL
    assert migrate(instance, phase="rollout")["objects"] == predicted["objects"]
    assert at_rest(instance) == BY_HAND
    assert automated()["changed"] is False


def test_a_standstill_whose_run_is_killed_is_resumed_and_ended(instance, automated):
    killed = start(instance, strategy="stop_first")
    until(lambda: instance.objects("deployments")[0]["spec"]["replicas"] == 0)
    killed.kill()
    assert at_rest(instance) == ALL_STILL
    resumed = migrate(instance, strategy="stop_first")
    assert resumed["stopped"] == ["job", "mastodon-sidekiq-all", "queue"]
    migrate(instance, phase="rollout")
    assert at_rest(instance) == BY_HAND
    until(lambda: len(workers(instance)) == 1)


def test_a_command_of_the_old_version_is_awaited(instance):
    migrate(instance, version=OLD)
    work(instance, OLD)
    apply({**(job := scheduled(instance, "job")), "metadata": {**job["metadata"], "namespace": instance.namespace}})
    kubectl("-n", instance.namespace, "create", "job", "long", "--from=cronjob/job")
    until(lambda: [pod for pod in workers(instance) if pod["metadata"]["name"].startswith("long-")])
    refused = migrate(instance, strategy="stop_first", start_timeout=5)
    for words in ("have not ended in 5 seconds: long-", "(Job long)", "kubectl delete job"):
        assert words in refused["msg"]
    assert instance.objects("deployments")[0]["spec"]["replicas"] == 1, "nobody waits for it at a standstill"
    assert at_rest(instance) == {"job"}

    assert migrate(instance)["stopped"] == ["job"]
    work(instance, NEW)
    migrate(instance, phase="rollout")
    assert at_rest(instance) == set()
    refused = migrate(instance, phase="after_rollout", start_timeout=5)
    assert "Commands of the version before the rollout have not ended in 5 seconds: long-" in refused["msg"]
    kubectl("-n", instance.namespace, "delete", "job", "long")
    assert not (done := migrate(instance, phase="after_rollout")).failed, done.output


def test_the_second_half_comes_after_the_last_old_pod(instance):
    migrate(instance, version=OLD)
    work(instance, OLD, grace=15)
    migrate(instance, version=NEW)
    refused = migrate(instance, version=NEW, phase="after_rollout")
    assert f"mastodon-sidekiq-all runs docker.io/fediverse-mastodon/double:v{OLD}" in refused["msg"]

    (old,) = workers(instance)
    work(instance, NEW)
    after = start(instance, version=NEW, phase="after_rollout")
    made = until(lambda: [name for name in jobs(instance) if "after" in name])
    # Its containers have all ended then; the object may be there for a moment longer (Kubernetes 1.27, pod lifecycle).
    running = [pod for pod in workers(instance) if pod["status"]["phase"] not in ("Succeeded", "Failed")]
    assert old["metadata"]["name"] not in {pod["metadata"]["name"] for pod in running}
    done = after.finish()
    assert not done.failed, done.output
    assert f"Waiting for the end of {old['metadata']['name']}" in done.output
    assert done["job"] == made[0]


def test_new_keys_do_not_meet_the_data_of_others(instance):
    migrate(instance, version=OLD)
    stranger(instance)
    template = instance.template(NEW)
    key = "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY"
    kubectl("-n", instance.namespace, "create", "secret", "generic", "keys", f"--from-literal={key}={'k' * 32}")
    kubectl("-n", instance.namespace, "annotate", "secret", "keys", f"fediverse.mastodon/new-keys={key}")
    for variable in template["spec"]["template"]["spec"]["containers"][0]["env"]:
        if variable["name"] == key:
            del variable["value"]
            variable["valueFrom"] = {"secretKeyRef": {"name": "keys", "key": key}}
    instance.sql("INSERT INTO users (account_id, created_at, updated_at) SELECT min(id), now(), now() FROM accounts")
    before = applied(instance)
    refused = migrate(instance, job_template=template)
    assert refused.failed
    assert f"these keys were newly made: {key}" in refused["msg"]
    assert "secrets_allow_new_secrets_for_existing_data" in refused["msg"]
    assert applied(instance) == before

    # Nobody's data is in what a first installation left that ended early.
    instance.sql("DELETE FROM users")
    assert not migrate(instance, job_template=template).failed


def test_a_database_that_is_too_old_is_refused_by_its_own_schema(instance):
    migrate(instance, version=OLD)
    stranger(instance)
    instance.sql("DELETE FROM schema_migrations WHERE version > '20200101000000'")
    refused = migrate(instance)
    assert "the database is older than Mastodon 4.2" in refused["msg"]
    assert "app_upgrade_strategy" in refused["msg"]
    refused = migrate(instance, strategy="stop_first")
    assert "secrets_otp_secret" in refused["msg"]
    assert "stand still" in refused["msg"]
    assert applied(instance) == 1


def test_second_factors_of_4_2_come_along_with_the_secret_and_without_it_nothing_is_touched(instance):
    instance.sql(mastodon_4_2.script(owner="mastodon"))
    columns = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    )

    def state():
        return [instance.sql(query) for query in ("TABLE schema_migrations", "TABLE users", columns)]

    before = state()
    refused = migrate(instance)
    assert refused.failed
    assert "secrets_otp_secret" in refused["msg"]
    assert state() == before

    template = instance.template(NEW, OTP_SECRET=mastodon_4_2.OTP_SECRET)
    half = migrate(instance, job_template=template)
    assert not half.failed, half.output
    assert instance.sql("SELECT otp_secret FROM users") == [""], "it is for the second half to read"
    done = migrate(instance, job_template=template, phase="after_rollout")
    assert not done.failed, done.output
    assert (half["post_pending"], done["post_pending"]) == (True, False)
    assert instance.sql("SELECT otp_secret FROM users") == [mastodon_4_2.SECOND_FACTOR]
    assert instance.sql("SELECT count(*) FROM double_migration_runs WHERE runs > 1") == ["0"]


@pytest.mark.parametrize("wrong", ["slow:0.2", "fail"])
def test_a_job_has_a_policy_of_its_own_for_as_long_as_it_runs(instance, wrong):
    rules = [{"to": [{"namespaceSelector": {}}]}, {"ports": [{"port": 53, "protocol": "UDP"}]}]
    migrate(instance, version=OLD)
    fault(instance, wrong)
    running = start(instance, egress=rules)
    (job,) = until(lambda: [job for job in instance.objects("jobs") if job["status"].get("active")])
    (policy,) = instance.objects("networkpolicies")
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= job["spec"]["template"]["metadata"]["labels"].items()
    assert policy["metadata"]["creationTimestamp"] <= job["metadata"]["creationTimestamp"]
    assert running.finish().failed is (wrong == "fail")
    assert instance.objects("networkpolicies") == []
