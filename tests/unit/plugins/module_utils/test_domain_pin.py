"""The domain pin: equal passes, different stops and tells, and a confirmation must repeat both names."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_pin import (
    Change,
    Domains,
    changes,
    explain,
    manifest,
    unconfirmed,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_record import keep
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure

DOMAINS = Domains("example.org", "social.example.org")
PINNED = {"local_domain": "example.org", "web_domain": "social.example.org"}


class Stored:
    """A cluster that holds one ConfigMap, or none."""

    def __init__(self, data):
        self.data = data

    def get(self, api_version, kind, name, namespace):
        assert (api_version, kind, name, namespace) == ("v1", "ConfigMap", "mastodon-domains", "mastodon")
        return None if self.data is None else {"data": self.data}


def test_the_pin_holds_both_domains_and_nothing_that_changes_by_itself():
    assert manifest("mastodon", DOMAINS) == manifest("mastodon", DOMAINS)
    assert manifest("mastodon", DOMAINS)["data"] == PINNED


@pytest.mark.parametrize("stored", [None, PINNED, {}])
def test_a_fresh_or_equal_pin_passes(stored):
    pinned, outcome = keep(Stored(stored), "mastodon", DOMAINS, state="checked")
    assert outcome is None
    assert pinned == (None if stored is None else {**dict.fromkeys(PINNED, ""), **stored})


@pytest.mark.parametrize(
    ("key", "consequence"), [("local_domain", "orphaned"), ("web_domain", "ids and keys of all accounts change")]
)
@pytest.mark.parametrize("state", ["checked", "recorded"])
def test_a_different_pin_stops_and_tells_what_would_break(key, consequence, state):
    with pytest.raises(Failure) as failure:
        keep(Stored({**PINNED, key: "old.example"}), "mastodon", DOMAINS, state=state)
    message = str(failure.value)
    assert consequence in message
    assert f'"old.example -> {PINNED[key]}"' in message
    assert f"mastodon_{key} to old.example" in message
    assert "nothing was touched" in message


@pytest.mark.parametrize(
    ("confirmation", "passes"),
    [
        ("old.example -> example.org", True),
        ("  old.example   ->  example.org ", True),
        ("a -> b, old.example -> example.org", True),
        ("old.example -> other.example", False),
        ("example.org -> old.example", False),
        ("old.example", False),
        ("yes", False),
        ("", False),
    ],
)
def test_a_confirmation_repeats_the_old_and_the_new_name(confirmation, passes):
    change = Change("local_domain", "old.example", "example.org")
    assert (unconfirmed([change], confirmation) == []) is passes


def test_each_change_is_confirmed_on_its_own():
    found = changes({"local_domain": "a.example", "web_domain": "b.example"}, DOMAINS)
    assert [change.key for change in unconfirmed(found, "a.example -> example.org")] == ["web_domain"]


def test_a_move_of_one_shared_domain_is_confirmed_once():
    found = changes(dict.fromkeys(PINNED, "a.example"), Domains("b.example", "b.example"))
    assert explain(found, "mastodon").count("a.example -> b.example") == 1
    assert unconfirmed(found, "a.example -> b.example") == []


@pytest.mark.parametrize(
    ("pinned", "domains", "borne"),
    [
        (("a.example", "a.example"), ("b.example", "a.example"), True),
        (("a.example", "a.example"), ("b.example", "b.example"), False),
        (("a.example", "w.example"), ("b.example", "w.example"), False),
        (("a.example", "a.example"), ("a.example", "w.example"), False),
        (("a.example", "w.example"), ("w.example", "w.example"), False),
    ],
)
def test_the_one_change_that_mastodon_bears_is_told_as_such(pinned, domains, borne):
    with pytest.raises(Failure) as failure:
        keep(Stored(dict(zip(PINNED, pinned, strict=True))), "mastodon", Domains(*domains), state="checked")
    assert ("the only one it bears" in str(failure.value)) is borne


def test_the_variable_that_confirms_is_named_with_what_it_must_hold():
    message = explain(changes(PINNED, Domains("example.org", "new.example")), "mastodon")
    assert message.endswith('set mastodon_confirm_domain_change to "social.example.org -> new.example".')
