"""Runs the migrations on the real database, under Rails' own advisory lock."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from . import otp
from .migrations import DIRECTORY, Fault, Migration, parse_fault
from .release import Release

_LOCK_SALT = 2053462845  # ActiveRecord::Migrator::MIGRATOR_SALT: whoever asks for the lock must ask for the same one

Connection = psycopg.Connection[Any]


class MigrationError(Exception):
    """Ends the task; str() is what Rails prints after "rails aborted!"."""


def has_table(connection: Connection, name: str) -> bool:
    return connection.execute("SELECT to_regclass(%s)", (f"public.{name}",)).fetchone() != (None,)


def applied_versions(connection: Connection) -> set[int]:
    if not has_table(connection, "schema_migrations"):
        return set()
    return {int(row[0]) for row in connection.execute("SELECT version FROM schema_migrations").fetchall()}


@contextmanager
def migration_lock(connection: Connection) -> Iterator[None]:
    """Held for the session, hence the direct database host (mastodon.md 6 "Migrations take advisory locks")."""
    name = connection.execute("SELECT current_database()").fetchone()[0]
    key = _LOCK_SALT * zlib.crc32(name.encode())
    if not connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()[0]:
        raise MigrationError(
            "ActiveRecord::ConcurrentMigrationError:"
            " Cannot run migrations because another migration process is currently running."
        )
    try:
        yield
    finally:
        if not connection.closed and not connection.execute("SELECT pg_advisory_unlock(%s)", (key,)).fetchone()[0]:
            raise MigrationError("ActiveRecord::ConcurrentMigrationError: Failed to release advisory lock")


def migrate(
    connection: Connection, migrations: Sequence[Migration], release: Release, env: Mapping[str, str] = os.environ
) -> None:
    """Each migration in a transaction of its own, as Rails does."""
    with migration_lock(connection):
        _create_bookkeeping(connection)
        for migration in migrations:
            if migration.version not in applied_versions(connection):  # somebody else's run may just have ended
                _run(connection, migration, release, env)


def _run(connection: Connection, migration: Migration, release: Release, env: Mapping[str, str]) -> None:
    otp_secret = _loaded(migration, env)
    header = f"== {migration.version} {migration.class_name}: "
    print(f"{header}migrating ".ljust(79, "="), flush=True)
    started = time.monotonic()
    fault = _fault(connection, env)
    with connection.transaction():
        if not has_table(connection, "accounts"):
            create_tables(connection)
        if migration.sql:
            run_script(connection, migration.sql)
        if otp_secret is not None:
            otp.reencrypt(connection, otp_secret, env)
        if fault and fault.strikes(migration):
            _strike(connection, fault, migration, env)
        connection.execute("INSERT INTO schema_migrations (version) VALUES (%s)", (str(migration.version),))
        connection.execute(
            "INSERT INTO double_migration_runs VALUES (%s, 1, %s, now()) ON CONFLICT (version)"
            " DO UPDATE SET runs = double_migration_runs.runs + 1, image = excluded.image, last_run_at = now()",
            (str(migration.version), str(release)),
        )
    print(f"{header}migrated ({time.monotonic() - started:.4f}s) ".ljust(79, "=") + "\n", flush=True)


def _loaded(migration: Migration, env: Mapping[str, str]) -> str | None:
    """Rails loads the file before it says that it migrates; one file reads a variable then."""
    if migration.version != otp.MIGRATION:
        return None
    try:
        return otp.fetched(env)
    except KeyError as error:
        raise MigrationError(f'KeyError: key not found: "{error.args[0]}"') from None


def _fault(connection: Connection, env: Mapping[str, str]) -> Fault | None:
    """From DOUBLE_MIGRATION, or from the table double_faults where a test cannot reach the environment of a Job."""
    if "DOUBLE_MIGRATION" in env:
        return parse_fault(env["DOUBLE_MIGRATION"])
    if not has_table(connection, "double_faults"):
        return None
    row = connection.execute("SELECT value FROM double_faults WHERE name = 'migration'").fetchone()
    return parse_fault(row[0]) if row else None


def _strike(connection: Connection, fault: Fault, migration: Migration, env: Mapping[str, str]) -> None:
    if fault.kind == "fail":
        raise MigrationError(
            f"StandardError: mastodon-double: migration {migration.version} fails because a test asked for it"
        )
    print(f"mastodon-double: migration {migration.version} is held up because a test asked for it", flush=True)
    time.sleep(fault.seconds)
    while fault.kind == "hang" and _fault(connection, env) == fault:
        time.sleep(0.5)


def load_schema(connection: Connection, migrations: Sequence[Migration], release: Release) -> None:
    """db:schema:load: all of the release at once, post-deployment migrations too (database_tasks_extensions.rb)."""
    with connection.transaction():
        create_tables(connection)
        for migration in migrations:
            if migration.sql:
                run_script(connection, migration.sql)
        _create_bookkeeping(connection)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO schema_migrations (version) VALUES (%s)",
                [(str(migration.version),) for migration in migrations],
            )
    print(f"mastodon-double: schema of {release} loaded", flush=True)


def seed(connection: Connection, release: Release) -> None:
    """The initial rows: find-or-create."""
    run_script(connection, (DIRECTORY / "seeds.sql").read_text())
    if release.minor >= (4, 5):
        run_script(connection, (DIRECTORY / "seeds-4.5.sql").read_text())


def create_tables(connection: Connection) -> None:
    for name in ("timestamp_id.sql", "base.sql"):
        run_script(connection, (DIRECTORY / name).read_text())


def run_script(connection: Connection, script: str) -> None:
    """Several statements, which cannot be prepared."""
    connection.execute(script, prepare=False)


def _create_bookkeeping(connection: Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS schema_migrations (version character varying PRIMARY KEY)")


def prepare(
    connection: Connection, migrations: Sequence[Migration], counted: Sequence[Migration], release: Release
) -> None:
    """db:prepare: on a database without a schema load it, then migrate, then (only then) the initial rows."""
    fresh = not has_table(connection, "schema_migrations")
    if fresh:
        load_schema(connection, migrations, release)
    migrate(connection, counted, release)
    if fresh:
        seed(connection, release)
