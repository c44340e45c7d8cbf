"""What the user is told."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._outcome import Outcome
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._report import blocked, result, stopped


def outcome(action, name="x", **more):
    item = {"kind": "Service", "metadata": {"name": name, "namespace": "shop"}}
    return Outcome(
        action, item, {"a": 1} if action == "changed" else {}, {"a": 2} if action == "changed" else {}, **more
    )


def test_a_result_counts_lists_and_shows_only_changes():
    found = result([outcome("unchanged"), outcome("changed", "y"), outcome("kept", "z", reason="it holds data")])
    assert found["changed"] is True
    assert (
        found["msg"]
        == "1 changed, 1 unchanged, 1 kept. No longer in the set and not deleted: Service shop/z (it holds data)."
    )
    assert found["objects"][1] == {"kind": "Service", "namespace": "shop", "name": "y", "action": "changed"}
    assert [one["before_header"] for one in found["diff"]] == ["Service shop/y"]


def test_keeping_is_no_change():
    assert result([outcome("unchanged"), outcome("kept", reason="it holds data")])["changed"] is False


def test_problems_are_listed_together_with_what_was_applied():
    assert blocked(["one", "two"], []) == "Nothing was applied; these objects cannot be:\n- one\n- two"
    assert blocked(["one"], [outcome("created"), outcome("unchanged", "y")]).startswith(
        "Only Service shop/x was applied;"
    )


def test_a_failure_half_way_tells_what_was_done_and_what_was_not_tried():
    text = stopped(
        ValueError("Cannot apply Service shop/b"),
        [outcome("created", "a"), outcome("unchanged", "c")],
        ["Service shop/d"],
    )
    assert text.splitlines() == [
        "Cannot apply Service shop/b",
        "Applied before: Service shop/a (created).",
        "Not tried: Service shop/d.",
        "Running again continues from here.",
    ]
