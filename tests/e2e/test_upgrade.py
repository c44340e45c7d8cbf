"""An upgrade to the next minor version, with people on the instance the whole time (T2, T3, T5, T6, T8, T41)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from support.history import Event, History, first
from support.playbooks import Run
from support.upgrading import AFTER, BEFORE, NEW, OLD, Instance, added, is_new, version_of
from support.visitors import Answer, failures

pytestmark = pytest.mark.cluster

HEALTH, INSTANCE, ACTOR, STREAMING = "/health", "/api/v2/instance", "/actor", "/api/v1/streaming/health"
WEB = (HEALTH, INSTANCE, ACTOR)
PROCESSES = {"web", "streaming", "sidekiq"}


@dataclass(frozen=True)
class Upgrade:
    """One run, what visitors were answered meanwhile, and what happened to which kind."""

    run: Run
    answers: dict[str, list[Answer]]
    events: dict[str, list[Event]]

    def pods(self, version: str) -> list[Event]:
        """What happened to the application's pods of a version."""
        return [
            event
            for event in self.events["pods"]
            if process(event) in PROCESSES and version_of(event.object) == version
        ]

    def job(self, prefix: str) -> list[Event]:
        """What happened to one of the new version's two Jobs."""
        found = [event for event in self.events["jobs"] if event.name.startswith(prefix) and is_new(event.object)]
        assert len({event.name for event in found}) == 1
        return found


def true(event: Event, condition: str) -> bool:
    conditions = event.object["status"].get("conditions") or ()
    return any(found["type"] == condition and found["status"] == "True" for found in conditions)


def process(pod: Event) -> str | None:
    return pod.object["metadata"]["labels"].get("fediverse.mastodon/process")


def environment(job: Event) -> dict[str, Any]:
    (container,) = job.object["spec"]["template"]["spec"]["containers"]
    return {variable["name"]: variable.get("value") for variable in container["env"]}


def observe(instance, version, **changes):
    """Converge while visitors ask and everything is written down."""
    histories = {
        kind: History(kind, instance.namespace, instance.directory) for kind in ("pods", "jobs", "replicasets")
    }
    visitors = [instance.visitor(path) for path in (*WEB, STREAMING)]
    for visitor in visitors:
        visitor.start()
    run = instance.site(version, **changes)
    answers = {visitor.path: visitor.leave() for visitor in visitors}
    events = {kind: history.end() for kind, history in histories.items()}
    assert run.code == 0, run.output[-5000:]
    return Upgrade(run, answers, events)


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with Instance.at(OLD, "upgrade", tmp_path_factory.mktemp("upgrade")) as instance:
        yield instance


@pytest.fixture(scope="module")
def predicted(instance):
    return instance.site(NEW, "--check")


@pytest.fixture(scope="module")
def upgrade(instance, predicted):
    return observe(instance, NEW)


@pytest.fixture(scope="module")
def renamed(instance, upgrade):
    """A later run with a setting that only web and Sidekiq read."""
    return observe(instance, NEW, app_site={"default_locale": "eo"})


def has_ended(pod):
    return pod.type == "DELETED" or pod.object["status"].get("phase") in ("Succeeded", "Failed")


def test_check_mode_predicted_it(predicted, upgrade):
    assert predicted.code == 0, predicted.output[-5000:]
    assert predicted.changed_objects == upgrade.run.changed_objects


@pytest.mark.parametrize("path", [*WEB, STREAMING])
def test_no_request_fails(upgrade, path):
    assert upgrade.answers[path]
    assert failures(upgrade.answers[path]) == []


def test_visitors_saw_the_old_version_and_then_the_new_one(upgrade):
    seen = [answer.json["version"] for answer in upgrade.answers[INSTANCE]]
    assert (seen[0], seen[-1]) == (OLD, NEW)


def test_the_schema_is_ready_before_anything_new_runs(upgrade):
    done = first(upgrade.job(BEFORE), lambda job: true(job, "Complete"))
    made = [event for event in upgrade.pods(NEW) if event.type == "ADDED"]
    assert {process(event) for event in made} == PROCESSES
    assert done.moment < min(event.moment for event in made)
    # The same by the server's clock, in whole seconds, and for the ReplicaSets that make the pods.
    sets = [event for event in upgrade.events["replicasets"] if is_new(event.object)]
    assert len(sets) >= len(PROCESSES)
    born = [event.object["metadata"]["creationTimestamp"] for event in (*sets, *made)]
    assert done.object["status"]["completionTime"] <= min(born)


def test_everything_new_is_ready_and_nothing_old_is_left_when_the_rest_of_the_schema_changes(upgrade):
    started = first(upgrade.job(AFTER), lambda job: job.type == "ADDED").moment
    for name in {event.name for event in upgrade.pods(NEW)}:
        ready = first(upgrade.pods(NEW), lambda pod, name=name: pod.name == name and true(pod, "Ready"))
        assert ready.moment < started
    old = {event.name for event in upgrade.pods(OLD)}
    # Its containers have all ended then; the object may be there for a moment longer (Kubernetes 1.27, pod lifecycle).
    ended = {event.name for event in upgrade.pods(OLD) if event.moment < started and has_ended(event)}
    assert old
    assert old - ended == set()


def test_the_halves_are_told_apart_by_one_variable(upgrade, instance):
    before, after = (environment(upgrade.job(prefix)[-1]) for prefix in (BEFORE, AFTER))
    assert before.pop("SKIP_POST_DEPLOYMENT_MIGRATIONS") == "true"
    assert before == after
    assert before["DB_HOST"].startswith("mastodon-database-rw"), "the database itself, not its pooler"
    web = instance.kubectl("get", "configmap/mastodon-web", "-o", "jsonpath={.data.DB_HOST}")
    assert web.startswith("mastodon-database-pooler")


def test_each_migration_ran_once_and_its_job_is_kept(upgrade, instance):
    assert instance.migrations() == {str(migration.version): 1 for migration in added()}
    assert {upgrade.job(prefix)[0].name for prefix in (BEFORE, AFTER)} <= instance.jobs().keys()


def test_a_setting_of_others_leaves_streaming_alone(renamed):
    """T41: who is connected to streaming stays connected; web is replaced without a gap."""
    replaced = {process(event) for event in renamed.pods(NEW) if "deletionTimestamp" in event.object["metadata"]}
    assert replaced == PROCESSES - {"streaming"}
    assert [failures(answers) for answers in renamed.answers.values()] == [[]] * len(renamed.answers)


def test_a_later_run_of_the_same_version_migrates_nothing(renamed, upgrade):
    assert {event.name for event in renamed.events["jobs"]} == {event.name for event in upgrade.events["jobs"]}
