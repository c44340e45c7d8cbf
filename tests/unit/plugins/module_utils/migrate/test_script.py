"""The script of migration Jobs, in a real shell, with a bin/rails of a few lines that tells what it was asked."""

import os
import subprocess

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import AFTER, BEFORE, Goal
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._script import SKIP_POST, Doubts, script
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._version import Version, floor, version

V4_6 = version("4.6.5")
NONE = Doubts(version=False)
LOOK = Doubts()
NEW_KEYS = Doubts(version=False, new_keys=("SECRET_KEY_BASE", "VAPID_PRIVATE_KEY"))
OTP_MIGRATION = "20240307180905"
NEWEST = "20260611000000"

RAILS = """#!/bin/sh
echo "$1 ${SKIP_POST_DEPLOYMENT_MIGRATIONS-none}" >> "$CALLS"
case $1 in
  db:version) %s ;;
  db:migrate:status) [ -z "${SKIP_POST_DEPLOYMENT_MIGRATIONS+set}" ] || exit 7; printf "$STATUS" ;;
  db:abort_if_pending_migrations) %s ;;
  runner) echo noise; echo "$USERS" ;;
  *) %s ;;
esac
"""


MISSING = """echo 'connection failed: FATAL:  database "social" does not exist' >&2; exit 1"""
AWAY = "echo 'ActiveRecord::NoDatabaseError: We could not find your database: social.' >&2; exit 1"


def status(newest="Add foo"):
    return f" Status   Migration ID    Migration Name\n-----\n   up     20250101000000  Old\n   up     2026  {newest}\n"


class Run:
    def __init__(
        self, tmp_path, goal, doubts=NONE, wanted=V4_6, *, schema="", failure=MISSING, left="true", work="true", **env
    ):
        program, calls, told = tmp_path / "bin/rails", tmp_path / "calls", tmp_path / "told"
        program.parent.mkdir()
        version_task = f"printf '\\ndatabase: social\\nCurrent version: {schema}\\n'" if schema else failure
        program.write_text(RAILS % (version_task, left, work))
        program.chmod(0o755)
        skip = {SKIP_POST: "true"} if goal.phase == BEFORE and not goal.at_once else {}
        text = script(goal, wanted, doubts).replace("/dev/termination-log", str(told))
        done = subprocess.run(
            ["/bin/sh", "-ec", text],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "CALLS": str(calls), "STATUS": status(), **skip, **env},
            check=False,
            capture_output=True,
            text=True,
        )
        self.code, self.errors = done.returncode, done.stderr
        self.calls = calls.read_text().splitlines() if calls.exists() else []
        self.told = told.read_text() if told.exists() else ""


def goal(phase=BEFORE, *, at_once=False):
    return Goal(phase, "mastodon:v4.6.5", "db", at_once)


PENDING = 'echo "You have 1 pending migration:\n  2025 Foo"; exit 1'
MANY = 'echo noise; echo "You have 12 pending migrations:"; exit 1'


@pytest.mark.parametrize(
    ("phase", "rails", "code", "message"),
    [
        (BEFORE, {}, 0, "post_pending=0"),
        (BEFORE, {"left": PENDING}, 0, "post_pending=1"),
        (BEFORE, {"left": MANY}, 0, "post_pending=12"),
        (BEFORE, {"left": "echo no database >&2; exit 1"}, 0, "post_pending="),
        (BEFORE, {"work": "exit 3"}, 3, ""),
        (AFTER, {"left": "exit 9"}, 0, "post_pending=0"),
        (AFTER, {"left": "exit 9", "work": "exit 3"}, 3, ""),
    ],
)
def test_the_halves(tmp_path, phase, rails, code, message):
    run = Run(tmp_path, goal(phase), **rails)
    assert (run.code, run.told) == (code, message)
    assert run.calls[0] == ("db:prepare true" if phase == BEFORE else "db:migrate none")
    if phase == BEFORE and code == 0:
        assert run.calls[1] == "db:abort_if_pending_migrations none"


@pytest.mark.parametrize(("work", "code", "message"), [("true", 0, "post_pending=0"), ("exit 3", 3, "")])
def test_all_at_once(tmp_path, work, code, message):
    run = Run(tmp_path, goal(at_once=True), work=work)
    assert (run.code, run.told) == (code, message)
    assert run.calls == ["db:prepare none"]


@pytest.mark.parametrize("schema", ["", "0", NEWEST])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_database_without_an_old_schema_is_migrated(tmp_path, schema, at_once):
    run = Run(tmp_path, goal(at_once=at_once), LOOK, schema=schema)
    assert run.code == 0
    looked = ["db:version", "db:migrate:status"] if schema == NEWEST else ["db:version"]
    assert [call.split()[0] for call in run.calls[: len(looked) + 1]] == [*looked, "db:prepare"]


