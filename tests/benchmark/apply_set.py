"""How long 61 objects with nothing to do take: apply_set, kubectl and a kubernetes.core.k8s loop, all on one cluster.

Each is started as its user starts it: apply_set as the process that Ansible starts on the controller, kubectl as a
command, the loop as a task of a playbook less Ansible's own start.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._set import apply_set
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 5
MODULE = "ansible_collections.fediverse.mastodon.plugins.modules.apply_set"
LABELS = {"app.kubernetes.io/name": "benchmark"}


def objects(namespace: str) -> list[dict[str, Any]]:
    """61 objects of ten kinds, as many as an instance with all its parts has. No pod runs."""
    pod = {"containers": [{"name": "main", "image": "example.org/main:1", "env": [{"name": "A", "value": "b"}]}]}
    template = {"metadata": {"labels": LABELS}, "spec": pod}
    never = {"metadata": {"labels": LABELS}, "spec": {**pod, "restartPolicy": "Never"}}
    selector = {"matchLabels": LABELS}
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "role-0"}
    kinds: list[tuple[int, str, str, dict[str, Any]]] = [
        (3, "v1", "ServiceAccount", {}),
        (2, "rbac.authorization.k8s.io/v1", "Role", {"rules": rules}),
        (2, "rbac.authorization.k8s.io/v1", "RoleBinding", {"roleRef": role, "subjects": []}),
        (5, "v1", "Secret", {"data": {f"KEY_{number}": "dmFsdWU=" for number in range(8)}}),
        (15, "v1", "ConfigMap", {"data": {f"KEY_{number}": "value" for number in range(40)}}),
        (12, "v1", "Service", {"spec": {"selector": LABELS, "ports": [{"name": "http", "port": 3000}]}}),
        (12, "apps/v1", "Deployment", {"spec": {"replicas": 0, "selector": selector, "template": template}}),
        (4, "policy/v1", "PodDisruptionBudget", {"spec": {"maxUnavailable": 1, "selector": selector}}),
        (4, "networking.k8s.io/v1", "NetworkPolicy", {"spec": {"podSelector": selector, "policyTypes": ["Ingress"]}}),
        (
            2,
            "batch/v1",
            "CronJob",
            {"spec": {"suspend": True, "schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": never}}}},
        ),
    ]
    return [
        {
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {"name": f"{kind.lower()}-{number}", "namespace": namespace, "labels": LABELS},
            **body,
        }
        for count, api_version, kind, body in kinds
        for number in range(count)
    ]


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def seconds(function: Callable[[], Any], repeats: int = REPEATS) -> float:
    times = []
    for _repeat in range(repeats):
        started = time.monotonic()
        function()
        times.append(time.monotonic() - started)
    return statistics.median(times)


def playbook(namespace: str, manifests: list[dict[str, Any]], file: Path) -> Callable[[], str]:
    """A playbook that applies the manifests one by one, as most do."""
    task = {
        "kubernetes.core.k8s": {"definition": "{{ item }}", "apply": True},
        "loop": manifests,
        "loop_control": {"label": "{{ item.kind }}"},
    }
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [task] if manifests else [],
    }
    file.write_text(yaml.safe_dump([play]), encoding="utf-8")
    return lambda: run("ansible-playbook", str(file))


def module(namespace: str, manifests: list[dict[str, Any]], file: Path) -> Callable[[], None]:
    arguments = {"name": "benchmark", "namespace": namespace, "manifests": manifests}
    file.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}), encoding="utf-8")

    def apply() -> None:
        result = json.loads(run(sys.executable, "-m", MODULE, str(file)))
        if result["changed"]:
            sys.exit(f"the run that should change nothing changed something: {result['msg']}")

    return apply


def measure(namespace: str, directory: Path) -> None:
    own, other = namespace, f"{namespace}-others"
    cluster = connect({})
    for name in (own, other):
        cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    try:
        manifests, theirs = objects(own), objects(other)
        apply_set(cluster, name="benchmark", namespace=own, manifests=manifests)
        before = cluster.requests
        apply_set(cluster, name="benchmark", namespace=own, manifests=manifests)
        requests = cluster.requests - before
        ours = seconds(module(own, manifests, directory / "arguments.json"))

        file = directory / "manifests.yaml"
        file.write_text(yaml.safe_dump_all(theirs), encoding="utf-8")
        command = ["kubectl", "apply", "--server-side", "--field-manager=benchmark", "-f", str(file)]
        run(*command)
        kubectl = seconds(lambda: run(*command))

        loop = playbook(other, theirs, directory / "loop.yml")
        loop()
        start = seconds(playbook(other, [], directory / "empty.yml"), repeats=1)
        looped = seconds(loop, repeats=1) - start
    finally:
        for name in (own, other):
            cluster.delete("v1", "Namespace", name)
    print(f"61 unchanged objects: apply_set {ours:.2f} s, {requests} requests ({requests / 61:.2f} per object)")
    print(
        f"  kubectl apply --server-side {kubectl:.2f} s; apply_set takes {ours / kubectl:.2f} of it (aim: 1.5 or less)"
    )
    print(
        f"  kubernetes.core.k8s loop {looped:.1f} s; apply_set takes 1/{looped / ours:.0f} of that (aim: 1/20 or less)"
    )


def main() -> None:
    if not os.environ.get("KUBECONFIG"):
        sys.exit("needs a cluster: KUBECONFIG is not set")
    with TemporaryDirectory() as directory:
        measure(f"benchmark-{uuid.uuid4().hex[:8]}", Path(directory))


if __name__ == "__main__":
    main()
