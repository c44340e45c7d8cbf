"""Migrations against a real database: fresh, again, upgraded, killed, failing, and two runs at once (T1-T9)."""

from __future__ import annotations

import pytest
from support.modules import Module, run
from support.playbooks import kubectl
from support.rails import Instance, Server, until

pytestmark = pytest.mark.cluster

OLD, NEW, NEWER = "4.5.15", "4.6.5", "4.6.6"


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
