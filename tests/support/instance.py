"""A made-up instance: one pod and Service for each of its processes, which say in a header who they are."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from support.playbooks import ROOT, kubectl

PORTS = {"web": 3000, "streaming": 4000}
SERVICES = {name: {"name": f"mastodon-{name}", "port": port} for name, port in PORTS.items()}
IMAGE = "docker.io/fediverse-mastodon/double:v4.6.5"
_HEALTH = {"web": "/health", "streaming": "/api/v1/streaming/health"}


def create(namespace: str, manifests: list[dict[str, Any]]) -> None:
    items = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
    subprocess.run(
        ["kubectl", "-n", namespace, "apply", "-f", "-"], input=items, text=True, check=True, stdout=subprocess.DEVNULL
    )


def start(namespace: str, apex: str, web: str) -> None:
    """Both processes, ready."""
    kubectl("-n", namespace, "create", "configmap", "program", f"--from-file={ROOT}/tests/support/fediverse.py")
    create(
        namespace,
        [
            one
            for name in PORTS
            for one in pod(name, ["/program/fediverse.py", str(PORTS[name]), name, apex, web], _HEALTH[name])
        ],
    )
    kubectl("-n", namespace, "wait", "pod", "--all", "--for=condition=Ready", "--timeout=120s")


def pod(process: str, arguments: list[str], health: str) -> list[dict[str, Any]]:
    """A Python program of the ConfigMap ``program``, and its Service."""
    container = {
        "name": process,
        "image": IMAGE,
        "command": ["python3", *arguments],
        "volumeMounts": [{"name": "program", "mountPath": "/program"}],
        "readinessProbe": {"httpGet": {"path": health, "port": PORTS.get(process, 8080)}, "periodSeconds": 1},
    }
    spec = {
        "terminationGracePeriodSeconds": 0,
        "containers": [container],
        "volumes": [{"name": "program", "configMap": {"name": "program"}}],
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"mastodon-{process}", "labels": {"process": process}},
            "spec": spec,
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"mastodon-{process}"},
            "spec": {"selector": {"process": process}, "ports": [{"port": PORTS.get(process, 8080)}]},
        },
    ]
