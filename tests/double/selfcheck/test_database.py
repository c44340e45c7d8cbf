"""Migrations on the real PostgreSQL (mastodon.md 6, 11.1, 11.7), and its poolers and certificates (5.4)."""

from __future__ import annotations

import subprocess

import pytest
from cluster import ALLOWED_EMAIL, CA_FILE, NEW, OLD, RAILS, Pod, fresh_database, sql

pytestmark = pytest.mark.cluster

PRE, POST = "20260127141459", "20260505160000"


def rails(pod, database, *tasks, **env):
    return pod.run("bin/rails", *tasks, DB_NAME=database, **env)


def runs(database):
    return dict(
        row.split("|") for row in sql("SELECT version, runs FROM double_migration_runs ORDER BY version", database)
    )


@pytest.fixture
def database(request):
    return fresh_database("t_" + request.node.name.removeprefix("test_")[:40])


def test_prepare_loads_the_schema_and_the_initial_rows_once(job, database):
    assert rails(job, database, "db:abort_if_pending_migrations").code == 1
    assert rails(job, database, "db:prepare").code == 0
    assert rails(job, database, "db:prepare").code == 0
    assert rails(job, database, "db:abort_if_pending_migrations").code == 0
    assert "Current version: 20260611150940" in rails(job, database, "db:version").out
    assert sql("SELECT id, name FROM user_roles ORDER BY id", database) == ["-99|", "1|Moderator", "2|Admin", "3|Owner"]
    assert sql("SELECT id, username FROM accounts", database) == ["-99|mastodon.internal"]
    assert sql("SELECT count(*) FROM username_blocks", database) == ["23"]
    assert runs(database) == {}


def test_migrate_alone_on_an_empty_database_needs_otp_secret_and_brings_no_rows(job, database):
    without = rails(job, database, "db:migrate")
    assert without.code == 1
    assert 'KeyError: key not found: "OTP_SECRET"' in without.err
    assert rails(job, database, "db:migrate", OTP_SECRET="x").code == 0
    assert sql("SELECT count(*) FROM user_roles", database) == ["0"]


def test_skip_mode_is_refused_from_before_4_2(job, database):
    done = rails(job, database, "db:migrate", SKIP_POST_DEPLOYMENT_MIGRATIONS="true")
    assert done.code == 1
    assert "4.2.0" in done.err


@pytest.mark.parametrize("value", ["true", "false", ""])
def test_an_upgrade_has_two_phases_and_presence_alone_skips_the_second(job, old_job, value):
    database = fresh_database(f"t_upgrade_{value}")
    assert rails(old_job, database, "db:prepare").code == 0
    assert rails(job, database, "db:abort_if_pending_migrations", SKIP_POST_DEPLOYMENT_MIGRATIONS=value).code == 1
    assert rails(job, database, "db:migrate", SKIP_POST_DEPLOYMENT_MIGRATIONS=value).code == 0
    assert rails(job, database, "db:abort_if_pending_migrations", SKIP_POST_DEPLOYMENT_MIGRATIONS=value).code == 0
    pending = rails(job, database, "db:abort_if_pending_migrations")
    assert (pending.code, "You have 1 pending migration:" in pending.out) == (1, True)
    assert PRE in runs(database)
    assert POST not in runs(database)
    assert rails(job, database, "db:migrate").code == 0
    assert rails(job, database, "db:abort_if_pending_migrations").code == 0
    assert set(runs(database).values()) == {"1"}


def test_each_release_fails_on_the_schema_of_the_other_phase(job, old_job):
    """Rolled out before the pre-migrations, or post-migrated before the last old pod is gone: both show as 500."""
    database = fresh_database("t_order")
    rails(old_job, database, "db:prepare")
    puma = ("bundle", "exec", "puma", "-C", "config/puma.rb")
    env = {**RAILS, "DB_NAME": database}
    old = Pod("old-web", puma, env, version=OLD, http=(3000, "/health")).start()
    new = Pod("new-web", puma, env, version=NEW, http=(3000, "/health")).start()

    def statuses():
        return tuple(pod.get("/actor").status for pod in (old, new))

    assert statuses() == (200, 500)
    rails(job, database, "db:migrate", SKIP_POST_DEPLOYMENT_MIGRATIONS="true")
    assert statuses() == (200, 200)
    rails(job, database, "db:migrate")
    assert statuses() == (500, 200)
    old.delete()
    new.delete()


