"""What stands in the way, and the words for it (T13, T15)."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets import _refusal
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._fingerprint import Fingerprints
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._keys import APPLICATION_KEYS, VALKEY_KEYS
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._plan import (
    Stored,
    Wanted,
    new_values,
    plan,
)

WANTED = Wanted("mastodon-secrets", APPLICATION_KEYS)
DATA = ["Cluster mastodon-database", "ConfigMap mastodon-domains"]


VALKEY = Wanted("mastodon-valkey", VALKEY_KEYS)


def refusals(stored, *, wanted=WANTED, data=(), valkey=(), **consent):
    made = plan(wanted, stored)
    found = {"data": data, "valkey": valkey}
    return list(_refusal.of_plan("social", wanted, made, _refusal.Consent(**consent), found.__getitem__))


def test_new_keys_for_an_empty_namespace():
    assert refusals(None) == []


def test_new_keys_for_existing_data_name_what_was_found_what_is_lost_and_the_way_out():
    (message,) = refusals(None, data=DATA)
    for words in (*DATA, "second factors", "SECRET_KEY_BASE", "backup", "allow_new_secrets_for_existing_data"):
        assert words in message


@pytest.mark.parametrize(("consent", "count"), [("social", 0), ("other", 1), ("true", 1)])
def test_the_override_is_the_namespaces_name(consent, count):
    assert len(refusals(None, data=DATA, new_for_existing_data=consent)) == count


def test_evidence_is_not_looked_for_when_nothing_is_generated():
    made = plan(WANTED, Stored(new_values(APPLICATION_KEYS)))

    def look(_need):
        raise AssertionError("looked for evidence")

    assert list(_refusal.of_plan("social", WANTED, made, _refusal.Consent(), look)) == []


def test_a_new_password_for_a_valkey_that_has_the_old_one_names_it_and_both_ways_out():
    (message,) = refusals(None, wanted=VALKEY, valkey=["StatefulSet mastodon-queue"])
    for words in (
        "Secret social/mastodon-valkey lacks password",
        "StatefulSet mastodon-queue",
        "Restore the Secret from your backup",
        "allow_new_secrets_for_existing_data",
        "restart valkey, web, sidekiq, streaming, jobs",
    ):
        assert words in message
    assert "data may be lost" not in message, "Valkey keeps its data whatever the password"
    assert refusals(None, wanted=VALKEY, valkey=["StatefulSet mastodon-queue"], new_for_existing_data="social") == []


def test_a_password_for_a_valkey_that_is_yet_to_be_made():
    """Fresh, or after a run that made the database and was killed, or when a server elsewhere is left for our own."""
    assert refusals(None, wanted=VALKEY, data=DATA) == []


def test_a_valkey_says_nothing_about_the_keys_of_the_application():
    assert refusals(None, valkey=["StatefulSet mastodon-queue"]) == []


def test_no_consent_makes_up_the_old_key_of_second_factors():
    wanted = Wanted("mastodon-secrets", (*APPLICATION_KEYS, "OTP_SECRET"))
    (message,) = refusals(None, wanted=wanted, new_for_existing_data="social")
    assert "put the old value into the Secret" in message


def test_a_lost_key_is_refused_even_without_data_in_the_namespace():
    values = new_values(APPLICATION_KEYS)
    prints = Fingerprints.new().covering(values)
    values.pop("SECRET_KEY_BASE")
    (message,) = refusals(Stored(values, fingerprints=prints))
    assert "SECRET_KEY_BASE existed" in message


def test_a_changed_key_is_refused_until_it_is_accepted_by_name():
    values = new_values(APPLICATION_KEYS)
    held = Stored(values | {"SECRET_KEY_BASE": "changed"}, fingerprints=Fingerprints.new().covering(values))
    (message,) = refusals(held)
    assert "logged out" in message
    assert "restart web, sidekiq, jobs" in message
    assert "changed" not in message.replace("was changed since", "").replace("accept_changed_keys", "")
    assert refusals(held, changed_keys=["SECRET_KEY_BASE"]) == []


def test_keys_that_belong_together_are_asked_for_together():
    (message,) = _refusal.of_wish(Wanted("mine", ("VAPID_PUBLIC_KEY",)))
    assert "VAPID_PRIVATE_KEY" in message


def test_unknown_keys_are_named():
    (message,) = _refusal.of_wish(Wanted("mine", ("SECRET_KEY",)))
    assert "SECRET_KEY is not" in message
