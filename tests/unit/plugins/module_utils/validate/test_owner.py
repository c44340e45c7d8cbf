"""Names and addresses that an owner cannot have (T19)."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._account import _email, _username
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._owner import mistakes


@pytest.mark.parametrize(
    "name",
    [
        *("admin", "Admin", "4dmin", "ROOT", "m0d3r4t0r", "owner", "mastodon", "the_mastodon", "MASTAD0N1"),
        *("", "a" * 31, "al ice", "alice@example.org", "@alice", "al.ice", "al-ice", "älice", "alice\n"),
    ],
)
def test_names_that_are_refused(name):
    assert _username.fault(name)


@pytest.mark.parametrize("name", ["alice", "Alice_1", "a", "a" * 30, "administrators", "_", "007"])
def test_names_that_are_fine(name):
    assert _username.fault(name) is None


@pytest.mark.parametrize("address", ["alice@example.org", "a+b@sub.example.co.uk", "Ä@münchen.example"])
def test_addresses_that_are_fine(address):
    assert _email.fault(address) is None


@pytest.mark.parametrize(
    "address", ["", "alice", "alice@", "@example.org", "alice@localhost", "a b@example.org", "a@@b.c"]
)
def test_addresses_that_are_not(address):
    assert _email.fault(address)


def test_mistakes_name_the_variable_and_what_to_write():
    found = {
        mistake.variable: mistake
        for mistake in mistakes({"mastodon_owner_username": "@alice@example.org", "mastodon_owner_email": "alice"})
    }
    assert found["mastodon_owner_username"].cure.endswith(": alice")
    assert "alice@example.org" in found["mastodon_owner_email"].cure


@pytest.mark.parametrize(
    "values",
    [{}, {"mastodon_owner_username": "alice", "mastodon_owner_email": "a@b.example"}, {"mastodon_owner_username": 7}],
)
def test_no_mistakes(values):
    assert list(mistakes(values)) == []
