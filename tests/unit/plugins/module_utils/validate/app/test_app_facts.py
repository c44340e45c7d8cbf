"""The role `app` without the roles before it."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app_facts import PUBLISHERS, mistakes


@pytest.mark.parametrize(("variable", "role"), PUBLISHERS.items())
def test_what_nobody_published_is_named_with_the_role_that_does(variable, role):
    (mistake,) = mistakes({variable: {}})
    assert mistake.variable == variable
    assert f"run the role {role} before" in mistake.cure


def test_what_is_not_known_yet_or_given_is_no_mistake():
    assert list(mistakes({})) == []
    assert list(mistakes({"app_database": {"host": "db"}})) == []
