"""Inputs of the backing services' roles that between them reach every line of every template."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = {"name": "given", "key": "password"}
AUTHORITY = {"name": "given-ca", "key": "ca.crt"}

EVERYTHING = {
    "mastodon_profile": "community",
    "mastodon_monitoring": True,
    "mastodon_monitoring_labels": {"release": "prometheus"},
    "database_read_replica": True,
    "database_pool_size": 35,
    "database_image": "ghcr.io/cloudnative-pg/postgresql:17.6-system-trixie",
    "database_storage_class": "fast",
    "database_wal_storage_size": "5Gi",
    "database_parameters": {"work_mem": "16MB", "jit": False},
    "database_clients": [{"podSelector": {"matchLabels": {"app": "admin"}}}],
    "database_metrics_clients": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
    "database_cluster_spec": {"switchoverDelay": 600},
    "cache_queue_storage_class": "fast",
    "cache_clients": [{"podSelector": {"matchLabels": {"app": "admin"}}}],
    "storage_claim_class": "shared",
}
GIVEN = {
    "database_backend": "external",
    "database_external": {
        "host": "pooler.example.org",
        "pooling": "transaction",
        "direct_host": "pg.example.org",
        "password_secret": PASSWORD,
        "ca_secret": AUTHORITY,
    },
    "cache_backend": "external",
    "cache_external": {
        "base": {"sentinels": [{"host": "s1"}], "sentinel_master": "m", "sentinel_password_secret": PASSWORD},
        "sidekiq": {"host": "q", "tls": True, "ca_secret": AUTHORITY, "password_secret": PASSWORD, "user": "toot"},
        "cache": {"host": "c"},
    },
    "storage_backend": "s3",
    "storage_bucket": "media",
    "storage_endpoint": "https://s3.example.org",
}
PLAIN = {
    "cache_volatile": False,
    "database_pooling": "none",
    "database_network_policy": False,
    "cache_network_policy": False,
}
VARIANTS = {"default": {}, "everything": EVERYTHING, "given": GIVEN, "plain": PLAIN}


def render(variables: dict[str, Any], directory: Path, namespace: str = "social") -> str:
    """Render into ``directory/out``, the published facts into ``directory/facts``; return what Ansible printed."""
    inventory = directory / "inventory.yml"
    everyone = {"one": {"mastodon_local_domain": "example.org", "mastodon_namespace": namespace, **variables}}
    inventory.write_text(yaml.safe_dump({"mastodon": {"hosts": everyone}}))
    settings = {
        "mastodon_mode": "render",
        "mastodon_render_path": str(directory / "out"),
        "published_path": str(directory / "facts"),
    }
    # No cluster is named, and none is there by chance: rendering must not ask for one.
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    command = ["ansible-playbook", "tests/support/backing.yml", "-i", str(inventory), "-e", json.dumps(settings)]
    done = subprocess.run(
        command, cwd=ROOT, env={**environment, "HOME": str(directory)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout
