"""A version that makes no tag, or that no upgrade can be judged by, is told before anything is touched."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._all import find_mistakes
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app import mistakes as of_app
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._version import mistakes

OWN_TAG = {"app_image": {"tag": "main-abc"}}
OWN_REPOSITORY = {"app_image": {"repository": "registry.example/mastodon"}}
OPTIONS = {
    "mastodon_version": {"type": "str"},
    "mastodon_mode": {"type": "str"},
    "app_image": {"type": "dict"},
    "app_version": {"type": "str", "default": "{{ mastodon_version }}"},
}
CURES = {
    "v4.6.6": "leave out the v: 4.6.6",
    "vv4.6.6": "leave out the v: 4.6.6",
    "v4.6": "leave out the v, and write all three numbers, like 4.6.5",
    **dict.fromkeys(["", "4.6", 4.6, 4, "latest", " 4.6.5", "4.6.5 "], "write all three numbers, like 4.6.5"),
}


def told(**values):
    return [(one.variable, one.cure) for one in find_mistakes([OPTIONS], values) if one.variable.endswith("_version")]


@pytest.mark.parametrize("mode", ["converge", "render"])
@pytest.mark.parametrize(("version", "cure"), CURES.items(), ids=repr)
def test_a_version_is_told_once_in_every_mode(version, cure, mode):
    assert told(mastodon_version=version, mastodon_mode=mode) == [("mastodon_version", cure)]


@pytest.mark.parametrize(("version", "cure"), CURES.items(), ids=repr)
def test_the_role_by_itself_names_the_variable_of_the_playbook_too(version, cure):
    (mistake,) = of_app({"app_version": version})
    assert mistake.variable == "app_version"
    assert mistake.cure == f"{cure} (app_version follows from mastodon_version unless it is set)"


@pytest.mark.parametrize("mode", ["converge", "render"])
@pytest.mark.parametrize("version", ["4.6.5", "4.7.0-alpha.2", "4.6.5-mine"])
def test_a_release_is_sound(version, mode):
    assert told(mastodon_version=version, mastodon_mode=mode) == []
    assert told(mastodon_mode=mode) == []


@pytest.mark.parametrize("own", [OWN_TAG, OWN_REPOSITORY])
def test_images_of_ones_own_need_a_release_only_where_an_upgrade_is_judged(own):
    assert told(mastodon_version="main", mastodon_mode="render", **own) == []
    assert told(mastodon_version="main", app_migration_skip=True, **own) == []
    assert told(mastodon_version="main", app_migration_skip="yes", **own) == []
    assert told(mastodon_version="main", app_migration_skip=False, **own) == [
        ("mastodon_version", "write all three numbers, like 4.6.5")
    ]


def test_a_tag_of_ones_own_takes_no_v_from_the_role():
    assert list(mistakes({"mastodon_version": "v4.6.6", **OWN_TAG})) == []


def test_the_version_that_is_judged_may_be_another_than_that_of_the_images():
    assert told(app_version="4.6.5", mastodon_version="v4.6.6") == []
    (mistake,) = mistakes({"preflight_version": "next", "mastodon_version": "4.6.5"})
    assert mistake.variable == "preflight_version"


@pytest.mark.parametrize("value", [["4.6.5"], {"x": 1}])
def test_wrong_types_are_somebody_else_s_to_tell(value):
    assert list(mistakes({"mastodon_version": value})) == []
    assert list(of_app({"mastodon_version": value})) == []
