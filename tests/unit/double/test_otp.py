"""The one migration that reads OTP_SECRET: what Ruby encrypted is read with it, and with nothing else."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from mastodon_double import otp
from support.mastodon_4_2 import ENCRYPTED, OTP_SECRET, SECOND_FACTOR

STORED = (7, *ENCRYPTED)


class Users:
    """A connection to a table of one user."""

    def __init__(self):
        self.updated = []

    def execute(self, query, values=()):
        if query.startswith("UPDATE"):
            self.updated.append(values)
        return self

    def fetchall(self):
        return [STORED]


def test_a_second_factor_of_4_2_is_read():
    assert otp.decrypted(OTP_SECRET, *ENCRYPTED) == SECOND_FACTOR.encode()
    with pytest.raises(InvalidTag):
        otp.decrypted("another", *ENCRYPTED)


def test_it_is_stored_in_the_new_column():
    otp.reencrypt(users := Users(), OTP_SECRET, {})
    assert users.updated == [(SECOND_FACTOR, 7)]


def test_another_secret_ends_the_migration_unless_that_is_what_is_wanted():
    with pytest.raises(SystemExit, match="Unable to decrypt OTP secret for user 7"):
        otp.reencrypt(users := Users(), "another", {})
    otp.reencrypt(users, "another", {"MIGRATION_IGNORE_INVALID_OTP_SECRET": "true"})
    assert users.updated == []


def test_the_variable_is_fetched_hard():
    assert otp.fetched({"OTP_SECRET": ""}) == ""
    with pytest.raises(KeyError, match="OTP_SECRET"):
        otp.fetched({"SECRET_KEY_BASE": "x"})
