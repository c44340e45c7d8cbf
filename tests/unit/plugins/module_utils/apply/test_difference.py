"""Diffs show what changes, nothing else, and no value of a Secret."""

import json

from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._difference import (
    LAST_APPLIED,
    NEW,
    OLD,
    SAME,
    difference,
)


def secret(**data):
    return {"kind": "Secret", "metadata": {"name": "s"}, "data": data}


def test_nothing_differs():
    assert difference({"a": {"b": [1]}}, {"a": {"b": [1]}}) == ({}, {})


def test_only_the_paths_that_differ_are_shown():
    before = {"spec": {"replicas": 1, "paused": False}, "metadata": {"name": "web"}}
    after = {"spec": {"replicas": 2, "paused": False}, "metadata": {"name": "web"}}
    assert difference(before, after) == ({"spec": {"replicas": 1}}, {"spec": {"replicas": 2}})


def test_what_comes_and_what_goes_stands_on_one_side():
    assert difference({"a": 1, "b": 2}, {"b": 2, "c": None}) == ({"a": 1}, {"c": None})


def test_named_items_are_compared_by_name():
    before = [{"name": "web", "image": "a", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]}]
    after = [
        {"name": "web", "image": "a", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "3"}]},
        {"name": "b"},
    ]
    assert difference({"containers": before}, {"containers": after}) == (
        {"containers": [{"name": "web", "env": [{"name": "Y", "value": "2"}]}]},
        {"containers": [{"name": "web", "env": [{"name": "Y", "value": "3"}]}, {"name": "b"}]},
    )


def test_a_changed_order_is_shown_as_it_is():
    before, after = [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]
    assert difference({"x": before}, {"x": after}) == ({"x": before}, {"x": after})


def test_lists_without_unique_names_are_shown_whole():
    for before, after in (([1, 2], [1]), ([{"name": "a"}, {"name": "a"}], [{"name": "a"}]), ([{"n": 1}], [{"n": 2}])):
        assert difference({"x": before}, {"x": after}) == ({"x": before}, {"x": after})


def test_a_secret_tells_which_keys_change_and_no_value():
    before, after = difference(
        secret(kept="a3A=", turned="b2xk", gone="Z29uZQ=="), secret(kept="a3A=", turned="bmV3", added="eA==")
    )
    assert before == {"data": {"turned": OLD, "gone": OLD}}
    assert after == {"data": {"turned": NEW, "added": NEW}}


def test_a_new_secret_shows_its_keys_only():
    _before, after = difference({}, secret(password="c2VjcmV0"))
    assert after["data"] == {"password": NEW}


def test_kubectls_copy_of_a_secret_is_hidden_too():
    before = secret(a="b2xk") | {"metadata": {"name": "s", "annotations": {LAST_APPLIED: json.dumps(secret(a="b2xk"))}}}
    shown, _after = difference(before, {})
    assert shown["metadata"]["annotations"] == {LAST_APPLIED: SAME}
    assert "b2xk" not in json.dumps(shown)


def test_a_secret_in_any_shape_shows_nothing():
    before = {"kind": "Secret", "data": None, "stringData": {"a": "plain"}}
    assert "plain" not in json.dumps(difference(before, {"kind": "Secret", "data": {"a": "eA=="}}))