def test_faults_on_request(job, old_job, database):
    rails(old_job, database, "db:prepare")
    failed = rails(job, database, "db:migrate", DOUBLE_MIGRATION=f"fail:{PRE}")
    assert (failed.code, PRE in runs(database)) == (1, False)
    sql("INSERT INTO double_faults VALUES ('migration', 'fail')", database)
    assert "because a test asked for it" in rails(job, database, "db:migrate").err
    sql("DELETE FROM double_faults", database)
    assert rails(job, database, "db:migrate").code == 0


def test_a_migration_that_hangs_goes_on_when_the_fault_is_taken_away(job, old_job, database):
    rails(old_job, database, "db:prepare")
    sql(f"INSERT INTO double_faults VALUES ('migration', 'hang:{PRE}')", database)
    hanging = ("exec", job.name, "--", "env", f"DB_NAME={database}", "bin/rails", "db:migrate")
    with subprocess.Popen(["kubectl", "-n", "double-check", *hanging], stdout=subprocess.PIPE, text=True) as process:
        assert any("is held up" in line for line in process.stdout)
        assert PRE not in runs(database)
        sql("DELETE FROM double_faults", database)
        process.communicate()
    assert process.returncode == 0
    assert runs(database)[PRE] == "1"


def test_a_second_migration_is_turned_away_while_one_runs(job, old_job, database):
    """And the lock of a killed one is free again."""
    rails(old_job, database, "db:prepare")
    hanging = (
        "exec",
        job.name,
        "--",
        "env",
        f"DB_NAME={database}",
        "DOUBLE_MIGRATION=hang",
        "timeout",
        "20",
        "bin/rails",
        "db:migrate",
    )
    with subprocess.Popen(["kubectl", "-n", "double-check", *hanging], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if "is held up" in line:
                break
        second = rails(job, database, "db:migrate")
        assert second.code == 1
        assert "another migration process is currently running" in second.err
        job.run("pkill", "-f", "db:migrate")
    assert rails(job, database, "db:migrate").code == 0


def test_certificates_are_libpqs_business(prepared):
    good = {"DB_SSLMODE": "verify-full", "PGSSLROOTCERT": CA_FILE}
    assert prepared.run("bin/rails", "db:version", **good).code == 0
    for wrong in (
        {**good, "PGSSLROOTCERT": "/etc/ssl/certs/ca-certificates.crt"},
        {**good, "DB_HOST": "database-rw.double-check.svc.cluster.local."},
        {"DB_SSLMODE": "no-verify", "PGSSLROOTCERT": None},
    ):
        done = prepared.run("bin/rails", "db:version", **wrong)
        assert done.code == 1, wrong
        assert prepared.run("bin/rails", "runner", "Account.count", **wrong).code == 1


def test_database_url_overrides_and_its_query_reaches_libpq(prepared):
    password = prepared.run("printenv", "DB_PASS").out.strip()
    url = f"postgresql://mastodon:{password}@database-rw:5432/mastodon_production?sslmode=verify-full&sslrootcert={CA_FILE}"
    env = {"DATABASE_URL": url, "DB_HOST": "nowhere", "DB_PASS": "wrong", "PGSSLROOTCERT": None}
    assert prepared.run("bin/rails", "db:version", **env).code == 0


def test_prepared_statements_break_behind_a_transaction_pooler(prepared):
    """Two clients share one server connection there, and both call their first statement the same."""
    behind = {**RAILS, "DB_HOST": "pooler", "DB_SSLMODE": "require"}
    puma = ("bundle", "exec", "puma", "-C", "config/puma.rb")
    broken = [Pod(f"pooled-{n}", puma, behind, http=(3000, "/health")).start() for n in (1, 2)]
    assert 500 in [pod.get("/actor").status for pod in broken for _ in range(2)]
    right = [
        Pod(f"pooled-{n}", puma, {**behind, "PREPARED_STATEMENTS": "false"}, http=(3000, "/health")).start()
        for n in (1, 2)
    ]
    assert {pod.get("/actor").status for pod in right for _ in range(2)} == {200}
    for pod in right:
        pod.delete()


def test_owner_survives_a_second_creation(prepared):
    create = ("tootctl", "accounts", "create", "alice", "--email", "other@example.org")
    done = prepared.run(*create, **ALLOWED_EMAIL)
    assert (done.code, done.out) == (1, "")
    assert "Failure/Error: account.username\n    taken" in done.err
