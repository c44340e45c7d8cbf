"""The job templates for AWX: surveys that it takes, variables that the playbooks read, playbooks that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples/awx"
[PLAY] = yaml.safe_load((EXAMPLES / "job_templates.yml").read_text())
TEMPLATES = {template["playbook"].removesuffix(".yml"): template for template in PLAY["vars"]["templates"]}
# awx: awx/api/views, JobTemplateSurveySpec
TYPES = {"text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float"}


def survey(name):
    found = dict(TEMPLATES[name]["survey"])
    shared = {f"{{{{ {key} }}}}": value for key, value in PLAY["vars"].items() if key.startswith("question_")}
    return {**found, "spec": [shared.get(one, one) if isinstance(one, str) else one for one in found["spec"]]}


def test_every_playbook_of_the_collection_has_its_template_and_its_file():
    playbooks = {file.stem for file in (ROOT / "playbooks").glob("*.yml")}
    assert set(TEMPLATES) == playbooks
    for name in playbooks:
        [play] = yaml.safe_load((EXAMPLES / f"{name}.yml").read_text())
        assert play["ansible.builtin.import_playbook"] == f"fediverse.mastodon.{name}"


@pytest.mark.parametrize("name", [name for name, one in TEMPLATES.items() if "survey" in one])
def test_awx_takes_the_survey(name):
    given = survey(name)
    assert {key: type(given[key]) for key in ("name", "description", "spec")} == {
        "name": str,
        "description": str,
        "spec": list,
    }
    for question in given["spec"]:
        assert {key: type(question[key]) for key in ("question_name", "variable", "type")} == dict.fromkeys(
            ("question_name", "variable", "type"), str
        )
        assert type(question["required"]) is bool
        assert question["type"] in TYPES
    variables = [question["variable"] for question in given["spec"]]
    assert len(variables) == len(set(variables))


@pytest.mark.parametrize("name", [name for name, one in TEMPLATES.items() if "survey" in one])
def test_a_survey_asks_for_what_the_playbook_reads(name):
    read = [ROOT / f"playbooks/{name}.yml", *ROOT.glob(f"roles/{name}/defaults/main.yml")]
    text = "".join(file.read_text() for file in read)
    assert [one["variable"] for one in survey(name)["spec"] if one["variable"] not in text] == []
    required = {one["variable"] for one in survey(name)["spec"] if one["required"]}
    assert "mastodon_hosts" in required, "nothing else says which instance is meant"
    # What a playbook prompts for AWX never asks.
    prompted = set(re.findall(r"^    - name: (\w+)\n      prompt:", text, re.MULTILINE))
    assert prompted <= required


def test_what_can_do_harm_has_a_survey_and_the_rest_a_limit():
    assert {name for name, one in TEMPLATES.items() if "survey" in one} == {"tootctl", "remove"}
    assert all(("survey" in one) is not one.get("ask", False) for one in TEMPLATES.values())
