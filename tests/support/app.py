"""Inputs of the role app that between them reach every line of every template."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
REF = {"name": "given", "key": "k"}
DATABASE = {
    "host": "mastodon-database-pooler",
    "port": 5432,
    "direct_host": "mastodon-database-rw",
    "direct_port": 5432,
    "name": "mastodon",
    "user": "mastodon",
    "password_secret": {"name": "mastodon-database-app", "key": "password"},
    "pooling": "transaction",
    "sslmode": "verify-full",
    "ca_secret": {"name": "mastodon-database-ca", "key": "ca.crt"},
    "max_connections": 250,
    "pool": {"max_client_conn": 1000, "default_pool_size": 70, "instances": 2, "surge": 1},
    "identity": "cnpg/social/mastodon-database/mastodon",
    "replica": None,
}
SERVER = {
    "host": "mastodon-queue",
    "port": 6379,
    "db": 0,
    "user": None,
    "password_secret": {"name": "mastodon-valkey", "key": "password"},
    "tls": False,
    "ca_secret": None,
    "sentinels": [],
}
S3 = {
    "bucket": "media",
    "region": "us-east-1",
    "endpoint": "http://s3.bed-s3.svc:7070",
    "protocol": "https",
    "hostname": "s3.bed-s3.svc:7070",
    "alias_host": "files.example.org",
    "permission": "",
    "checksums_when_required": True,
    "credentials_secret": {"name": "mastodon-s3", "access_key_id_key": "id", "secret_access_key_key": "secret"},
}
FACTS = {
    "database_connection": DATABASE,
    "cache_connection": {"base": SERVER, "sidekiq": None, "cache": {**SERVER, "host": "mastodon-cache"}},
    "storage_connection": {"backend": "s3", "media_host": "files.example.org", "s3": S3, "pvc": None},
    "secrets_reference": {"name": "mastodon-secrets", "keys": ["SECRET_KEY_BASE", "VAPID_PRIVATE_KEY"]},
    "mastodon_owner_username": "alice",
    "mastodon_owner_email": "alice@example.org",
}
EVERYTHING = {
    "mastodon_profile": "community",
    "mastodon_web_domain": "social.example.org",
    "database_connection": {**DATABASE, "replica": {"host": "mastodon-database-pooler-ro", "port": 5432}},
    "cache_connection": {"base": {**SERVER, "tls": True, "ca_secret": REF}, "sidekiq": None, "cache": None},
    "app_autoscaled_workloads": ["web"],
    "app_publish_assets": True,
    "app_image": {"repository": "registry.example.org/mastodon", "digest": "sha256:" + "0" * 64},
    "app_proxy": {"trusted_addresses": ["203.0.113.0/24"]},
    "app_smtp": {"server": "mx.example.org", "login": "m", "password_secret": REF, "ca_secret": REF},
    "app_search": {"enabled": True, "host": "es.search.svc", "tls": True, "ca_secret": REF},
    "app_oidc": {
        "enabled": True,
        "issuer": "https://id.example.org",
        "client_id": "mastodon",
        "client_secret": REF,
        "uid_field": "preferred_username",
    },
    "app_metrics": {"enabled": True, "sidekiq_detailed": True},
    "app_tracing": {"endpoint": "http://collector.monitoring.svc:4318", "disabled_instrumentations": ["PG"]},
    "app_extra_environment": [
        {"name": "MAX_TOOT_CHARS", "value": "costs $5 or $(DB_HOST) or $$"},
        {"name": "GLITCH", "secret": REF, "processes": ["web"]},
    ],
    "app_extra_manifests": [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}, "data": {"a": "b"}},
    ],
    "app_pod_spec": {"tolerations": [{"key": "for", "value": "mastodon", "effect": "NoSchedule"}]},
    "app_pod_annotations": {"example.org/note": "x"},
    "app_pod_labels": {"team": "social"},
    "app_clients": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateways"}}}],
    "app_metrics_clients": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
    "app_egress": [{"to": [{"podSelector": {"matchLabels": {"app": "proxy"}}}]}],
}
PLAIN = {
    "mastodon_profile": "small",
    "database_connection": {**DATABASE, "pooling": "none", "pool": None, "sslmode": "disable", "ca_secret": None},
    "storage_connection": {"backend": "pvc", "media_host": None, "s3": None, "pvc": {"claim": "mastodon-media"}},
    "app_network_policy": False,
}
MONITORED = {
    "mastodon_monitoring": True,
    "mastodon_monitoring_labels": {"release": "prometheus"},
    "mastodon_metrics_clients": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
    "mastodon_profile": "community",
    "app_autoscaling": {"web": True, "streaming": True, "sidekiq": True},
}
VARIANTS: dict[str, dict[str, Any]] = {"default": {}, "everything": EVERYTHING, "plain": PLAIN, "monitored": MONITORED}


def run(variables: dict[str, Any], directory: Path, namespace: str = "social", seed: str = "0") -> Any:
    """Render into ``directory/out``, the published facts into ``directory/facts``; return the finished process."""
    directory.mkdir(parents=True, exist_ok=True)
    inventory = directory / "inventory.yml"
    one = {"mastodon_local_domain": "example.org", "mastodon_namespace": namespace, **FACTS, **variables}
    inventory.write_text(yaml.safe_dump({"mastodon": {"hosts": {"one": one}}}))
    settings = {
        "mastodon_mode": "render",
        "mastodon_render_path": str(directory / "out"),
        "published_path": str(directory / "facts"),
    }
    # No cluster is named, and none is there by chance: rendering must not ask for one.
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    return subprocess.run(
        ["ansible-playbook", "tests/support/app.yml", "-i", str(inventory), "-e", json.dumps(settings)],
        cwd=ROOT,
        env={**environment, "HOME": str(directory), "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )


def render(variables: dict[str, Any], directory: Path, namespace: str = "social", seed: str = "0") -> str:
    """The same, which must succeed; return what Ansible printed."""
    done = run(variables, directory, namespace, seed)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def manifests(directory: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((directory / "out/app.yaml").read_text()))


def job_template(directory: Path) -> dict[str, Any]:
    return json.loads((directory / "facts").read_text())["job_template"]
