"""An execution environment has all that the modules import."""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples/awx/execution-environment.yml"


def test_the_collection_says_what_it_needs(tmp_path):
    place = tmp_path / "ansible_collections/fediverse"
    place.mkdir(parents=True)
    (place / "mastodon").symlink_to(ROOT)
    told = subprocess.run(
        ["ansible-builder", "introspect", str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout
    needed = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    # ansible-builder leaves to ansible-core what that brings itself.
    assert [line for line in needed if line not in told and not line.startswith("PyYAML")] == []


def test_the_example_is_understood_by_ansible_builder(tmp_path):
    subprocess.run(
        ["ansible-builder", "create", "--file", str(EXAMPLE), "--context", str(tmp_path)],
        capture_output=True,
        check=True,
    )
    [file] = [path for path in tmp_path.iterdir() if path.name in ("Containerfile", "Dockerfile")]
    text = file.read_text()
    example = yaml.safe_load(EXAMPLE.read_text())
    assert example["images"]["base_image"]["name"] in text
    assert example["dependencies"]["ansible_core"]["package_pip"] in text
    wanted = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text())
    assert wanted == example["dependencies"]["galaxy"]


def test_the_example_takes_this_version():
    [wanted] = yaml.safe_load(EXAMPLE.read_text())["dependencies"]["galaxy"]["collections"]
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert wanted["name"] == f"{galaxy['namespace']}.{galaxy['name']}"
    assert wanted["version"].startswith(f">={galaxy['version'].split('.')[0]}.")
