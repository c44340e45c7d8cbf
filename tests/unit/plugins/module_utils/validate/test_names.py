"""Misspelt variables are found; other people's are left alone."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._names import name_mistakes

KNOWN = {"mastodon_local_domain", "app_web_replicas", "database_backend"}


def test_a_misspelt_variable_is_told_its_right_name():
    (mistake,) = name_mistakes(["app_web_replica"], KNOWN)
    assert mistake.cure == "did you mean app_web_replicas?"


def test_an_unknown_name_under_our_own_prefix_is_a_mistake():
    (mistake,) = name_mistakes(["mastodon_frobnicate"], KNOWN)
    assert mistake.variable == "mastodon_frobnicate"


def test_names_that_may_be_somebody_elses_are_left_alone():
    assert list(name_mistakes(["app_title", "database_password", *KNOWN], KNOWN)) == []
