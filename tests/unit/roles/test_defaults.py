"""Every option has one default: the role's defaults and its argument specification say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROLES = sorted(path for path in (Path(__file__).parents[3] / "roles").iterdir() if path.is_dir())


def load(path):
    return yaml.safe_load(path.read_text()) or {}


@pytest.fixture(params=ROLES, ids=lambda role: role.name)
def role(request):
    return request.param


def options(role):
    return load(role / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]


def test_defaults_and_argument_specification_agree(role):
    defaults = load(role / "defaults/main.yml")
    specified = {name: option["default"] for name, option in options(role).items() if "default" in option}
    assert defaults == specified


def test_inputs_carry_the_role_s_or_the_collection_s_name(role):
    assert [name for name in options(role) if not name.startswith((f"{role.name}_", "mastodon_"))] == []


def test_every_option_is_described(role):
    assert [name for name, option in options(role).items() if not option.get("description")] == []


def test_the_readme_names_every_input(role):
    text = (role / "README.md").read_text()
    assert [name for name in options(role) if f"`{name}`" not in text] == []


def test_every_collection_wide_name_that_is_read_is_known():
    # The role preflight refuses other names with this prefix as misspelt.
    known = set(options(next(role for role in ROLES if role.name == "preflight")))
    files = [*ROLES[0].parent.glob("*/defaults/main.yml"), *ROLES[0].parents[1].glob("playbooks/*.yml")]
    # Not a module's name: fediverse.mastodon.mastodon_tootctl.
    read = {name for file in files for name in re.findall(r"(?<![\w.])mastodon_\w+", file.read_text())}
    assert read <= known, read - known
