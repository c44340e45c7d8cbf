"""Runs the double in pods as locked down as the product's, and looks at it from inside the cluster."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NAMESPACE = "double-check"
OLD, NEW = "4.5.15", "4.6.5"
LOCAL, WEB, ALTERNATE = "example.org", "social.example.org", "alias.example.org"
CA_FILE = "/etc/database-ca/ca.crt"
QUEUE_PASSWORD = "p+ss_word"

SECRETS = {
    "SECRET_KEY_BASE": "0" * 128,
    "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY": "a" * 32,
    "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY": "b" * 32,
    "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT": "c" * 32,
}
DATABASE = {"DB_HOST": "database-rw", "DB_NAME": "mastodon_production", "DB_USER": "mastodon"}
RAILS = {
    **SECRETS,
    **DATABASE,
    "LOCAL_DOMAIN": LOCAL,
    "WEB_DOMAIN": WEB,
    "ALTERNATE_DOMAINS": ALTERNATE,
    "DB_SSLMODE": "verify-full",
    "PGSSLROOTCERT": CA_FILE,
    "REDIS_HOST": "queue",
    "REDIS_PASSWORD": QUEUE_PASSWORD,
    "CACHE_REDIS_HOST": "cache",
}
STREAMING = {
    **DATABASE,
    "DB_SSLMODE": "verify-full",
    "NODE_EXTRA_CA_CERTS": CA_FILE,
    "REDIS_HOST": "queue",
    "REDIS_PASSWORD": QUEUE_PASSWORD,
}
S3 = {
    "S3_ENABLED": "true",
    "S3_BUCKET": "double-check",
    "S3_ENDPOINT": "http://s3.bed-s3.svc:7070",
    "S3_ALIAS_HOST": "files.example.org",
    "S3_PERMISSION": "",
    "AWS_ACCESS_KEY_ID": "bed-access-key",
    "AWS_SECRET_ACCESS_KEY": "bed-secret-key",
}
ALLOWED_EMAIL = {"EMAIL_DOMAIN_ALLOWLIST": LOCAL}  # the cluster's DNS knows no such domain


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def parse_response(text: str) -> Response:
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    first, *rest = head.split("\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return Response(int(first.split()[1]), headers, body)


def kubectl(*arguments: str, given: str | None = None, check: bool = True) -> Result:
    done = subprocess.run(
        ["kubectl", "-n", NAMESPACE, *arguments],
        input=given,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if check and done.returncode:
        raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr}")
    return Result(done.returncode, done.stdout, done.stderr)


@dataclass
class Pod:
    """One pod of the double; `command` None leaves it to the image."""

    name: str
    command: Sequence[str] | None = ("sleep", "infinity")
    env: Mapping[str, str] = field(default_factory=dict)
    version: str = NEW
    image: str = "double"
    wait_for: str = "Ready"
    ready: Sequence[str] | None = None
    http: tuple[int, str] | None = None
    grace: int = 30

    def manifest(self) -> dict[str, Any]:
        variables: list[dict[str, Any]] = [{"name": name, "value": value} for name, value in self.env.items()]
        password = {"secretKeyRef": {"name": "database-app", "key": "password"}}
        container: dict[str, Any] = {
            "name": "double",
            "image": f"docker.io/fediverse-mastodon/{self.image}:v{self.version}",
            "env": [*variables, {"name": "DB_PASS", "valueFrom": password}],
            "securityContext": {
                "readOnlyRootFilesystem": True,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": [
                {"name": "database-ca", "mountPath": "/etc/database-ca"},
                {"name": "tmp", "mountPath": "/tmp"},
                {"name": "mastodon-tmp", "mountPath": "/opt/mastodon/tmp"},
            ],
        }
        if self.command is not None:
            container["args" if self.image == "double" else "command"] = list(self.command)
        if self.ready:
            container["readinessProbe"] = {"exec": {"command": list(self.ready)}, "periodSeconds": 1}
        if self.http:
            container["readinessProbe"] = {"httpGet": {"port": self.http[0], "path": self.http[1]}, "periodSeconds": 1}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": self.name, "namespace": NAMESPACE, "labels": {"app": self.name}},
            "spec": {
                "restartPolicy": "Never",
                "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": self.grace,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 991,
                    "runAsGroup": 991,
                    "fsGroup": 991,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [container],
                "volumes": [
                    {
                        "name": "database-ca",
                        "secret": {"secretName": "database-ca", "items": [{"key": "ca.crt", "path": "ca.crt"}]},
                    },
                    {"name": "tmp", "emptyDir": {}},
                    {"name": "mastodon-tmp", "emptyDir": {}},
                ],
            },
        }

    def start(self) -> Pod:
        self.delete()
        kubectl("apply", "-f", "-", given=json.dumps(self.manifest()))
        phase = f"jsonpath={{.status.phase}}={self.wait_for}"
        condition = "condition=Ready" if self.wait_for == "Ready" else phase
        waited = kubectl("wait", f"--for={condition}", f"pod/{self.name}", "--timeout=60s", check=False)
        if waited.code:
            raise RuntimeError(f"{self.name}: {waited.err}\n{self.logs()}")
        return self

    def delete(self) -> None:
        kubectl("delete", "pod", self.name, "--ignore-not-found", "--wait")

    def logs(self) -> str:
        return kubectl("logs", self.name).out

    def state(self) -> dict[str, Any]:
        return json.loads(kubectl("get", "pod", self.name, "-o", "json").out)["status"]["containerStatuses"][0]["state"]

    def get(self, path: str, *arguments: str, host: str = WEB, proto: str = "https", port: int = 3000) -> Response:
        """What the pod itself answers to a request as the gateway would send it."""
        headers = ["-H", f"Host: {host}", "-H", f"X-Forwarded-Proto: {proto}"]
        done = self.run("curl", "-si", "--max-time", "20", *headers, *arguments, f"http://localhost:{port}{path}")
        return parse_response(done.out)

    def run(self, *command: str, given: str | None = None, **env: str | None) -> Result:
        """In the pod, with variables changed, or (None) absent."""
        words = ["env", *_assignments(env), *command]
        return kubectl(
            "exec", *(["-i"] if given is not None else []), self.name, "--", *words, given=given, check=False
        )


def _assignments(env: Mapping[str, str | None]) -> list[str]:
    """env wants its options first."""
    absent = [word for name, value in env.items() if value is None for word in ("-u", name)]
    return absent + [f"{name}={value}" for name, value in env.items() if value is not None]


def sql(query: str, database: str = "mastodon_production") -> list[str]:
    """Rows as PostgreSQL's superuser sees them, columns divided by |."""
    words = ("exec", "database-1", "-c", "postgres", "--", "psql", "-qAtd", database, "-c", query)
    return kubectl(*words).out.split()


def fresh_database(name: str) -> str:
    sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")
    sql(f"CREATE DATABASE {name} OWNER mastodon", "postgres")
    return name


def queue(*command: str) -> str:
    words = ("exec", "queue", "--", "valkey-cli", "--no-auth-warning", "-a", QUEUE_PASSWORD, *command)
    return kubectl(*words).out.strip()
