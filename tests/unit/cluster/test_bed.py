# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cluster the test bed chooses, and what it runs for a published one: its programs only note their calls."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

BED = Path(__file__).parents[2] / "cluster" / "bed"
SITES = ("https://registry-1.docker.io/v2/", "https://ghcr.io/v2/", "https://github.com/")

STUB = """#!/bin/sh
echo "${0##*/} $*" >>"$CALLS"
"""
DOCKER = """
case $1 in
  info) exit "$DOCKER_INFO" ;;
  inspect) echo 172.18.0.2 ;;
esac
"""
# Asked for a status, it answers as the internet would unless the address is blocked; asked for a file, it gives one.
CURL = """
for url; do :; done
case "$*" in
  *http_code*)
    case " $BLOCKED " in *" $url "*) printf 403; exit ;; esac
    case $url in *registry*|*ghcr*) printf 401 ;; *) printf 200 ;; esac ;;
  *) echo "kind: List" ;;
esac
"""
KUBECTL = """
case "$*" in
  *"get configmap"*) exit 1 ;;
  *apply*) cat >/dev/null ;;
esac
"""
FORBIDDEN = """
exit 1
"""
IP = """
echo "10.0.0.0/8 via 172.18.0.2 dev br0"
"""


@dataclass
class Machine:
    """A bed of its own whose programs are stubs."""

    home: Path

    def run(
        self, *words: str, docker: bool = True, blocked: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        variables = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "BED": str(self.home),
            "CALLS": str(self.home / "calls"),
            "DOCKER_INFO": "0" if docker else "1",
            "BLOCKED": blocked,
            **environment,
        }
        return subprocess.run([str(BED), *words], env=variables, capture_output=True, text=True, check=False)

    def source(self, **facts: object) -> str:
        return self.run("source", **facts).stdout.strip()

    def calls(self) -> list[str]:
        return (self.home / "calls").read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    programs = tmp_path / "bin"
    programs.mkdir()
    stubs = {"docker": DOCKER, "curl": CURL, "kind": "", "kubectl": KUBECTL, "ip": IP}
    stubs |= dict.fromkeys(
        ("go", "apt-get", "dockerd", "debootstrap"), FORBIDDEN
    )  # a defect must not change this machine
    for name, body in stubs.items():
        program = programs / name
        program.write_text(STUB + body)
        program.chmod(0o755)
    return Machine(tmp_path)


def test_an_engine_and_a_network_mean_published(machine: Machine) -> None:
    assert machine.source() == "published"


def test_no_engine_means_self_made(machine: Machine) -> None:
    assert machine.source(docker=False) == "self-made"


@pytest.mark.parametrize("site", SITES)
def test_a_blocked_site_means_self_made(machine: Machine, site: str) -> None:
    assert machine.source(blocked=site) == "self-made"


def test_kind_need_not_be_downloaded_where_it_is_installed(machine: Machine) -> None:
    assert machine.source(blocked="https://kind.sigs.k8s.io/") == "published"


@pytest.mark.parametrize("mode", ["published", "self-made"])
@pytest.mark.parametrize("docker", [True, False])
def test_bed_mode_decides(machine: Machine, mode: str, docker: bool) -> None:
    assert machine.source(docker=docker, BED_MODE=mode) == mode


def test_an_unknown_bed_mode_is_refused(machine: Machine) -> None:
    result = machine.run("source", BED_MODE="other")
    assert result.returncode == 1
    assert "published or self-made" in result.stderr


def test_a_cluster_of_the_user_comes_first(machine: Machine) -> None:
    assert machine.source(KUBECONFIG="/theirs", BED_MODE="published") == "given"


def test_the_beds_own_kubeconfig_is_not_the_users(machine: Machine) -> None:
    assert machine.source(KUBECONFIG=str(machine.home / "kubeconfig")) == "published"


def test_a_running_cluster_keeps_its_source(machine: Machine) -> None:
    run = machine.home / "run"
    run.mkdir()
    (run / "mode").write_text("kind\n")
    (run / "source").write_text("self-made\n")
    assert machine.source() == "self-made"


@pytest.mark.parametrize("verb", ["down", "reset"])
def test_the_users_cluster_is_never_stopped(machine: Machine, verb: str) -> None:
    result = machine.run(verb, KUBECONFIG="/theirs")
    assert result.returncode == 1
    assert "is yours" in result.stderr
    assert not (machine.home / "calls").exists()


def test_the_users_cluster_is_used_and_nothing_is_created(machine: Machine) -> None:
    result = machine.run("up", KUBECONFIG="/theirs")
    assert result.returncode == 0, result.stderr
    assert machine.calls() == ["kubectl get --raw=/readyz --request-timeout=10s"]


def test_published_up_creates_one_kind_cluster_and_routes_to_it(machine: Machine) -> None:
    result = machine.run("up")
    assert result.returncode == 0, result.stderr
    created = [call for call in machine.calls() if call.startswith("kind create")]
    config = BED.with_name("node") / "kind-published.yaml"
    assert created == [f"kind create cluster --config {config} --kubeconfig {machine.home}/kubeconfig --wait 180s"]
    assert not [call for call in machine.calls() if call.startswith("docker") and "build" in call]
    assert machine.source(docker=False) == "published"


def test_published_operators_come_from_their_releases(machine: Machine) -> None:
    assert machine.run("up").returncode == 0
    (machine.home / "kubeconfig").touch()
    result = machine.run("operators", "cnpg", "backup", "gateway", "s3", "valkey", "vault")
    assert result.returncode == 0, result.stderr
    fetched = {call.split()[-1] for call in machine.calls() if call.startswith("curl -fsSL")}
    versions = dict(
        line.split("#")[0].strip().split("=", 1)
        for line in BED.with_name("versions.env").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    assert fetched == {
        "https://raw.githubusercontent.com/cloudnative-pg/cloudnative-pg/"
        f"v{versions['CLOUDNATIVE_PG']}/releases/cnpg-{versions['CLOUDNATIVE_PG']}.yaml",
        f"https://github.com/cert-manager/cert-manager/releases/download/v{versions['CERT_MANAGER']}/cert-manager.yaml",
        "https://github.com/cloudnative-pg/plugin-barman-cloud/releases/download/"
        f"v{versions['BARMAN_PLUGIN']}/manifest.yaml",
        f"https://github.com/envoyproxy/gateway/releases/download/v{versions['ENVOY_GATEWAY']}/install.yaml",
    }
