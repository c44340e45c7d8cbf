"""Migrations that fail, hang, or lose their database: nothing is rolled out, and the next run goes on from there (T4).

One upgrade meets one misfortune after another. Each run gets a little further than the one before it, and the last one
to the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from support.playbooks import Run
from support.rails import until
from support.upgrading import BEFORE, DATABASE_POD, NEW, OLD, Instance, added

pytestmark = pytest.mark.cluster

DEADLINE = 20
# Three migrations, one after another.
FAILS, HANGS, LOSES = (str(added()[position].version) for position in (5, 15, 25))


@dataclass(frozen=True)
class Misfortune:
    """A run that failed, and what it left."""

    run: Run
    deployments: dict[str, tuple[int, str]]
    ran: dict[str, int]

    @classmethod
    def of(cls, run: Run, instance: Instance) -> Misfortune:
        return cls(run, instance.deployments(), instance.migrations())


def up_to(version: str) -> dict[str, int]:
    """That all migrations before this one ran, each once."""
    return {str(one.version): 1 for one in added() if str(one.version) < version}


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with Instance.at(OLD, "misfortune", tmp_path_factory.mktemp("misfortune")) as instance:
        yield instance


@pytest.fixture(scope="module")
def untouched(instance) -> dict[str, Any]:
    found = instance.deployments()
    assert {version for _generation, version in found.values()} == {OLD}
    return found


@pytest.fixture(scope="module")
def failed(instance, untouched):
    instance.fault(f"fail:{FAILS}")
    return Misfortune.of(instance.site(NEW), instance)


@pytest.fixture(scope="module")
def hung(instance, failed):
    instance.fault(f"hang:{HANGS}")
    return Misfortune.of(instance.site(NEW, app_migration_deadline=DEADLINE), instance)


@pytest.fixture(scope="module")
def lost(instance, hung):
    """The database goes while a migration is at work."""
    instance.fault(f"hang:{LOSES}")
    running = instance.start(NEW)
    until(lambda: running.ended or f"migration {LOSES} is held up" in instance.log(BEFORE))
    instance.kubectl("delete", "pod", DATABASE_POD, "--grace-period=1", "--wait=false")
    run = running.finish()
    until(instance.answers)
    return Misfortune.of(run, instance)


@pytest.fixture(scope="module")
def mended(instance, lost):
    instance.fault(None)
    return Misfortune.of(instance.site(NEW), instance)


@pytest.mark.parametrize("name", ["failed", "hung", "lost"])
def test_nothing_is_rolled_out(name, untouched, request):
    misfortune = request.getfixturevalue(name)
    assert misfortune.run.code != 0
    assert misfortune.deployments == untouched
    assert "no Deployment was touched" in misfortune.run.failures


def test_a_failing_migration_is_shown_with_its_log(failed):
    message = failed.run.failures
    assert "BackoffLimitExceeded" in message
    assert "exit code 1" in message
    assert f"migration {FAILS} fails because a test asked for it" in message
    assert "run again; the failed Job is replaced then" in message


def test_what_ran_before_it_is_kept(failed):
    assert failed.ran == up_to(FAILS)


def test_a_hanging_migration_ends_at_its_deadline_with_its_log(hung):
    message = hung.run.failures
    assert "DeadlineExceeded" in message
    assert f"migration {HANGS} is held up because a test asked for it" in message


def test_the_run_after_a_failure_went_on_where_it_had_ended(hung):
    assert hung.ran == up_to(HANGS)


def test_a_database_that_goes_away_is_named_with_the_log(lost):
    message = lost.run.failures
    assert "ConnectionNotEstablished" in message
    assert f"migration {LOSES} is held up" in message, "the last that was heard of it"


def test_the_run_after_a_deadline_went_on_where_it_had_ended(lost):
    assert lost.ran == up_to(LOSES)


def test_once_the_cause_is_gone_the_upgrade_is_finished(mended, instance):
    assert mended.run.code == 0, mended.run.output[-5000:]
    assert {version for _generation, version in mended.deployments.values()} == {NEW}
    assert mended.ran == {str(one.version): 1 for one in added()}
    jobs = instance.jobs()
    assert all(job["status"].get("succeeded") == 1 for job in jobs.values()), "no failed one is left"
    assert len([name for name in jobs if name.startswith(BEFORE)]) == 2
