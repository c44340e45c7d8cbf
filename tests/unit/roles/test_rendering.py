"""site.yml with mastodon_mode=render, as docs/rendering.md tells its user: the example's inventory and no cluster."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILES = ("app", "cache", "database", "edge", "namespace", "storage", "verify")


def site(directory, *arguments):
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    inventory = ROOT / "examples/first-instance/inventory.yml"
    command = ["ansible-playbook", "fediverse.mastodon.site", "-i", str(inventory), "-e", "mastodon_mode=render"]
    done = subprocess.run(
        [*command, *arguments],
        cwd=directory,
        env={**environment, "HOME": str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def documents(directory):
    files = sorted(directory.glob("*"))
    return {file.stem: [one for one in yaml.safe_load_all(file.read_text()) if one] for file in files}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Where it ran, and what it said."""
    directory = tmp_path_factory.mktemp("work")
    return directory, site(directory)


def test_the_files_are_where_the_playbook_was_run_and_the_run_says_so(run):
    directory, told = run
    assert sorted(documents(directory / "rendered/first")) == list(FILES)
    assert f"{directory}/rendered/first has the manifests; nothing was applied." in told
    assert not (ROOT / "playbooks/rendered").exists()


def test_a_relative_path_begins_there_too_and_the_same_inputs_change_nothing(run):
    directory, _told = run
    before = documents(directory / "rendered/first")
    site(directory, "-e", "mastodon_render_path=deploy/social")
    assert documents(directory / "deploy/social") == before
    assert "changed=0" in site(directory, "-e", "mastodon_render_path=~/deploy/social")


def test_what_is_in_the_files(run):
    found = documents(run[0] / "rendered/first")
    (namespace,) = found["namespace"]
    assert namespace["metadata"]["name"] == "mastodon"
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert (found["storage"], found["verify"]) == ([], []), "media in a bucket, no schedule"
    others = [one for name in FILES if name != "namespace" for one in found[name]]
    assert {one["metadata"]["namespace"] for one in others} == {"mastodon"}
    kinds = [one["kind"] for one in others]
    assert "Secret" not in kinds, "secrets do not belong into files"
    assert {"Cluster", "StatefulSet", "Deployment", "Gateway", "HTTPRoute"} <= set(kinds)
