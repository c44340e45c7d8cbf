"""Migrations of other runs and other images, at the same time or before."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure, KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _job, _jobs
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import AFTER, BEFORE, Goal
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._script import Doubts
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import Consent
from support.migrations import (
    ALL,
    FAILED,
    FINISHED,
    GOAL,
    RUNNING,
    STARTING,
    TEMPLATE,
    Cluster,
    deployment,
    job,
    migration,
    recorded,
)

pytestmark = pytest.mark.usefixtures("no_waiting")


def test_a_job_that_appears_while_everything_is_stopped_is_waited_for():
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.6.4")
    cluster.deployments = [deployment("mastodon-web", "mastodon:v4.6.4")]
    other = Goal(BEFORE, "mastodon:v4.6.4-1", "db")
    manifest, patch = _job.manifest(TEMPLATE, "social", other, Doubts(), deadline=60, ttl=None), cluster.patch

    def meanwhile(*given):
        if given[1] == "Deployment" and other.job not in cluster.jobs:
            cluster.left_behind(manifest, RUNNING)
        patch(*given)

    cluster.patch = meanwhile
    create = cluster.create

    def alone(manifest):
        unfinished = [name for name, job in cluster.jobs.items() if not job["status"]]
        assert unfinished == [] or manifest["kind"] == "ConfigMap"
        create(manifest)

    cluster.create = alone
    report = migration(cluster, ALL, consent=Consent(without_backup="4.6.4 -> 4.6.5")).run()
    assert report.after.after_rollout == GOAL.image


def test_a_job_that_another_run_has_replaced_is_not_killed():
    cluster = Cluster()
    cluster.left_behind(job(), RUNNING)
    cluster.jobs[GOAL.job]["status"] = FAILED
    seen, read = [], cluster.list

    def stale(version, kind, namespace, *, labels=""):
        found = read(version, kind, namespace, labels=labels)
        if kind == "Job" and not seen:
            seen.append(found)
            cluster.jobs[GOAL.job] = {**found[0], "metadata": {**found[0]["metadata"], "uid": "new"}, "status": {}}
        return found

    cluster.list = stale
    migration(cluster).run()
    assert (cluster.deleted, cluster.created) == ([], [])


def test_another_job_that_cannot_be_scheduled_makes_way():
    cluster = Cluster()
    other = Goal(BEFORE, "mastodon:v4.6.6", "db")
    cluster.left_behind(_job.manifest(TEMPLATE, "social", other, Doubts(), deadline=60, ttl=None), STARTING)
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no node fits"}
    cluster.pods[other.job]["status"] = {"phase": "Pending", "conditions": [unscheduled]}
    migration(cluster).run()
    assert cluster.deleted == [other.job]


def test_a_job_in_the_place_of_another_knows_when_the_first_one_was_made():
    """The backup to go back to is one from before that, however often the upgrade is tried."""
    cluster = Cluster()
    for made in ("2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"):
        cluster.left_behind(cluster.jobs.get(GOAL.job) or job(), RUNNING)
        cluster.jobs[GOAL.job]["metadata"]["creationTimestamp"] = made
        cluster.jobs[GOAL.job]["status"] = FAILED
        cluster.record = None
        migration(cluster).run()
    assert [_job.began(job) for job in cluster.created] == ["2026-01-05T00:00:00Z"] * 2


@pytest.mark.parametrize("other", ["mastodon:v4.6.6", "mastodon:v4.7.0"])
def test_another_run_that_was_faster_is_checked_again(other):
    """While this run waited for it, another one has recorded its version; its backup is this one's too."""
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.6.4")
    left_behind = _job.manifest(TEMPLATE, "social", Goal(BEFORE, other, "db"), Doubts(), deadline=60, ttl=None)
    cluster.left_behind(left_behind, RUNNING)
    logs = cluster.logs

    def record_too(*pod, tail):
        cluster.record = {**cluster.record, "data": {**cluster.record["data"], "before_rollout": other}}
        return logs(*pod, tail=tail)

    cluster.logs = record_too
    run = migration(cluster, consent=Consent(without_backup="4.6.4 -> 4.6.5"))
    if other.endswith("4.7.0"):
        # Completed too: from a half-done upgrade the way back would be open.
        cluster.record["data"]["after_rollout"] = other
        with pytest.raises(Failure, match=r"4\.7\.0 -> 4\.6\.5 is refused"):
            run.run()
    else:
        assert run.run().after.before_rollout == GOAL.image


def test_nothing_is_recorded_while_another_migration_is_at_work():
    """What that one does to the database is the last word on it."""
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.6.4")
    other = Goal(AFTER, "mastodon:v4.6.4", "db")
    cluster.left_behind(_job.manifest(TEMPLATE, "social", other, Doubts(), deadline=60, ttl=None), RUNNING)
    cluster.left_behind(job(), RUNNING)
    cluster.jobs[GOAL.job]["status"] = FINISHED
    keep, seen = cluster.patch, []

    def patch(*given):
        seen.append(cluster.jobs[other.job]["status"])
        keep(*given)

    cluster.patch = patch
    migration(cluster, consent=Consent(without_backup="4.6.4 -> 4.6.5")).run()
    assert seen == [FINISHED]


def test_a_job_whose_pod_does_not_go_is_named(monkeypatch):
    cluster = Cluster()
    cluster.left_behind(job(), RUNNING)
    cluster.jobs[GOAL.job]["status"] = FAILED
    cluster.delete = lambda *_identity, **_options: True
    times = iter(range(0, 10_000, 100))
    monkeypatch.setattr(_jobs.time, "monotonic", lambda: next(times))
    with pytest.raises(Failure, match=f"{GOAL.job} is not gone .* node is gone"):
        migration(cluster).run()


def test_a_record_that_somebody_deletes_meanwhile_is_made_anew():
    cluster = Cluster()
    recorded(cluster, "mastodon:v4.6.4")
    patch, broken = cluster.patch, []

    def once(*given):
        if not broken:
            broken.append(cluster.record)
            cluster.record = None
            raise KubeError("patch ConfigMap", 404, {"reason": "NotFound"})
        patch(*given)

    cluster.patch = once
    report = migration(cluster, consent=Consent(without_backup="4.6.4 -> 4.6.5")).run()
    assert broken
    assert report.after.before_rollout == GOAL.image
