"""What the role remove tells at its end: what is still there, and nothing of what is not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
ROLE = ROOT / "roles/remove"
TOLD = "{{ {'kept': __remove_story.kept, 'deleted': __remove_story.deleted, 'all': __remove_told} | to_json }}"


def told(directory, *arguments, remains=(), found=True, **variables):
    """The two stories, and what is told of them, as texts."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars_files": [str(ROLE / "defaults/main.yml"), str(ROLE / "vars/main.yml")],
        "vars": {
            "mastodon_local_domain": "example.org",
            "remove_done": {"remains": list(remains), "found": found, "msg": "no instance in namespace mastodon"},
            **variables,
        },
        "tasks": [
            {
                "ansible.builtin.copy": {"dest": str(directory / "told"), "content": TOLD, "mode": "0600"},
                "check_mode": False,
            }
        ],
    }
    (directory / "play.yml").write_text(yaml.safe_dump([play]))
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", str(directory / "play.yml"), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: "\n".join(lines) for name, lines in json.loads((directory / "told").read_text()).items()}


def test_where_all_data_were_the_collection_s_nothing_remains(tmp_path):
    story = told(tmp_path, remains=[])
    assert "example.org is deleted from namespace mastodon" in story["deleted"]
    assert "which go with the database" in story["deleted"]
    for word in ("brought", "still in the namespace"):
        assert word not in story["deleted"]
    assert "brought" not in story["kept"]


@pytest.mark.parametrize(
    "given",
    [{"database_backend": "external"}, {"cache_backend": "external"}, {"secrets_backend": "existing"}],
    ids=lambda given: next(iter(given)),
)
def test_what_was_brought_along_is_named_in_both(tmp_path, given):
    [(name, value)] = given.items()
    for text in told(tmp_path, **given).values():
        assert text.count("you brought it along") == 1
        assert f"({name}: {value})" in text
        assert text.count("_backend:") == 1


def test_a_database_of_one_s_own_still_has_the_accounts_keys(tmp_path):
    assert "which go with the database" not in told(tmp_path, database_backend="external")["deleted"]


def test_what_the_module_says_remains_is_told(tmp_path):
    story = told(tmp_path, remains=["Secret/mine", "ObjectBucketClaim/media"])
    assert "yours to delete: Secret/mine, ObjectBucketClaim/media" in story["deleted"]
    assert "Secret/mine, ObjectBucketClaim/media" in story["kept"]


@pytest.mark.parametrize("arguments", [[], ["--check"]], ids=["run", "check"])
@pytest.mark.parametrize("data", ["", "example.org"])
def test_where_no_instance_was_nothing_is_told_as_done(tmp_path, arguments, data):
    story = told(tmp_path, *arguments, found=False, mastodon_remove_data=data)["all"]
    assert story.startswith("no instance in namespace mastodon\n")
    assert "mastodon_namespace" in story and "K8S_AUTH_KUBECONFIG" in story
    for word in ("gone", "deleted", "kept", "left"):
        assert word not in story


@pytest.mark.parametrize(("data", "name"), [("", "kept"), ("example.org", "deleted")])
def test_of_an_instance_one_story_is_told(tmp_path, data, name):
    story = told(tmp_path, mastodon_remove_data=data)
    assert story["all"].startswith(story[name] + "\nleft as they are: ")


def test_check_mode_tells_of_nothing_as_done(tmp_path):
    story = told(tmp_path, "--check")
    assert "example.org would be deleted" in story["deleted"]
    assert "example.org would be gone" in story["kept"]
