"""What is done about an account, for everything the database may say (T20, T22)."""

from dataclasses import replace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._decision import (
    Decision,
    Seen,
    User,
    Wanted,
    decide,
)

ALICE = Wanted("alice", "alice@example.org", "Owner")
USER = User("alice@example.org", "Owner", approved=True, confirmed=True)
PRESENT = Seen(True, USER, "alice")


def seen(holder="alice", **user):
    return Seen(True, replace(USER, **user), holder)


def modify(*options):
    return Decision("modify", options=options)


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize(
    ("found", "decision"),
    [
        (Seen(False, None, None), Decision("create")),
        (PRESENT, Decision("nothing")),
        (seen(email="Alice@Example.org"), Decision("nothing")),
        (seen(role=""), modify("--role", "Owner")),
        (seen(role="owner"), modify("--role", "Owner")),
        (seen(role=None, approved=False), modify("--role", "Owner", "--approve")),
        (seen(approved=False), modify("--approve")),
    ],
)
def test_an_account_that_may_be_ours(found, decision, ours):
    assert decide(ALICE, found, ours=ours) == decision


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Seen(False, None, "bob"), "@bob"),
        (Seen(True, None, None), "without a user"),
        (Seen(True, None, "bob"), "without a user"),
        (seen(holder=None, email="bob@example.org"), "another e-mail address"),
        (seen(confirmed=False), "has not confirmed"),
    ],
)
def test_conflicts_name_who_is_in_the_way(found, words):
    decision = decide(ALICE, found, ours=False)
    assert decision.kind == "conflict"
    assert words in decision.reason
    assert "bob@example.org" not in decision.reason, "other people's addresses are not for logs"


def test_our_own_account_gets_the_new_address_unless_somebody_has_it():
    moved = decide(ALICE, seen(holder=None, email="old@example.org"), ours=True)
    assert moved == modify("--email", "alice@example.org", "--confirm")
    assert decide(ALICE, seen(holder="bob", email="old@example.org"), ours=True).kind == "conflict"


def test_our_own_account_is_confirmed():
    assert decide(ALICE, seen(confirmed=False, approved=False), ours=True) == modify("--approve", "--confirm")


@pytest.mark.parametrize(
    ("wish", "found", "decision"),
    [
        ({"role": None}, seen(role="Moderator"), Decision("nothing")),
        ({"role": ""}, seen(role="Moderator"), modify("--remove-role")),
        ({"role": ""}, seen(role=None), Decision("nothing")),
        ({"approved": False}, seen(approved=False), Decision("nothing")),
        ({"confirmed": False}, seen(confirmed=False), Decision("nothing")),
        (
            {"confirmed": False, "email": "new@example.org"},
            seen(holder=None),
            modify("--email", "new@example.org", "--confirm"),
        ),
        ({"disabled": True}, PRESENT, modify("--disable")),
        ({"disabled": True}, seen(disabled=True), Decision("nothing")),
        ({"disabled": False}, seen(disabled=True), modify("--enable")),
        ({"disabled": None}, seen(disabled=True), Decision("nothing")),
    ],
)
def test_only_what_is_wanted_is_looked_at(wish, found, decision):
    assert decide(replace(ALICE, **wish), found, ours=True) == decision
