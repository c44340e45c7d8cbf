"""An upgrade whose run is killed, resumed, killed again and run once more: it is finished, and nothing was done twice.

A gate in front of the API server holds the run at exactly the chosen request, so that it dies there and nowhere else.
Each test kills the upgrade at an early point and its resumption at a late one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import yaml
from support.gate import Call, Gate, Stop
from support.modules import run
from support.playbooks import Playbook
from support.rails import until
from support.upgrading import AFTER, BEFORE, NEW, OLD, SLOWEST, Instance, added, is_new, kill_when, version_of

pytestmark = pytest.mark.cluster

# A migration of each half.
PRE = next(str(one.version) for one in added() if not one.post)
POST = next(str(one.version) for one in added() if one.post)


def creates(prefix: str) -> Callable[[Call], bool]:
    return lambda call: is_job(call) and call.object["metadata"]["name"].startswith(prefix)


def is_job(call: Call) -> bool:
    return call.method == "POST" and call.path.endswith("/jobs") and not call.trial


def records(half: str) -> Callable[[Call], bool]:
    """Whether it writes down that this half is done with the new version."""
    return lambda call: (
        call.method == "PATCH"
        and call.path.endswith("/configmaps/mastodon-migrations")
        and call.object["data"].get(half, "").endswith(NEW)
    )


def applies(name: str) -> Callable[[Call], bool]:
    return lambda call: call.method == "PATCH" and call.path.endswith(f"/deployments/{name}") and not call.trial


def versions(instance: Instance) -> set[str]:
    return {version for _generation, version in instance.deployments().values()}


def status(instance: Instance, prefix: str) -> str:
    """How the new version's Job of one of the halves is."""
    job = instance.job(prefix)
    if job is None:
        return "absent"
    return "complete" if job["status"].get("succeeded") else "unfinished"


def done(instance: Instance) -> tuple[str, str]:
    """Which versions the record gives for the halves."""
    record = instance.record()
    return record["before_rollout"].rpartition(":v")[2], record["after_rollout"].rpartition(":v")[2]


def half_rolled_out(instance: Instance) -> bool:
    """One new pod is ready, and an old one has not ended."""
    found = [
        (
            version_of(pod),
            any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", ())),
        )
        for pod in instance.objects("pods")
        if pod["metadata"]["labels"].get("fediverse.mastodon/process") in ("web", "streaming", "sidekiq")
    ]
    return (NEW, True) in found and OLD in dict(found)


@dataclass(frozen=True)
class Point:
    """Where a run is killed: at a request, in the midst of a migration, or when the cluster is in some state."""

    name: str
    # Whether the cluster is left as the name says.
    left: Callable[[Instance], bool]
    stop: Stop | None = None
    hangs: str = ""
    job: str = ""

    @property
    def slug(self) -> str:
        return self.name.replace(",", "").replace(" ", "_")


POINTS = (
    (
        Point(
            "before the first Job is made",
            lambda seen: status(seen, BEFORE) == "absent" and versions(seen) == {OLD},
            Stop("before", creates(BEFORE)),
        ),
        Point(
            "before the second Job is made",
            lambda seen: status(seen, AFTER) == "absent" and versions(seen) == {NEW} and done(seen) == (NEW, OLD),
            Stop("before", creates(AFTER)),
        ),
    ),
    (
        Point(
            "the first Job is made, and the run not told",
            lambda seen: status(seen, BEFORE) != "absent" and done(seen) == (OLD, OLD),
            Stop("after", creates(BEFORE)),
        ),
        Point(
            "the second Job is at work",
            lambda seen: status(seen, AFTER) == "unfinished" and done(seen) == (NEW, OLD),
            hangs=POST,
            job=AFTER,
        ),
    ),
    (
        Point(
            "the first Job is at work",
            lambda seen: status(seen, BEFORE) == "unfinished" and versions(seen) == {OLD},
            hangs=PRE,
            job=BEFORE,
        ),
        Point("half of the rollout is done", lambda seen: done(seen) == (NEW, OLD) and versions(seen) == {NEW}),
    ),
    (
        Point(
            "the first Job is done, but not recorded",
            lambda seen: status(seen, BEFORE) == "complete" and done(seen) == (OLD, OLD),
            Stop("before", records("before_rollout")),
        ),
        Point(
            "the second Job is done, but not recorded",
            lambda seen: status(seen, AFTER) == "complete" and done(seen) == (NEW, OLD),
            Stop("before", records("after_rollout")),
        ),
    ),
    (
        Point(
            "the first half is recorded, and nothing rolled out",
            lambda seen: done(seen) == (NEW, OLD) and versions(seen) == {OLD},
            Stop("after", records("before_rollout")),
        ),
        Point(
            "a part of the application is applied",
            lambda seen: versions(seen) == {OLD, NEW},
            Stop("before", applies("mastodon-sidekiq-all")),
        ),
    ),
)


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """An instance at the old version, with all that is needed to bring it back there."""
    with Instance.at(OLD, "killed", tmp_path_factory.mktemp("killed")) as instance:
        yield Old(instance)


