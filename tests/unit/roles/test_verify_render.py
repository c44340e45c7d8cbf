"""The CronJob of the verify role: rendered without a cluster, and its program really checks an instance."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "plugins/module_utils/_probe"
HOST = {
    "mastodon_local_domain": "example.org",
    "mastodon_web_domain": "social.example.org",
    "mastodon_owner_username": "alice",
    "mastodon_namespace": "social",
    "mastodon_mode": "render",
    # What the roles before it publish.
    "edge_probe": {"resolve": [], "ca_path": None, "ca_certificates": None},
    "storage_connection": {"media_host": "files.example.org"},
    "verify_schedule": "*/15 * * * *",
}


def render(directory, **changed):
    inventory = directory / "inventory.yml"
    host = {**HOST, "mastodon_render_path": str(directory / "out"), **changed}
    inventory.write_text(yaml.safe_dump({"mastodon": {"hosts": {"one": host}}}))
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    done = subprocess.run(
        ["ansible-playbook", "tests/support/verify.yml", "-i", str(inventory)],
        cwd=ROOT,
        env={**environment, "HOME": str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    file = directory / "out/verify.yaml"
    manifests = list(yaml.safe_load_all(file.read_text())) if file.exists() else []
    return {one["kind"]: one for one in manifests}, done.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return render(tmp_path_factory.mktemp("plain"))[0]


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    """Reached by addresses and an authority of one's own, with metrics."""
    directory = tmp_path_factory.mktemp("private")
    (directory / "ca.crt").write_text("-----BEGIN CERTIFICATE-----\n")
    reach = {
        "resolve": ["social.example.org:443:192.0.2.7", "example.org:443:192.0.2.7"],
        "ca_path": str(directory / "ca.crt"),
        "ca_certificates": None,
    }
    return render(directory, edge_probe=reach, verify_push_url="http://push:9091/metrics/job/x")[0]


def pod(manifests):
    return manifests["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_the_program_is_the_collection_s_own(plain):
    files = {file.name: file.read_text().rstrip("\n") for file in PROGRAM.glob("*.py")}
    assert plain["ConfigMap"]["data"] == files
    assert "_program.py" in files


def test_what_is_asked(plain):
    (container,) = pod(plain)["containers"]
    assert container["command"] == ["python3", "-B", "-m", "federation_check._program"]
    assert " ".join(container["args"]) == (
        "social.example.org --inside --local-domain example.org --account alice --media-host files.example.org"
    )


def test_how_it_is_reached_and_where_the_metrics_go(private):
    (container,) = pod(private)["containers"]
    assert container["args"][-4:] == [
        "--resolve", "social.example.org:443:192.0.2.7", "--resolve", "example.org:443:192.0.2.7"
    ]  # fmt: skip
    assert "--ca-path federation_check/ca.crt --push http://push:9091/metrics/job/x" in " ".join(container["args"])
    assert private["ConfigMap"]["data"]["ca.crt"] == "-----BEGIN CERTIFICATE-----"


def test_its_pod_meets_the_restricted_standard(plain):
    spec = pod(plain)
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["seccompProfile"]
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_command_runs_what_the_config_map_holds(private, tmp_path):
    """As the kubelet mounts it; the addresses lead nowhere, which is what it must find."""
    (container,) = pod(private)["containers"]
    mount = tmp_path / "federation_check"
    mount.mkdir()
    for name, text in private["ConfigMap"]["data"].items():
        (mount / name).write_text(text)
    arguments = ["social.invalid", "--local-domain", "social.invalid", "--format", "text"]
    command = [sys.executable, *container["command"][1:], *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stdout.startswith("CRITICAL: social.invalid")


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    render(tmp_path)
    before = (tmp_path / "out/verify.yaml").read_bytes()
    assert "changed=0" in render(tmp_path)[1]
    assert (tmp_path / "out/verify.yaml").read_bytes() == before


def test_an_earlier_check_leaves_the_file_with_its_schedule(tmp_path):
    assert set(render(tmp_path)[0]) == {"ConfigMap", "CronJob"}
    assert render(tmp_path, verify_schedule=None)[0] == {}
    assert (tmp_path / "out/verify.yaml").read_text() == ""
