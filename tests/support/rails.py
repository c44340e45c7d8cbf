"""A database, a queue and the Job template of a small instance, for tests of what runs Mastodon's own commands.

The database is a real CloudNativePG one and the queue a real Valkey; the image is the double of tests/double. Every
instance has a namespace that enforces the restricted Pod Security Standard, and a database of its own on one server.
"""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from support.playbooks import ROOT, kubectl, objects

QUEUE_PASSWORD = "queue-password"
SERVER = """
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: database}
spec:
  instances: 1
  imageName: {database_image}
  storage: {size: 1Gi}
  bootstrap:
    initdb: {database: first, owner: mastodon}
---
apiVersion: v1
kind: Pod
metadata: {name: queue, labels: {app: queue}}
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 999, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: valkey
      image: docker.io/valkey/valkey:8.1.1
      args: [valkey-server, --protected-mode, "no", --dir, /data, --requirepass, queue-password]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata: {name: queue}
spec:
  selector: {app: queue}
  ports: [{port: 6379}]
"""
KEYS = {
    "SECRET_KEY_BASE": "0" * 128,
    "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY": "a" * 32,
    "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY": "b" * 32,
    "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT": "c" * 32,
}


def have_images() -> None:
    """The images of the double as its sources are now; nothing to do unless they changed."""
    subprocess.run([ROOT / "tests/double/build.sh", "4.5.15", "4.6.5", "4.6.6"], check=True)


def make_namespace(prefix: str) -> str:
    name = f"{prefix}-{uuid.uuid4().hex[:6]}"
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    _apply(
        "default",
        json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": restricted}}),
    )
    return name


def _apply(namespace: str, text: str) -> None:
    subprocess.run(
        ["kubectl", "-n", namespace, "apply", "-f", "-"], input=text, text=True, check=True, stdout=subprocess.DEVNULL
    )


@dataclass(frozen=True)
class Server:
    """PostgreSQL and Valkey in a namespace of their own."""

    namespace: str

    @classmethod
    def start(cls) -> Server:
        have_images()
        server = cls(make_namespace("account-server"))
        settings = yaml.safe_load((ROOT / "tests/support/test_cluster.yml").read_text())
        _apply(server.namespace, SERVER.replace("{database_image}", settings["database_image"]))
        kubectl(
            "-n", server.namespace, "wait", "--for=condition=Ready", "pod/queue", "cluster/database", "--timeout=300s"
        )
        return server

    @property
    def password(self) -> str:
        path = "jsonpath={.data.password}"
        return _decoded(kubectl("-n", self.namespace, "get", "secret", "database-app", "-o", path))

    def sql(self, query: str, database: str) -> list[str]:
        """Rows as PostgreSQL's superuser sees them, columns divided by |."""
        command = ["exec", "database-1", "-c", "postgres", "--", "psql", "-qAtd", database, "-c", query]
        return kubectl("-n", self.namespace, *command).splitlines()


@dataclass
class Instance:
    """One namespace with a database of its own."""

    server: Server
    namespace: str = field(default_factory=lambda: make_namespace("account"))

    def __post_init__(self) -> None:
        self.database = self.namespace.replace("-", "_")
        self.server.sql(f"CREATE DATABASE {self.database} OWNER mastodon", "postgres")

    def sql(self, query: str) -> list[str]:
        return self.server.sql(query, self.database)

    def template(self, version: str = "4.6.5", **env: str) -> dict[str, Any]:
        """A Job as the role app makes it: complete but for the command, and as locked down."""
        variables = {
            **KEYS,
            "LOCAL_DOMAIN": "example.org",
            "DB_HOST": f"database-rw.{self.server.namespace}.svc",
            "DB_NAME": self.database,
            "DB_USER": "mastodon",
            "DB_PASS": self.server.password,
            "REDIS_HOST": f"queue.{self.server.namespace}.svc",
            "REDIS_PASSWORD": QUEUE_PASSWORD,
            **env,
        }
        container = {
            "name": "job",
            "image": f"docker.io/fediverse-mastodon/double:v{version}",
            "env": [{"name": name, "value": value} for name, value in variables.items()],
            "securityContext": {
                "readOnlyRootFilesystem": True,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, {"name": "work", "mountPath": "/opt/mastodon/tmp"}],
        }
        pod = {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 991,
                "fsGroup": 991,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
            "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "work", "emptyDir": {}}],
        }
        metadata = {"name": "job", "namespace": self.namespace}
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"template": {"spec": pod}}}

    def objects(self, kind: str) -> list[dict[str, Any]]:
        return objects(kind, self.namespace)

    def secret(self, name: str) -> dict[str, str]:
        data = json.loads(kubectl("-n", self.namespace, "get", "secret", name, "-o", "json"))["data"]
        return {key: _decoded(value) for key, value in data.items()}

    def remove(self) -> None:
        kubectl("delete", "namespace", self.namespace, "--wait=false")
        self.server.sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", "postgres")


def until(met: Callable[[], Any], seconds: float = 120) -> Any:
    """Wait for something to be the case, and give it back."""
    end = time.monotonic() + seconds
    while not (found := met()):
        if time.monotonic() > end:
            raise TimeoutError("it never came to be")
        time.sleep(0.2)
    return found


def _decoded(text: str) -> str:
    import base64

    return base64.b64decode(text).decode()