class Old:
    """The state that each test starts from."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._record = instance.record()
        rendered = instance.site(OLD, mastodon_mode="render", mastodon_render_path=str(instance.directory / "old"))
        if rendered.code:
            raise RuntimeError(rendered.output)
        self._manifests = list(yaml.safe_load_all((instance.directory / "old/app.yaml").read_text()))
        if self._apply():
            raise RuntimeError("what is rendered is not what was applied")
        instance.sql(
            "ALTER DATABASE mastodon ALLOW_CONNECTIONS false",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'mastodon'",
            "CREATE DATABASE kept TEMPLATE mastodon",
            "ALTER DATABASE mastodon ALLOW_CONNECTIONS true",
            database="postgres",
        )

    def restore(self) -> Instance:
        instance = self.instance
        for name, job in instance.jobs().items():
            if is_new(job):
                instance.kubectl("delete", "job", name)
        instance.patch("configmap", "mastodon-migrations", {"data": self._record})
        self._apply()
        instance.sql(
            "CREATE DATABASE fresh TEMPLATE kept OWNER mastodon",
            "DROP DATABASE mastodon WITH (FORCE)",
            "ALTER DATABASE fresh RENAME TO mastodon",
            database="postgres",
        )
        for name in instance.deployments():
            instance.kubectl("rollout", "status", f"deployment/{name}", "--timeout=180s")
        return instance

    def _apply(self) -> bool:
        made = run("apply_set", name="mastodon-app", namespace=self.instance.namespace, manifests=self._manifests)
        if made.failed:
            raise RuntimeError(made.output)
        return made["changed"]


@pytest.mark.parametrize(("early", "late"), POINTS, ids=lambda point: point.slug)
def test_an_upgrade_killed_twice_is_finished_by_the_next_run(old, gate, early, late):
    instance = old.restore()
    secrets = instance.secrets()
    gate.made.clear()
    before = None
    for point in (early, late):
        kill(instance, gate, point, before)
        assert point.left(instance)
        before = point
    gate.hold(None)
    finished = resume(start(instance, gate), instance, before).finish()

    assert finished.code == 0, finished.output[-5000:]
    assert instance.migrations() == {str(migration.version): 1 for migration in added()}
    made = Counter(call.object["metadata"]["name"] for call in gate.made if is_job(call))
    assert sorted(made.elements()) == sorted(name for name, job in instance.jobs().items() if is_new(job))
    assert [status(instance, prefix) for prefix in (BEFORE, AFTER)] == ["complete", "complete"]
    assert len(made) == 2
    assert done(instance) == (NEW, NEW)
    assert versions(instance) == {NEW}
    assert instance.secrets() == secrets
    assert instance.site(NEW).changed_tasks == []


def start(instance: Instance, gate: Gate) -> Playbook:
    return instance.start(NEW, environment=gate.environment)


def kill(instance: Instance, gate: Gate, point: Point, before: Point | None) -> None:
    """Start a run, see it go on after ``before``, and kill it at the point."""
    gate.hold(point.stop)
    if point.hangs:
        instance.fault(f"hang:{point.hangs}")
    running = resume(start(instance, gate), instance, before)
    kill_when(running, lambda: reached(instance, gate, point))


def reached(instance: Instance, gate: Gate, point: Point) -> bool:
    if point.stop:
        return gate.held.is_set()
    if point.hangs:
        return f"migration {point.hangs} is held up" in instance.log(point.job)
    return half_rolled_out(instance)


def resume(running: Playbook, instance: Instance, before: Point | None) -> Playbook:
    """When the migration that hung is found at work, let it go on."""
    if before and before.hangs:
        until(lambda: running.ended or "is at work already" in running.output, SLOWEST)
        instance.fault(None)
    return running
