"""The role's argument specification says what the environment's catalog knows."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._catalog import SUBJECTS
from support.app_argument_specs import FILE, updated


def test_the_file_is_what_the_catalog_makes_of_it():
    assert FILE.read_text() == updated(FILE.read_text())


def test_a_change_of_the_catalog_would_be_noticed():
    text = FILE.read_text()
    changed = text.replace("Sets C(SMTP_SERVER).", "Sets something.")
    assert changed != text
    assert updated(changed) == text


def test_every_subject_is_an_input():
    text = FILE.read_text()
    assert [group.variable for group in SUBJECTS if f"      {group.variable}:\n" not in text] == []
