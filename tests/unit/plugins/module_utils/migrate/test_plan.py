"""The state machine of migrations: every state a run can find, and the step it takes from there."""

from dataclasses import replace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import (
    AFTER,
    BEFORE,
    Goal,
    Job,
    Record,
    is_done,
    next_step,
    recorded,
)

OLD, NEW = "mastodon:v4.6.4", "mastodon:v4.6.5"
BEFORE_NEW, AFTER_NEW = Goal(BEFORE, NEW, "db"), Goal(AFTER, NEW, "db")
ALL_NEW = Goal(BEFORE, NEW, "db", at_once=True)
OLD_DONE = Record("db", OLD, OLD, 0, "2026-01-01T00:00:00Z")
NEW_HALF = Record("db", NEW, OLD, 2, "2026-02-01T00:00:00Z")
NEW_DONE = Record("db", NEW, NEW, 0, "2026-02-02T00:00:00Z")
RUNNING = Job("job", "unfinished")
STUCK = Job("job", "unfinished", stuck="it cannot start")
FAILED = Job("job", "failed", reason="BackoffLimitExceeded")


def complete(when):
    return Job("job", "complete", finished=when)


@pytest.mark.parametrize(
    ("record", "goal", "job", "kind"),
    [
        # A fresh database.
        (None, BEFORE_NEW, None, "start"),
        # Killed after the Job was made, after it had ended, after it had been recorded.
        (None, BEFORE_NEW, RUNNING, "wait"),
        (None, BEFORE_NEW, complete("2026-02-01T00:00:00Z"), "record"),
        (NEW_HALF, BEFORE_NEW, complete("2026-02-01T00:00:00Z"), "done"),
        # A database made anew under the same name, beside the Job that served the former one.
        (None, BEFORE_NEW, replace(complete("2026-02-01T00:00:00Z"), database="former"), "replace"),
        (None, BEFORE_NEW, replace(complete("2026-02-01T00:00:00Z"), database="db"), "record"),
        # An upgrade.
        (OLD_DONE, BEFORE_NEW, None, "start"),
        (OLD_DONE, BEFORE_NEW, complete("2026-02-01T00:00:00Z"), "record"),
        (NEW_HALF, AFTER_NEW, None, "start"),
        (NEW_HALF, AFTER_NEW, RUNNING, "wait"),
        (NEW_HALF, AFTER_NEW, complete("2026-02-02T00:00:00Z"), "record"),
        (NEW_DONE, BEFORE_NEW, None, "done"),
        (NEW_DONE, AFTER_NEW, None, "done"),
        # Tried again after a failure.
        (None, BEFORE_NEW, FAILED, "replace"),
        (NEW_HALF, AFTER_NEW, FAILED, "replace"),
        # Left by an earlier run, and nothing of it ever ran.
        (None, BEFORE_NEW, STUCK, "replace"),
        (NEW_HALF, AFTER_NEW, STUCK, "replace"),
        # Back to the new image after the old one was put back in between: the finished Job proves nothing any more.
        (OLD_DONE, BEFORE_NEW, complete("2025-12-31T00:00:00Z"), "replace"),
        # Out of order.
        (None, AFTER_NEW, None, "refuse"),
        (OLD_DONE, AFTER_NEW, None, "refuse"),
        # The record is about another database.
        (replace(NEW_DONE, database="other"), BEFORE_NEW, None, "start"),
        (replace(NEW_DONE, database="other"), AFTER_NEW, None, "refuse"),
    ],
)
def test_next_step(record, goal, job, kind):
    assert next_step(record, goal, job).kind == kind


@pytest.mark.parametrize("reason", ["BackoffLimitExceeded", "DeadlineExceeded"])
def test_a_failed_job_is_explained(reason):
    assert reason in next_step(None, BEFORE_NEW, Job("job", "failed", reason=reason)).reason


@pytest.mark.parametrize(
    ("record", "goal", "left", "expected"),
    [
        (None, BEFORE_NEW, 0, Record("db", NEW, NEW, 0, "now")),
        (None, BEFORE_NEW, 2, Record("db", NEW, "", 2, "now")),
        (None, BEFORE_NEW, None, Record("db", NEW, "", None, "now")),
        (OLD_DONE, BEFORE_NEW, 0, Record("db", NEW, NEW, 0, "now")),
        (OLD_DONE, BEFORE_NEW, 2, Record("db", NEW, OLD, 2, "now")),
        (replace(OLD_DONE, database="other"), BEFORE_NEW, 2, Record("db", NEW, "", 2, "now")),
        (NEW_HALF, AFTER_NEW, 0, Record("db", NEW, NEW, 0, "now")),
        (OLD_DONE, ALL_NEW, None, Record("db", NEW, NEW, 0, "now")),
    ],
)
def test_recorded(record, goal, left, expected):
    assert recorded(record, goal, "now", left) == expected
    assert is_done(expected, goal)


@pytest.mark.parametrize("left", [0, 1, None])
def test_every_upgrade_ends(left):
    """From any state the steps lead to both phases being done, each Job finishing well."""
    for record in (None, OLD_DONE, NEW_HALF, NEW_DONE, replace(OLD_DONE, database="other")):
        now, clock = record, 0
        for goal in (BEFORE_NEW, AFTER_NEW):
            job = None
            while (step := next_step(now, goal, job)).kind != "done":
                clock += 1
                assert clock < 10, "the steps go round in circles"
                if step.kind == "start":
                    job = complete(f"2027-01-01T00:00:{clock:02d}Z")
                else:
                    assert step.kind == "record"
                    now = recorded(now, goal, job.finished, left)
        assert (now.before_rollout, now.after_rollout) == (NEW, NEW)


def test_a_jobs_name_tells_its_work_apart():
    """T2: the same work has the same name in every run; another image, phase or database has another one."""
    names = {
        Goal(*work).job
        for work in [
            (BEFORE, NEW, "db"),
            (AFTER, NEW, "db"),
            (BEFORE, OLD, "db"),
            (BEFORE, NEW, "d"),
            (BEFORE, NEW, "db", True),
        ]
    }
    assert len(names) == 5
    assert Goal(BEFORE, NEW, "db").job == BEFORE_NEW.job == "mastodon-migrate-before-" + BEFORE_NEW.job[-10:]
