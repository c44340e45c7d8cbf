"""`bin/rails TASK…` and `bin/rails runner CODE` (mastodon.md 3.1, 6)."""

from __future__ import annotations

import os
import secrets
import string
import sys
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from . import migrator
from .boot import check_rails, check_ruby
from .connections import connect
from .database import DatabaseSettings, rails_settings
from .migrations import ZERO_DOWNTIME_FLOOR, carried_by, counted, pending
from .process import start
from .release import Release, current

RUNNER = "/usr/local/lib/mastodon-double/runner.rb"


class TaskFailedError(Exception):
    """Ends `bin/rails` with exit code 1 after printing the message."""


class Tasks:
    """One method a task; each opens what it needs, because a task may be the first to make the database."""

    def __init__(self, release: Release, settings: DatabaseSettings) -> None:
        self.release = release
        self.settings = settings
        self.migrations = carried_by(release)
        self.counted = counted(self.migrations, os.environ)

    def prepare(self) -> None:
        try:
            connection = connect(self.settings)
        except psycopg.OperationalError as error:
            if "does not exist" not in str(error):
                raise
            self._create_database()
            connection = connect(self.settings)
        with connection:
            migrator.prepare(connection, self.migrations, self.counted, self.release)

    def migrate(self) -> None:
        with connect(self.settings) as connection:
            self._check_before_migrating(connection)
            migrator.migrate(connection, self.counted, self.release)

    def seed(self) -> None:
        self.abort_if_pending()  # a prerequisite of Rails' task
        with connect(self.settings) as connection:
            migrator.seed(connection, self.release)

    def version(self) -> None:
        with connect(self.settings) as connection:
            newest = max(migrator.applied_versions(connection), default=0)
            print(f"\ndatabase: {connection.info.dbname}\nCurrent version: {newest}\n")

    def abort_if_pending(self) -> None:
        with connect(self.settings) as connection:
            waiting = pending(self.counted, migrator.applied_versions(connection))
        if waiting:
            lines = [f"You have {len(waiting)} pending {'migration' if len(waiting) == 1 else 'migrations'}:"]
            lines += [f"  {migration.version:4d} {migration.class_name}" for migration in waiting]
            print("\n".join(lines))
            raise TaskFailedError("Run `bin/rails db:migrate` to update your database then try again.")

    def status(self) -> None:
        with connect(self.settings) as connection:
            if not migrator.has_table(connection, "schema_migrations"):
                raise TaskFailedError("Schema migrations table does not exist yet.")
            applied = migrator.applied_versions(connection)
            print(f"\ndatabase: {connection.info.dbname}\n\n Status   Migration ID    Migration Name\n{'-' * 50}")
        titles = {migration.version: migration.title for migration in self.counted}
        for version in sorted(applied | titles.keys()):
            state = "up" if version in applied else "down"
            print(f"{state:^8}  {version:<14d}  {titles.get(version, '********** NO FILE **********')}")
        print()

    def _check_before_migrating(self, connection: psycopg.Connection[Any]) -> None:
        """lib/tasks/db.rake, pre_migration_check: before db:migrate, not within db:prepare (mastodon.md 2, 6)."""
        floor = self.release.minimum_postgresql
        if connection.info.server_version < floor:
            raise TaskFailedError(f"This version of Mastodon requires PostgreSQL {floor // 10_000}.0 or newer.")
        newest = max(migrator.applied_versions(connection), default=0)
        if "SKIP_POST_DEPLOYMENT_MIGRATIONS" in os.environ and newest < ZERO_DOWNTIME_FLOOR:
            raise TaskFailedError(
                "Zero-downtime migrations from Mastodon versions earlier than 4.2.0 are not supported."
            )

    def _create_database(self) -> None:
        """Needs CREATEDB, which an ordinary deployment does not give (mastodon.md 2)."""
        name = self.settings.parameters["dbname"]
        elsewhere = DatabaseSettings({**self.settings.parameters, "dbname": "postgres"}, prepared=False, pool=1)
        with connect(elsewhere) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        print(f"Created database '{name}'")


def encryption_init() -> None:
    """mastodon.md 5.3: prints three fresh keys; refuses, successfully, where one is set."""
    names = [f"ACTIVE_RECORD_ENCRYPTION_{name}" for name in ("DETERMINISTIC_KEY", "KEY_DERIVATION_SALT", "PRIMARY_KEY")]
    if (
        any(os.environ.get(name, "").strip() for name in names)
        and os.environ.get("IGNORE_ALREADY_SET_SECRETS") != "true"
    ):
        print("Secrets for this server have already been set, this step can likely be ignored!")
        return
    alphabet = string.ascii_letters + string.digits
    print("\n# Do NOT change these variables once they are set")
    for name in names:
        print(f"{name}={''.join(secrets.choice(alphabet) for _ in range(32))}")


def vapid_key() -> None:
    """mastodon.md 5.3: both halves in URL-safe base64 with padding."""
    import base64

    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = ec.generate_private_key(ec.SECP256R1())
    scalar = key.private_numbers().private_value.to_bytes(32, "big")
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    print(f"VAPID_PRIVATE_KEY={base64.urlsafe_b64encode(scalar).decode()}")
    print(f"VAPID_PUBLIC_KEY={base64.urlsafe_b64encode(point).decode()}")


_WITHOUT_APPLICATION: dict[str, Callable[[], None]] = {  # they load config/boot.rb but no initializer
    "db:encryption:init": encryption_init,
    "mastodon:webpush:generate_vapid_key": vapid_key,
}
_TASKS: dict[str, Callable[[Tasks], None]] = {
    "db:prepare": Tasks.prepare,
    "db:migrate": Tasks.migrate,
    "db:seed": Tasks.seed,
    "db:version": Tasks.version,
    "db:abort_if_pending_migrations": Tasks.abort_if_pending,
    "db:migrate:status": Tasks.status,
}


def run_tasks(names: Sequence[str]) -> None:
    for name in names:
        if name in _WITHOUT_APPLICATION:
            start(f"rails {name}", check_ruby)
            _WITHOUT_APPLICATION[name]()
        elif name in _TASKS:
            release = start(f"rails {name}", check_rails)
            _TASKS[name](Tasks(release, rails_settings(os.environ, threads=5)))
        else:
            raise TaskFailedError(f'Unrecognized command "{name}" (Rails::Command::UnrecognizedCommandError)')


def main(arguments: Sequence[str]) -> None:
    command = arguments[0] if arguments else "help"
    if command in ("runner", "r"):
        start("rails runner", check_rails)
        sys.stderr.flush()
        os.execvp("ruby", ["ruby", RUNNER, *arguments[1:]])  # real Ruby, real ActiveRecord, a few of the models
    if command in ("--version", "-v", "version"):
        print(f"mastodon-double of Mastodon {current()}")
        return
    try:
        run_tasks(arguments)
    except (TaskFailedError, migrator.MigrationError, psycopg.Error, ValueError) as error:
        kind = "ActiveRecord::ConnectionNotEstablished: " if isinstance(error, psycopg.OperationalError) else ""
        sys.exit(str(error) if isinstance(error, TaskFailedError) else f"bin/rails aborted!\n{kind}{error}")
