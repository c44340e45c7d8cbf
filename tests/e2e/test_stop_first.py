"""Upgrades with everything standing still: killed half way, taken back, finished, and predicted (T2, T8).

Web is an autoscaler's, so nothing but the standstill's own memory knows how many Pods of it there were.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from support.gate import Call, Gate, Stop
from support.playbooks import Run
from support.upgrading import NEW, OLD, Instance, added, is_new, kill_when

pytestmark = pytest.mark.cluster

NEXT = "4.6.6"
WEB = "mastodon-web"


class Scaled(Instance):
    """The smallest instance, its web scaled by Kubernetes, with everything stopped for upgrades."""

    def _inventory(self, version: str, **changes: Any) -> dict[str, Any]:
        own = {"app_upgrade_strategy": "stop_first", "app_autoscaling": {"web": True}}
        return super()._inventory(version, **{**own, **changes})


@dataclass(frozen=True)
class Seen:
    """An instance at one moment."""

    # Each Deployment's number of Pods, and the CronJobs whose time may come.
    numbers: dict[str, int]
    scheduled: set[str]
    pods: list[str]
    versions: set[str]
    record: dict[str, str]
    # The Jobs that migrate everything to the new version.
    jobs: list[str]

    @classmethod
    def of(cls, instance: Instance) -> Seen:
        return cls(
            {
                one["metadata"]["name"]: one["spec"]["replicas"]
                for one in instance.objects("deployments")
                if one["metadata"]["name"] in instance.deployments()
            },
            {one["metadata"]["name"] for one in instance.objects("cronjobs") if not one["spec"].get("suspend")},
            [
                one["metadata"]["name"]
                for one in instance.objects("pods")
                if one["metadata"]["labels"].get("fediverse.mastodon/process") in ("web", "streaming", "sidekiq")
            ],
            {version for _generation, version in instance.deployments().values()},
            instance.record(),
            [name for name, job in instance.jobs().items() if is_new(job)],
        )

    @property
    def stands_still(self) -> bool:
        return not any(self.numbers.values()) and not self.scheduled and not self.pods


def begins(call: Call) -> bool:
    """Whether it writes down that the migrations to the new version begin."""
    recorded = call.method == "PATCH" and call.path.endswith("/configmaps/mastodon-migrations")
    return recorded and call.object["data"].get("begun", "").endswith(NEW)


def lets_web_go_on(call: Call) -> bool:
    raised = call.method == "PATCH" and call.path.endswith(f"/deployments/{WEB}") and not call.trial
    return raised and list(call.object["spec"]) == ["replicas"] and call.object["spec"]["replicas"] > 0


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with Scaled.at(OLD, "stopped", tmp_path_factory.mktemp("stopped")) as instance:
        # As the autoscaler does under load. It has no metrics here, and keeps to its bounds.
        instance.kubectl("scale", f"deployment/{WEB}", "--replicas=2")
        instance.kubectl("rollout", "status", f"deployment/{WEB}", "--timeout=180s")
        yield instance


@pytest.fixture(scope="module")
def before(instance):
    return Seen.of(instance)


def kill(instance: Instance, gate: Gate, stop: Stop) -> Seen:
    """Run the upgrade up to a request, where it dies; what it leaves."""
    gate.hold(stop)
    try:
        kill_when(instance.start(NEW, environment=gate.environment), gate.held.is_set)
    finally:
        gate.hold(None)
    return Seen.of(instance)


@pytest.fixture(scope="module")
def before_the_job(instance, before, gate):
    return kill(instance, gate, Stop("before", begins))


@pytest.fixture(scope="module")
def taken_back(instance, before_the_job) -> tuple[Run, Seen]:
    return instance.site(OLD), Seen.of(instance)


def test_nothing_works_when_the_migrations_begin(before, before_the_job):
    assert before.numbers[WEB] == 2
    assert before.scheduled
    assert before_the_job.stands_still
    assert (before_the_job.versions, before_the_job.jobs) == ({OLD}, [])


def test_an_upgrade_is_taken_back_before_its_job_is_made(instance, before, taken_back):
    run, seen = taken_back
    assert run.code == 0, run.output[-5000:]
    assert (seen.numbers, seen.scheduled, seen.versions) == (before.numbers, before.scheduled, {OLD})
    assert seen.record == before.record


@pytest.fixture(scope="module")
def begun(instance, taken_back, gate):
    return kill(instance, gate, Stop("after", begins))


@pytest.fixture(scope="module")
def refused(instance, begun):
    return instance.site(OLD, "--check")


@pytest.fixture(scope="module")
def applied(instance, refused, gate):
    return kill(instance, gate, Stop("before", lets_web_go_on))


@pytest.fixture(scope="module")
def going_on(instance, applied, gate):
    return kill(instance, gate, Stop("after", lets_web_go_on))


@pytest.fixture(scope="module")
def finished(instance, going_on) -> tuple[Run, Seen, dict[str, int]]:
    return instance.site(NEW), Seen.of(instance), instance.migrations()


def test_no_way_leads_back_once_it_is_recorded_that_migrations_begin(begun, refused):
    assert begun.stands_still
    assert begun.jobs == []
    assert f"{NEW} -> {OLD} is refused" in refused.failures


def test_what_the_autoscaler_decides_waits_for_all_to_be_applied(applied, before):
    assert applied.versions == {NEW}
    assert applied.numbers == {**before.numbers, WEB: 0}
    assert applied.scheduled == set()
    assert json.loads(applied.record["stopped"])["Deployment"][WEB] == {"replicas": 2}


def test_what_has_not_gone_on_yet_is_remembered(going_on, before):
    assert going_on.numbers == before.numbers
    assert going_on.scheduled == set()
    assert going_on.record["stopped"]


def test_the_next_run_finishes_it(finished, before):
    run, seen, migrations = finished
    assert run.code == 0, run.output[-5000:]
    assert migrations == {str(migration.version): 1 for migration in added()}
    assert len(seen.jobs) == 1
    assert (seen.numbers, seen.scheduled, seen.versions) == (before.numbers, before.scheduled, {NEW})
    assert "stopped" not in seen.record


def test_check_mode_predicts_it(instance, finished, before):
    allowed = {"app_upgrade_allow_without_backup": f"{NEW} -> {NEXT}"}
    predicted, run = instance.site(NEXT, "--check", **allowed), instance.site(NEXT, **allowed)
    assert predicted.code == 0, predicted.output[-5000:]
    assert run.code == 0, run.output[-5000:]
    assert predicted.changed_objects == run.changed_objects
    assert predicted.changed_tasks == run.changed_tasks
    seen = Seen.of(instance)
    assert (seen.numbers, seen.scheduled, seen.versions) == (before.numbers, before.scheduled, {NEXT})
    assert instance.site(NEXT).changed_tasks == []