def test_nothing_is_looked_at_without_doubts(tmp_path):
    assert Run(tmp_path, goal(), NONE, schema="1").calls[0] == "db:prepare true"


@pytest.mark.parametrize("doubts", [LOOK, NEW_KEYS])
def test_a_database_that_cannot_be_looked_at_is_not_taken_for_an_empty_one(tmp_path, doubts):
    run = Run(tmp_path, goal(), doubts, failure=AWAY)
    assert (run.code, run.calls) == (1, ["db:version true"])
    assert "We could not find your database" in run.errors
    assert "not migrated unseen" in run.errors


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(("allowed", "code"), [(False, 1), (True, 0)])
def test_a_newer_schema_is_refused_before_anything_is_migrated(tmp_path, at_once, allowed, code):
    newer = status("********** NO FILE **********")
    doubts = Doubts(newer_is_allowed=allowed)
    run = Run(tmp_path, goal(at_once=at_once), doubts, schema=NEWEST, STATUS=newer, OTP_SECRET="old")
    assert run.code == code
    assert any("db:prepare" in call for call in run.calls) is allowed
    if not allowed:
        for words in (NEWEST, "4.6.5", "app_upgrade_allow_downgrade"):
            assert words in run.errors


def test_a_gap_below_the_newest_migration_is_no_newer_version(tmp_path):
    gap = status("********** NO FILE **********") + "   up     2027  Newest\n"
    assert Run(tmp_path, goal(), LOOK, schema=NEWEST, STATUS=gap).code == 0


@pytest.mark.parametrize("schema", [None, -1, 0])
def test_a_schema_below_the_floor_is_refused_before_anything_is_migrated(tmp_path, schema):
    below = floor(V4_6).schema + schema if schema is not None else 20200101000000
    run = Run(tmp_path, goal(), LOOK, schema=str(below), OTP_SECRET="old")
    if schema == 0:
        assert run.code == 0
        return
    assert run.code == 1
    assert run.calls == ["db:version true"]
    for words in ("4.2", "4.6.5", "app_upgrade_strategy", "stop_first", floor(V4_6).source):
        assert words in run.errors


def test_standing_still_any_schema_is_migrated(tmp_path):
    assert Run(tmp_path, goal(at_once=True), LOOK, schema="20200101000000", OTP_SECRET="old").code == 0


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("given", [{}, {"OTP_SECRET": "old"}])
def test_a_schema_of_4_2_needs_otp_secret_and_says_so_first(tmp_path, at_once, given):
    run = Run(tmp_path, goal(at_once=at_once), LOOK, schema="20230907150100", **given)
    assert run.code == (0 if given else 1)
    if not given:
        assert [call.split()[0] for call in run.calls] == ["db:version"]
        assert "secrets_otp_secret" in run.errors


@pytest.mark.parametrize("given", [{}, {"OTP_SECRET": "old"}])
def test_a_post_migration_that_needs_otp_secret_fails_before_the_rollout(tmp_path, given):
    left = f'echo "You have 2 pending migrations:\n  {OTP_MIGRATION} Foo\n  2025 Bar"; exit 1'
    run = Run(tmp_path, goal(), NONE, left=left, **given)
    assert run.code == (0 if given else 1)
    assert run.told == ("post_pending=2" if given else "")
    assert ("secrets_otp_secret" in run.errors) is not bool(given)


def test_an_image_from_before_that_migration_does_not_ask_for_it(tmp_path):
    assert Run(tmp_path, goal(), LOOK, Version(4, 2, 9), schema="20230101000000").code == 0


# Without a number, Rails could not tell how many users there are.
@pytest.mark.parametrize(
    ("schema", "users", "code"), [("", "", 0), ("0", "", 0), (NEWEST, "2", 1), (NEWEST, "0", 0), (NEWEST, "", 1)]
)
@pytest.mark.parametrize("at_once", [True, False])
def test_new_keys_do_not_meet_data(tmp_path, schema, users, code, at_once):
    run = Run(tmp_path, goal(at_once=at_once), NEW_KEYS, schema=schema, USERS=users)
    assert run.code == code
    if code:
        assert [call.split()[0] for call in run.calls] == ["db:version", "runner"], "nothing was migrated"
        for words in (*NEW_KEYS.new_keys, "secrets_allow_new_secrets_for_existing_data"):
            assert words in run.errors


def test_an_image_that_tells_no_version_is_taken_as_new(tmp_path):
    run = Run(tmp_path, goal(), LOOK, None, schema="20230907150100")
    assert run.code == 1
    assert "OTP_SECRET" in run.errors
