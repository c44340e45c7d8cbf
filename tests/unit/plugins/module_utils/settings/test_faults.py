"""What can be told of a wish before Mastodon is asked."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._catalog import SETTINGS
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._converge import checked

CONTACT = {"site_contact_username": "alice", "site_contact_email": "alice@example.org"}


@pytest.mark.parametrize(
    ("given", "meant"), [("false", False), ("no", False), ("True", True), ("yes", True), (1, True)]
)
def test_switches_may_be_texts_as_everywhere_in_ansible(given, meant):
    assert checked({"trends": given}) == {"trends": meant}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"site_titel": "x"}, "perhaps site_title was meant"),
        ({"qqqq": "x"}, "the settings are activity_api_enabled"),
        ({"thumbnail": "x.png"}, "administration pages"),
        ({"authorized_fetch": True}, "app_federation.authorized_fetch"),
        ({"registrations_mode": "closed"}, "none of open, approved, none"),
        ({"media_cache_retention_period": "a month"}, "not a whole number"),
        ({"media_cache_retention_period": -1}, "not a whole number"),
        ({"media_cache_retention_period": True}, "not a whole number"),
        ({"media_cache_retention_period": 0}, "write null"),
        ({"trends": "perhaps"}, "not true or false"),
        ({"trends": 2}, "not true or false"),
        ({"site_title": 5}, "not a text"),
        ({"site_short_description": "x" * 201}, "201 characters, and 200 fit"),
        ({"site_contact_email": "alice@example.org"}, "without site_contact_username"),
        ({"site_contact_username": "alice"}, "without site_contact_email"),
        ({**CONTACT, "site_contact_email": "alice"}, "is not an e-mail address"),
    ],
)
def test_mistakes_have_a_cure(wanted, words):
    with pytest.raises(Failure) as failure:
        checked(wanted)
    assert words in str(failure.value)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(Failure) as failure:
        checked({"trends": "perhaps", "registrations_mode": "closed"})
    assert "trends" in str(failure.value)
    assert "registrations_mode" in str(failure.value)


def test_values_get_the_settings_types():
    wanted = {**CONTACT, "trends": False, "media_cache_retention_period": "30", "min_age": "", "site_terms": None}
    typed = {**CONTACT, "trends": False, "media_cache_retention_period": 30, "min_age": None, "site_terms": None}
    assert checked(wanted) == typed


def test_names_are_in_order():
    assert list(SETTINGS) == sorted(SETTINGS)
