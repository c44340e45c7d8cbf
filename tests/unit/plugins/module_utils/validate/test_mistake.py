"""The one message that names every mistake."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._mistake import Mistake, explain


def test_every_mistake_is_named_with_its_cure_in_the_order_of_the_variables():
    text = explain([Mistake("b", "is bad", "make it good"), Mistake("a", "is odd", "make it even")])
    assert text.startswith("2 mistakes")
    assert text.index("a: is odd") < text.index("b: is bad")
    assert "-> make it good" in text


def test_one_mistake_is_singular():
    assert explain([Mistake("a", "is odd", "make it even")]).startswith("1 mistake in")
