"""What may follow what: downgrades, and Jobs that were begun and never recorded."""

import re

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure, KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _job
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import AFTER, BEFORE, Goal, Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._script import Doubts
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import Consent
from support.migrations import (
    ALL,
    BACK,
    BROKEN,
    FAILED,
    FINISHED,
    GOAL,
    RUNNING,
    STARTING,
    TEMPLATE,
    Cluster,
    deployment,
    half_way,
    migration,
    recorded,
)

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.mark.parametrize("predicted", [True, False])
def test_a_downgrade_is_refused_also_in_check_mode(predicted):
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.7.0")
    run = migration(cluster)
    with pytest.raises(Failure, match=r"4\.6\.5.*4\.7\.0"):
        run.predict() if predicted else run.run()
    assert not cluster.created


def test_what_is_recorded_of_another_database_refuses_nothing():
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.7.0")
    report = migration(cluster, Goal(BEFORE, GOAL.image, "other")).run()
    assert report.after.database == "other"


def test_without_a_record_the_running_version_counts():
    cluster = Cluster()
    cluster.deployments = [deployment("mastodon-web", "mastodon:v4.5.0")]
    with pytest.raises(Failure, match=re.escape('allow_without_backup) to "4.5.0 -> 4.6.5"')):
        migration(cluster).run()
    allowed = Consent(without_backup="4.5.0 -> 4.6.5")
    assert migration(cluster, consent=allowed).predict().after.post_pending is None, "it is no empty database"
    assert migration(cluster, consent=allowed).run().after.before_rollout == GOAL.image


@pytest.mark.parametrize("goal", [ALL, Goal(AFTER, GOAL.image, "db")])
@pytest.mark.parametrize("predicted", [True, False])
def test_no_older_version_follows_a_job_that_nobody_recorded(goal, predicted):
    cluster = half_way(goal)
    run = migration(cluster, BACK)
    with pytest.raises(Failure, match=re.escape("4.6.5 -> 4.5.15 is refused")):
        run.predict() if predicted else run.run()
    allowed = migration(cluster, BACK, consent=Consent(downgrade="4.6.5 -> 4.5.15")).run()
    assert (allowed.after.before_rollout, allowed.after.begun) == (BACK.image, "")


@pytest.mark.parametrize("goal", [ALL, Goal(AFTER, GOAL.image, "db")])
def test_a_job_that_nobody_recorded_is_taken_up_again(goal):
    cluster = half_way(goal)
    made = len(cluster.created)
    report = migration(cluster, goal).run()
    assert report.after == Record("db", GOAL.image, GOAL.image, 0, FINISHED["completionTime"])
    assert len(cluster.created) == made


def test_an_older_version_may_follow_the_first_half_alone():
    cluster = half_way(GOAL)
    assert migration(cluster, BACK).run().actions == {}


def test_a_job_of_which_nothing_ran_holds_no_version_up():
    cluster = half_way(ALL)
    cluster.left_behind(cluster.jobs[ALL.job], BROKEN)
    report = migration(cluster, BACK).run()
    assert ALL.job in cluster.deleted
    assert (report.after.before_rollout, report.after.begun) == (BACK.image, "")


def test_a_job_that_began_after_it_was_looked_at_holds_an_older_version_up():
    """It was only starting when the way back was asked for, and did all its work while that run waited for it."""
    cluster = half_way(ALL)
    cluster.left_behind(cluster.jobs[ALL.job], STARTING)
    with pytest.raises(Failure, match=re.escape("4.6.5 -> 4.5.15 is refused")):
        migration(cluster, BACK).run()
    assert len(cluster.created) == 1


def test_a_second_half_of_which_nothing_ran_lets_the_upgrade_be_undone():
    cluster = half_way(Goal(AFTER, GOAL.image, "db"))
    first = _job.manifest(TEMPLATE, "social", GOAL, Doubts(), deadline=60, ttl=None)
    cluster.left_behind(first, {"terminated": {"exitCode": 0}})
    cluster.jobs[GOAL.job]["status"] = FINISHED
    after = Goal(AFTER, GOAL.image, "db").job
    cluster.left_behind(cluster.jobs[after], BROKEN)
    assert migration(cluster, BACK).run().after.before_rollout == BACK.image


def test_a_job_that_the_server_refuses_leaves_nothing_begun():
    cluster = Cluster()
    recorded(cluster, BACK.image)
    create = cluster.create

    def full(manifest):
        if manifest["kind"] == "Job":
            raise KubeError("create Job", 403, {"message": "exceeded quota: pods"})
        create(manifest)

    cluster.create = full
    with pytest.raises(Failure, match="exceeded quota"):
        migration(cluster, ALL, consent=Consent(without_backup="4.5.15 -> 4.6.5")).run()
    cluster.create = create
    assert migration(cluster, BACK).run().after.before_rollout == BACK.image
    assert not cluster.created


def test_without_a_record_the_newest_job_counts():
    cluster = Cluster()
    for version, finished in (("4.6.5", "2026-01-01T00:00:00Z"), ("4.6.6", "2026-01-02T00:00:00Z")):
        goal = Goal(BEFORE, f"mastodon:v{version}", "db")
        made = _job.manifest(TEMPLATE, "social", goal, Doubts(), deadline=60, ttl=None)
        cluster.left_behind(made, RUNNING)
        cluster.jobs[goal.job]["status"] = {**FINISHED, "completionTime": finished}
    migration(cluster).run()
    assert cluster.deleted == [GOAL.job]


@pytest.mark.parametrize("goal", [ALL, Goal(AFTER, GOAL.image, "db")])
def test_what_a_failed_job_may_have_taken_away_is_not_forgotten_with_the_next_first_half(goal):
    """It is mended with another patch release, or in another way; the version before finds its columns no more."""
    cluster = half_way(goal)
    cluster.jobs[goal.job]["status"] = FAILED
    cluster.log = "Post-deployment migrations left for after the rollout: 2"
    following = GOAL if goal is ALL else Goal(BEFORE, "mastodon:v4.6.6", "db")
    mended = migration(cluster, following, consent=Consent(without_backup="4.6.5 -> 4.6.6")).run()
    assert (mended.after.before_rollout, mended.after.after_rollout) == (following.image, "")
    with pytest.raises(Failure, match=r"-> 4\.5\.15 is refused"):
        migration(cluster, BACK).run()


def test_a_job_that_cannot_start_does_not_stand_for_the_one_in_whose_place_it_is():
    goal = Goal(AFTER, GOAL.image, "db")
    cluster = half_way(goal)
    cluster.jobs[goal.job]["status"] = FAILED
    create = cluster.create

    def unable(manifest):
        create(manifest)
        if manifest["kind"] == "Job":
            cluster.left_behind(manifest, BROKEN)
            raise KeyboardInterrupt

    cluster.create = unable
    with pytest.raises(KeyboardInterrupt):
        migration(cluster, goal).run()
    cluster.create = create
    with pytest.raises(Failure, match=re.escape("4.6.5 -> 4.5.15 is refused")):
        migration(cluster, BACK).run()
