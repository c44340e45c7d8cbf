"""Runs of migrations: which Jobs are adopted or made anew, what comes before them, and what is said."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._migrate import Migration, Work
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import AFTER, BEFORE, Goal, Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._standstill import go_on
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets import _new_keys
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import Consent
from support.migrations import (
    ALL,
    BROKEN,
    FAILED,
    GOAL,
    RUNNING,
    SPEC,
    STARTING,
    TEMPLATE,
    Cluster,
    deployment,
    job,
    killed,
    migration,
    process,
    recorded,
    rolled_out,
)

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.mark.parametrize(
    ("state", "deadline", "replaced"),
    [
        (BROKEN, 60, True),
        (BROKEN, 90, True),
        (STARTING, 60, False),
        (STARTING, 90, True),
        (RUNNING, 60, False),
        (RUNNING, 90, False),
    ],
)
def test_a_job_of_an_earlier_run(state, deadline, replaced):
    predicted, cluster = Cluster(), Cluster()
    for each in (predicted, cluster):
        each.left_behind(job(), state)
    report = migration(cluster, deadline=deadline).run()
    assert cluster.deleted == [GOAL.job] * replaced
    assert [made["metadata"]["name"] for made in cluster.created] == [GOAL.job] * replaced
    assert _record.record(cluster.record).before_rollout == GOAL.image
    assert migration(predicted, deadline=deadline).predict().actions == report.actions
    assert not predicted.deleted
    assert not predicted.created


def test_a_job_that_this_run_made_is_given_its_time():
    cluster = Cluster(ending={})
    create = cluster.create

    def stuck(manifest):
        create(manifest)
        cluster.left_behind(manifest, BROKEN)

    cluster.create = stuck
    work = Work(TEMPLATE, start_timeout=-1, deadline=60)
    with pytest.raises(Failure, match="has not started"):
        Migration(cluster, "social", GOAL, work, Progress(None)).run()
    assert len(cluster.created) == 1
    assert not cluster.deleted


@pytest.mark.parametrize(
    ("phase", "said", "unsaid"),
    [(BEFORE, "no Deployment was touched", "rolled out"), (AFTER, "rolled out", "no Deployment was touched")],
)
def test_a_failure_tells_what_its_phase_left(phase, said, unsaid):
    cluster = Cluster(ending=FAILED)
    if phase == AFTER:
        _record.write(cluster, "social", None, Record("db", GOAL.image, "mastodon:v4.6.4", 2, "2026-01-01T00:00:00Z"))
    with pytest.raises(Failure) as failure:
        migration(cluster, Goal(phase, GOAL.image, "db")).run()
    assert said in str(failure.value)
    assert unsaid not in str(failure.value)


def test_neither_failure_nor_progress_tells_a_credential(tmp_path):
    line = "could not connect to postgres://mastodon:s3cr3t@database/mastodon"
    cluster, progress = Cluster(ending=FAILED, log=f"{line}\nDB_PASS=s3cr3t\n"), tmp_path / "progress"
    cluster.left_behind(job(), RUNNING)
    with pytest.raises(Failure) as failure:
        cluster.pods[GOAL.job]["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
        migration(cluster, progress=str(progress)).run()
    for text in (str(failure.value), progress.read_text()):
        assert "s3cr3t" not in text
        assert "DB_PASS=(hidden)" in text


def test_everything_is_stopped_and_has_ended_before_all_migrations_run():
    cluster = Cluster()
    cluster.deployments = [deployment(f"mastodon-{one}", "mastodon:v4.6.4") for one in ("web", "sidekiq-all")]
    cluster.deployments[1]["spec"]["replicas"] = 3
    cluster.processes = [process("web-1", "old")]
    recorded(cluster, "mastodon:v4.6.4")
    allowed = Consent(without_backup="4.6.4 -> 4.6.5")
    predicted = migration(cluster, ALL, consent=allowed).predict()
    assert not cluster.deeds
    report = migration(cluster, ALL, consent=allowed).run()
    assert cluster.deeds == ["mastodon-sidekiq-all to 0", "mastodon-web to 0", "no policy", ALL.job, "no policy"]
    assert not cluster.processes
    assert report.stopped == predicted.stopped == ["mastodon-sidekiq-all", "mastodon-web"]
    assert list(report.actions.items()) == list(predicted.actions.items())
    assert (report.after.before_rollout, report.after.after_rollout) == (GOAL.image, GOAL.image)

    assert migration(cluster, ALL, consent=allowed).predict().stopped == report.stopped
    # A run that was killed here goes on with what was recorded; web was applied with replicas of its own meanwhile.
    cluster.deployments[0]["spec"]["replicas"] = 1
    assert migration(cluster, ALL, consent=allowed).run().stopped == ["mastodon-sidekiq-all", "mastodon-web"]
    done = go_on(cluster, "social", ALL, Progress(None), check_mode=False)
    assert cluster.deeds[5:] == ["mastodon-sidekiq-all to 3"]
    assert done["changed"]
    assert go_on(cluster, "social", ALL, Progress(None), check_mode=False)["changed"] is False
    assert migration(cluster, ALL, consent=allowed).run().stopped == []
    assert _record.record(cluster.record).after_rollout == GOAL.image


def test_a_standstill_that_another_run_ends_at_the_last_moment_is_made_again():
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.6.4")
    cluster.deployments = [deployment("mastodon-web", "mastodon:v4.6.4")]
    patch = cluster.patch

    def meanwhile(version, kind, name, namespace, change):
        patch(version, kind, name, namespace, change)
        if change.get("data", {}).get("begun") and "mastodon-web to 2" not in cluster.deeds:
            patch("apps/v1", "Deployment", "mastodon-web", namespace, {"spec": {"replicas": 2}})

    cluster.patch = meanwhile
    migration(cluster, ALL, consent=Consent(without_backup="4.6.4 -> 4.6.5")).run()
    assert cluster.deeds[:-1] == ["mastodon-web to 0", "mastodon-web to 2", "mastodon-web to 0", "no policy", ALL.job]
    assert _record.stopped(cluster.record) == ["mastodon-web"]


def test_a_pod_that_does_not_end_is_named_and_nothing_is_migrated():
    cluster = Cluster()
    cluster.deployments = [deployment("mastodon-web", GOAL.image)]
    patch = cluster.patch
    cluster.patch = lambda *given: patch(*given) if given[1] != "Deployment" else None
    cluster.processes = [process("web-stuck", "old")]
    with pytest.raises(Failure, match="web-stuck"):
        migration(cluster, ALL, start_timeout=-1).run()
    assert not cluster.created
    left = {"Deployment": {"mastodon-web": {"replicas": 2}}}
    assert _record.standstill(cluster.record) == left, "the next run knows what there was"


def test_the_second_half_waits_for_the_last_old_pod():
    cluster = rolled_out()
    cluster.processes = [process("web-old", "old", ending=True), process("web-new", "new"), process("s", "stream")]
    migration(cluster, Goal(AFTER, GOAL.image, "db")).run()
    assert [pod["metadata"]["name"] for pod in cluster.processes] == ["web-new", "s"]
    assert len(cluster.created) == 1


@pytest.mark.parametrize("hashed", ["old", "gone"])
def test_an_old_pod_that_stays_holds_the_second_half_up(hashed):
    cluster = rolled_out()
    cluster.processes = [process("web-old", hashed), process("web-new", "new")]
    with pytest.raises(Failure, match=r"ended in -1 seconds: web-old\."):
        migration(cluster, Goal(AFTER, GOAL.image, "db"), start_timeout=-1).run()
    assert not cluster.created


def test_a_rollout_that_its_controller_has_not_seen_holds_the_second_half_up():
    cluster = rolled_out()
    cluster.deployments[0]["metadata"]["generation"] = 2
    with pytest.raises(Failure, match="mastodon-web"):
        migration(cluster, Goal(AFTER, GOAL.image, "db"), start_timeout=-1).run()


def test_the_second_half_is_refused_without_a_rollout():
    cluster = rolled_out()
    cluster.deployments.append(deployment("mastodon-sidekiq-all", "mastodon:v4.6.4"))
    with pytest.raises(Failure, match=r"mastodon-sidekiq-all runs mastodon:v4\.6\.4"):
        migration(cluster, Goal(AFTER, GOAL.image, "db")).run()
    assert not cluster.created


def test_a_registry_in_front_is_no_other_image():
    cluster = rolled_out()
    cluster.deployments[0]["spec"]["template"]["spec"]["containers"][0]["image"] = "mirror:5000/x/mastodon:v4.6.5"
    migration(cluster, Goal(AFTER, GOAL.image, "db")).run()


KEY = "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY"


@pytest.mark.parametrize("known", [True, False])
def test_new_keys_are_asked_about_once(known):
    cluster = Cluster()
    reference = {"name": KEY, "valueFrom": {"secretKeyRef": {"name": "mastodon-secrets", "key": KEY}}}
    container = {**SPEC["containers"][0], "env": [reference]}
    template = {**TEMPLATE, "spec": {"template": {"spec": {"containers": [container]}}}}
    cluster.secrets["mastodon-secrets"] = {"metadata": {"annotations": {_new_keys.ANNOTATION: KEY}}}
    if known:
        recorded(cluster, "mastodon:v4.6.5-1")
    Migration(cluster, "social", GOAL, Work(template, 60, 60), Progress(None)).run()
    command = cluster.created[0]["spec"]["template"]["spec"]["containers"][0]["command"][-1]
    assert (f"new_keys={KEY}" in command) is not known
    assert _new_keys.marked(cluster.secrets["mastodon-secrets"]) == (), "they are in use now"


@pytest.mark.parametrize("known", [None, "mastodon:v4.2.9"])
def test_a_job_that_is_made_anew_looks_at_the_database_as_the_first_one_did(known):
    """At the data of others in a new instance, at second factors in an old one."""
    cluster, words = Cluster(), "4.2.9 -> 4.6.5"
    if known:
        recorded(cluster, known)
    killed(cluster, ALL, Consent(without_backup=words, skipped_minor=words))
    cluster.left_behind(cluster.jobs[ALL.job], {"terminated": {"exitCode": 1}})
    cluster.jobs[ALL.job]["status"] = FAILED
    migration(cluster, ALL, consent=Consent(without_backup=words, skipped_minor=words)).run()
    first, again = (job["spec"]["template"]["spec"]["containers"][0]["command"] for job in cluster.created)
    assert "schema=$(" in first[-1]
    assert first == again
