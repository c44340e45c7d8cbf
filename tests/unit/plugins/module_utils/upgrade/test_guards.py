"""What stands against a change of version, and the one word that allows each."""

import re

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import (
    STOP_FIRST,
    Change,
    Consent,
    check,
    refusals,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._version import version

DOWNGRADE, SKIPPED, FLOOR, HALF, BACKUP = "downgrade", "skips", "without downtime over", "not finished", "Backup"
WORDS = {DOWNGRADE: "cannot run on", SKIPPED: SKIPPED, FLOOR: FLOOR, HALF: HALF, BACKUP: BACKUP}
SAME = object()


def change(present, wanted, complete=SAME):
    done = present if complete is SAME else complete
    return Change(version(present), version(wanted), version(done) if done else None)


def no_backup():
    return "There is no completed Backup."


def told(found, consent=None, backup=lambda: ""):
    texts = list(refusals(found, consent or Consent(), backup))
    return [name for text in texts for name, words in WORDS.items() if words in text]


@pytest.mark.parametrize(
    ("present", "wanted", "complete", "expected"),
    [
        ("4.5.15", "4.6.5", SAME, []),
        ("4.6.5", "4.6.9", SAME, []),
        ("4.6.5", "4.6.5", SAME, []),
        ("4.6.5", "4.6.1", SAME, []),
        ("4.6.5", "4.5.15", SAME, [DOWNGRADE]),
        ("5.0.0", "4.9.3", SAME, [DOWNGRADE]),
        ("4.4.9", "4.6.5", SAME, [SKIPPED]),
        ("4.1.9", "4.6.5", SAME, [SKIPPED, FLOOR]),
        ("4.1.9", "4.3.0", SAME, [SKIPPED, FLOOR]),
        ("4.2.9", "4.7.0", SAME, [SKIPPED, FLOOR]),
        # Half done: back to where it came from, on with another patch release, but not to the next minor version.
        ("4.6.5", "4.5.15", "4.5.15", []),
        ("4.6.5", "4.4.9", "4.5.15", [DOWNGRADE]),
        ("4.6.5", "4.6.6", "4.5.15", []),
        ("4.6.5", "4.7.0", "4.5.15", [HALF]),
        ("4.6.5", "4.7.0", None, [HALF]),
        ("4.6.5", "4.7.0", "4.6.4", [HALF]),
    ],
)
def test_what_is_refused(present, wanted, complete, expected):
    assert told(change(present, wanted, complete)) == expected


@pytest.mark.parametrize(
    ("present", "wanted", "asked"),
    [
        ("4.5.15", "4.6.5", True),
        ("4.6.5", "4.6.6", True),
        ("4.6.5", "4.6.5", False),
        ("4.6.6", "4.6.5", False),
        ("4.6.5", "4.5.15", False),
    ],
)
def test_a_backup_is_asked_for_before_every_upgrade(present, wanted, asked):
    assert (BACKUP in told(change(present, wanted), backup=no_backup)) is asked


@pytest.mark.parametrize(
    ("present", "wanted", "option"),
    [
        ("4.6.5", "4.5.15", "downgrade"),
        ("4.4.9", "4.6.5", "skipped_minor"),
        ("4.5.15", "4.6.5", "without_backup"),
    ],
)
def test_each_is_allowed_by_the_text_that_it_names(present, wanted, option):
    asked = change(present, wanted)
    backup = no_backup if option == "without_backup" else (lambda: "")
    (text,) = refusals(asked, Consent(), backup)
    assert f"set app_upgrade_allow_{option} (of the module: allow_{option}) to " in text
    assert "It is set to" not in text
    named = re.search(r'to "([^"]+)"', text)[1]
    assert named == f"{present} -> {wanted}"
    assert told(asked, Consent(**{option: f" {present}  -> {wanted}"}), backup) == []
    for other in ("true", "4.6.4 -> 4.6.5", wanted):
        (refused,) = refusals(asked, Consent(**{option: other}), backup)
        assert refused == f"{text} It is set to '{other}', which is not this change."
    assert list(refusals(asked, Consent(**{option: " "}), backup)) == [text]


@pytest.mark.parametrize(("present", "complete"), [("4.1.9", SAME), ("4.6.5", "4.5.15")])
def test_standing_still_is_the_cure_for_what_cannot_run_meanwhile(present, complete):
    asked = change(present, "4.7.0", complete)
    assert not {FLOOR, HALF} & set(told(asked, Consent(STOP_FIRST)))
    assert any(
        "set app_upgrade_strategy (of the module: strategy) to stop_first" in text
        for text in refusals(asked, Consent(), lambda: "")
    )


def test_everything_is_told_at_once():
    with pytest.raises(Failure) as failure:
        check(change("4.1.9", "4.6.5"), Consent(), no_backup)
    lines = str(failure.value).splitlines()
    assert lines[0] == "Mastodon 4.1.9 -> 4.6.5 is refused:"
    assert len(lines) == 4
    check(None, Consent(), no_backup)
