"""Waiting on a real cluster: pods really crash, are really refused, and their last words are in the message."""

from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
import uuid

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._targets import of_manifests
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._watch import wait_ready

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make e2e)"
    ),
]

IMAGE = "docker.io/valkey/valkey:8.1.1"


@pytest.fixture(name="cluster", scope="module")
def fixture_cluster():
    return connect({})


@pytest.fixture(name="namespace", scope="module")
def fixture_namespace(cluster):
    name = f"engine-{uuid.uuid4().hex[:8]}"
    labels = {"pod-security.kubernetes.io/enforce": "baseline"}
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    yield name
    cluster.delete("v1", "Namespace", name)


@pytest.fixture(name="wait")
def fixture_wait(cluster, namespace, tmp_path):
    """Apply a manifest and wait for it; the lines of progress are in ``wait.lines``."""
    file = tmp_path / "lines"

    def wait(manifest, *, timeout=180, check_mode=False):
        manifest = {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}
        if not check_mode:
            cluster.apply(manifest, force=True)
        targets = of_manifests([manifest], None)
        return wait_ready(
            cluster, targets, timeout=timeout, settle=2, progress=Progress(str(file)), check_mode=check_mode
        )

    wait.lines = lambda: file.read_text(encoding="utf-8").splitlines()
    return wait


def workload(name, script, kind="Deployment", image=IMAGE, **container):
    """A workload of one container that runs a script, restricted Pod Security included."""
    restricted = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": 991,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    main = {"name": "main", "image": image, "command": ["sh", "-c", script], "securityContext": restricted, **container}
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"terminationGracePeriodSeconds": 0, "containers": [main]},
    }
    spec = {"selector": {"matchLabels": {"app": name}}, "template": template}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    if kind == "Job":
        template["spec"]["restartPolicy"] = "Never"
        spec = {"backoffLimit": 0, "template": template}
    return {
        "apiVersion": "batch/v1" if kind == "Job" else "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def test_a_rollout_is_awaited_and_the_new_one_too(cluster, namespace, wait):
    found = wait(workload("good", "sleep 10000"))
    assert found["objects"] == [
        {"kind": "Deployment", "namespace": namespace, "name": "good", "state": "ready", "reason": ""}
    ]
    assert not found["changed"]
    assert wait.lines()[-1] == f"Deployment {namespace}/good: ready"
    wait(workload("good", "sleep 20000"))
    pods = cluster.list("v1", "Pod", namespace, labels="app=good")
    living = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    assert [pod["spec"]["containers"][0]["command"][-1] for pod in living] == ["sleep 20000"]


def test_a_crash_is_told_with_the_last_words_and_without_credentials(wait):
    script = "echo first line; echo connecting to postgres://mastodon:hushhush@database/mastodon; exit 3"
    with pytest.raises(Failure) as caught:
        wait(workload("crashing", script))
    text = str(caught.value)
    assert re.search(r"container main ended with exit code 3, [3-9] restarts", text)
    assert "| first line" in text
    assert "| connecting to postgres://mastodon:(hidden)@database/mastodon" in text
    assert "event BackOff" in text
    assert "hushhush" not in text
    assert caught.value.result["objects"][0]["state"] == "failed"


def test_pods_that_a_policy_refuses_are_told_at_once(wait):
    for kind in ("Deployment", "StatefulSet"):
        with pytest.raises(Failure, match=r"(?s)no use.*violates PodSecurity.*privileged"):
            wait(workload("refused", "true", kind=kind, securityContext={"privileged": True}), timeout=60)


def test_a_missing_secret_is_told_when_the_time_is_over(wait):
    missing = workload("no-secret", "true", envFrom=[{"secretRef": {"name": "absent"}}])
    with pytest.raises(Failure, match=r'(?s)Not ready after 15 seconds.*secret "absent" not found'):
        wait(missing, timeout=15)


def test_a_job_ends_well_or_is_told_with_its_last_words(wait):
    assert wait(workload("done", "true", kind="Job"))["objects"][0]["state"] == "ready"
    with pytest.raises(Failure, match=r"(?s)BackoffLimitExceeded.*exit code 1.*PG::UndefinedTable"):
        wait(workload("migrate", "echo PG::UndefinedTable; exit 1", kind="Job"))


def test_check_mode_looks_once_and_takes_what_is_not_there_for_yet_to_come(cluster, wait):
    before = cluster.requests
    found = wait(workload("later", "true"), check_mode=True)
    assert [one["state"] for one in found["objects"]] == ["absent"]
    assert cluster.requests - before == 1


def test_commands_in_containers_get_input_and_tell_output_and_exit_code(cluster, namespace, wait):
    wait(workload("shell", "sleep 10000"))
    pod = cluster.list("v1", "Pod", namespace, labels="app=shell")[0]["metadata"]["name"]
    long = "".join(f"line {number}\n" for number in range(20000))
    done = cluster.exec(namespace, pod, ["sh", "-c", "wc -l; echo wrong >&2; exit 3"], stdin=long)
    assert (done.code, done.stdout.strip(), done.stderr.strip()) == (3, "20000", "wrong")
    done = cluster.exec(namespace, pod, ["cat"], stdin="ä" * 50000)
    assert (done.code, done.stdout) == (0, "ä" * 50000)
    assert cluster.exec(namespace, pod, ["true"]).code == 0
    with pytest.raises(Failure, match="did not end within 2 seconds"):
        cluster.exec(namespace, pod, ["sleep", "60"], timeout=2)
    with pytest.raises(Failure, match="no-such-program"):
        cluster.exec(namespace, pod, ["no-such-program"])
    with pytest.raises(Failure, match=r"Pod .*/absent: pods \"absent\" not found"):
        cluster.exec(namespace, "absent", ["true"])


def test_the_action_plugin_prints_the_lines_of_all_hosts_while_they_wait(cluster, namespace, tmp_path):
    """Two hosts at once, each in its own fork; the module never sees the hand that prints."""
    for name in ("one", "two"):
        manifest = workload(
            name, "sleep 10000", readinessProbe={"exec": {"command": ["true"]}, "initialDelaySeconds": 3}
        )
        cluster.apply({**manifest, "metadata": {"name": name, "namespace": namespace}})
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        textwrap.dedent(
            f"""
            - hosts: all
              gather_facts: false
              tasks:
                - fediverse.mastodon.wait_ready:
                    namespace: {namespace}
                    objects:
                      - {{api_version: apps/v1, kind: Deployment, name: "{{{{ inventory_hostname }}}}"}}
                    timeout: 180
            """
        ),
        encoding="utf-8",
    )
    inventory = json.dumps(
        {
            "all": {
                "hosts": {"one": {}, "two": {}},
                "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            }
        }
    )
    hosts = tmp_path / "inventory.json"
    hosts.write_text(inventory, encoding="utf-8")
    done = subprocess.run(
        ["ansible-playbook", "--inventory", str(hosts), str(playbook)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    for name in ("one", "two"):
        assert f"  [{name}] Deployment {namespace}/{name}: ready\n" in done.stdout
        assert done.stdout.index(f"[{name}] Deployment") < done.stdout.index(f"ok: [{name}]")
