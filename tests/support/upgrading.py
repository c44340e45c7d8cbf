"""One whole instance on the test cluster, at one version and then at another, and what can be seen of that."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from support.playbooks import ROOT, Playbook, Run, kubectl, objects, prepare, start_site

sys.path.insert(0, str(ROOT / "tests/double"))

from mastodon_double.migrations import Migration, carried_by
from mastodon_double.release import release
from support.rails import have_images, until
from support.visitors import Visitor

OLD, NEW = "4.5.15", "4.6.5"
DATABASE_POD = "mastodon-database-1"
# Seconds that a run may take to any point of an upgrade.
SLOWEST = 300
BEFORE, AFTER = "mastodon-migrate-before-", "mastodon-migrate-after-"


def added() -> list[Migration]:
    """The migrations that the new release brings, from the double's own list."""
    known = set(carried_by(release(OLD)))
    return [migration for migration in carried_by(release(NEW)) if migration not in known]


@dataclass(frozen=True)
class Instance:
    """An instance in a namespace of its own, of the smallest size unless ``given`` says otherwise.

    ``directory`` is scratch space.
    """

    name: str
    directory: Path
    given: dict[str, Any] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def at(cls, version: str, name: str, directory: Path, **given: Any) -> Iterator[Instance]:
        """A new one of that version; it goes when the context ends."""
        instance = cls(name, directory, given)
        have_images()
        kubectl("delete", "namespace", instance.namespace, "--ignore-not-found")
        prepare(instance._inventory(version), directory)
        try:
            made = instance.site(version)
            if made.code:
                raise RuntimeError(made.output)
            yield instance
        finally:
            kubectl("delete", "namespace", instance.namespace, "--ignore-not-found", "--wait=false")

    @property
    def namespace(self) -> str:
        return f"e2e-{self.name}"

    @property
    def domain(self) -> str:
        return f"{self.name}.test"

    def _inventory(self, version: str, **changes: Any) -> dict[str, Any]:
        own = {
            "mastodon_local_domain": self.domain,
            "mastodon_namespace": self.namespace,
            "mastodon_owner_username": "alice",
            "mastodon_owner_email": f"alice@{self.domain}",
            "mastodon_version": version,
            # There is nothing in it that a backup would save.
            "app_upgrade_allow_without_backup": f"{OLD} -> {NEW}",
        }
        return {self.name: {**own, **self.given, **changes}}

    def site(self, version: str, *arguments: str, **changes: Any) -> Run:
        """Run site.yml with that version and, perhaps, other variables of the host."""
        return self.start(version, *arguments, **changes).finish()

    def start(
        self, version: str, *arguments: str, environment: dict[str, str] | None = None, **changes: Any
    ) -> Playbook:
        """The same without awaiting its end."""
        inventory = self._inventory(version, **changes)
        return start_site(inventory, self.directory, *arguments, **(environment or {}))

    def kubectl(self, *arguments: str) -> str:
        return kubectl("-n", self.namespace, *arguments)

    def objects(self, kind: str) -> list[dict[str, Any]]:
        return objects(kind, self.namespace)

    def patch(self, kind: str, name: str, patch: dict[str, Any]) -> None:
        self.kubectl("patch", kind, name, "--type=merge", "-p", json.dumps(patch))

    def sql(self, *queries: str, database: str = "mastodon") -> list[str]:
        """Rows as PostgreSQL's superuser sees them, columns divided by |; each query is a transaction of its own."""
        command = ("exec", DATABASE_POD, "-c", "postgres", "--", "psql", "-qAtX", "-v", "ON_ERROR_STOP=1")
        given = [word for query in queries for word in ("-c", query)]
        return self.kubectl(*command, "-d", database, *given).splitlines()

    def answers(self) -> bool:
        """Whether its database is there."""
        with suppress(RuntimeError):
            return self.sql("SELECT 1") == ["1"]
        return False

    def fault(self, value: str | None) -> None:
        """Ask the double for migrations that misbehave (tests/double/README.md); None for none."""
        asked = [f"INSERT INTO double_faults (name, value) VALUES ('migration', '{value}')"] if value else []
        self.sql("DELETE FROM double_faults", *asked)

    def migrations(self) -> dict[str, int]:
        """How often each migration ran since the database was made; both tables must tell the same."""
        runs = dict(row.split("|") for row in self.sql("SELECT version, runs FROM double_migration_runs"))
        applied = set(self.sql("SELECT version FROM schema_migrations"))
        if lost := runs.keys() - applied:
            raise AssertionError(f"these ran, but the database does not know: {sorted(lost)}")
        return {version: int(number) for version, number in runs.items()}

    def deployments(self) -> dict[str, tuple[int, str]]:
        """Each Deployment's generation, and the version it runs."""
        return {
            found["metadata"]["name"]: (found["metadata"]["generation"], version_of(found["spec"]["template"]))
            for found in self.objects("deployments")
            if found["metadata"]["name"].removeprefix("mastodon-").partition("-")[0] in ("web", "streaming", "sidekiq")
        }

    def jobs(self) -> dict[str, dict[str, Any]]:
        """The migration Jobs by their names."""
        return {job["metadata"]["name"]: job for job in self.objects("jobs") if "-migrate-" in job["metadata"]["name"]}

    def job(self, prefix: str) -> dict[str, Any] | None:
        """The new version's Job of one of the two halves."""
        return next((job for name, job in self.jobs().items() if name.startswith(prefix) and is_new(job)), None)

    def log(self, prefix: str) -> str:
        """What that Job has written."""
        job = self.job(prefix)
        return kubectl("-n", self.namespace, "logs", f"job/{job['metadata']['name']}", check=False) if job else ""

    def record(self) -> dict[str, str]:
        """What the collection says that is migrated."""
        return yaml.safe_load(self.kubectl("get", "configmap", "mastodon-migrations", "-o", "yaml"))["data"]

    def secrets(self) -> dict[str, dict[str, str]]:
        return {found["metadata"]["name"]: found.get("data") or {} for found in self.objects("secrets")}

    def visitor(self, path: str) -> Visitor:
        (gateway,) = self.objects("gateways.gateway.networking.k8s.io")
        authority = Path("~/.cache/fediverse-mastodon/certificates").expanduser() / self.namespace / "ca.crt"
        return Visitor(gateway["status"]["addresses"][0]["value"], self.domain, path, authority)


def kill_when(running: Playbook, reached: Callable[[], bool]) -> None:
    """Kill a run at a point of its work, which it must not have passed."""
    try:
        until(lambda: running.ended or reached(), SLOWEST)
        ended = running.ended
    finally:
        running.kill()
    assert not ended, running.output[-5000:]


def version_of(template: dict[str, Any]) -> str:
    """The version that a pod, or the template of one, runs."""
    return template["spec"]["containers"][0]["image"].rpartition(":v")[2]


def is_new(workload: dict[str, Any]) -> bool:
    """Whether a Job, a Deployment or a ReplicaSet runs the new version."""
    return version_of(workload["spec"]["template"]) == NEW
