"""Which migrations a release carries, and which of them count (mastodon.md 6). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from .release import Release, parse_version

DIRECTORY = Path(__file__).parent / "schema"
ZERO_DOWNTIME_FLOOR = 20230907150100  # schema of 4.2.0: 4.6 refuses skip mode from older ones (mastodon.md 6)


@dataclass(frozen=True, order=True)
class Migration:
    version: int
    name: str
    since: tuple[int, int, int]
    post: bool  # a post-deployment migration

    @property
    def class_name(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def sql(self) -> str | None:
        """What it does to the tables the double keeps; most do nothing to those."""
        path = DIRECTORY / "sql" / f"{self.version}.sql"
        return path.read_text() if path.exists() else None


def all_migrations() -> list[Migration]:
    lines = (DIRECTORY / "migrations.txt").read_text().splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return sorted(
        Migration(int(version), name, parse_version(since), phase == "post") for version, phase, since, name in rows
    )


def carried_by(release: Release) -> list[Migration]:
    return [migration for migration in all_migrations() if migration.since <= release.version]


def counted(migrations: Collection[Migration], env: Mapping[str, str]) -> list[Migration]:
    """SKIP_POST_DEPLOYMENT_MIGRATIONS is tested for presence only: "false" or "" also skips (mastodon.md 11.7)."""
    if "SKIP_POST_DEPLOYMENT_MIGRATIONS" in env:
        return [migration for migration in migrations if not migration.post]
    return list(migrations)


def pending(migrations: Collection[Migration], applied: Collection[int]) -> list[Migration]:
    return [migration for migration in migrations if migration.version not in applied]


@dataclass(frozen=True)
class Fault:
    """A fault on request: fail, fail:VERSION, hang, hang:VERSION or slow:SECONDS."""

    kind: str
    version: int | None = None
    seconds: float = 0

    def strikes(self, migration: Migration) -> bool:
        return self.version in (None, migration.version)


def parse_fault(text: str) -> Fault:
    kind, _, argument = text.partition(":")
    if kind == "slow":
        return Fault(kind, seconds=float(argument))
    if kind not in ("fail", "hang"):
        raise ValueError(f"no such fault: {text}")
    return Fault(kind, version=int(argument) if argument else None)
