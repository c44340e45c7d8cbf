"""The exact forms of generated values (T18), and what is accepted from others (T14)."""

import base64
import re

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets import _forms, _vapid
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._keys import (
    APPLICATION_KEYS,
    FAMILIES,
    OPTIONAL_KEYS,
)

ENCRYPTION = "ACTIVE_RECORD_ENCRYPTION_"
FORMS = {
    "SECRET_KEY_BASE": r"[0-9a-f]{128}",
    f"{ENCRYPTION}PRIMARY_KEY": r"[A-Za-z0-9]{32}",
    f"{ENCRYPTION}DETERMINISTIC_KEY": r"[A-Za-z0-9]{32}",
    f"{ENCRYPTION}KEY_DERIVATION_SALT": r"[A-Za-z0-9]{32}",
    "VAPID_PRIVATE_KEY": r"[A-Za-z0-9_-]{43}=",
    "VAPID_PUBLIC_KEY": r"B[A-Za-z0-9_-]{86}=",
    "password": r"[A-Za-z0-9]{48}",
}

MADE = [family for family in FAMILIES if family.generate]


def generated():
    values = {}
    for family in MADE:
        values |= family.generate()
    return values


@pytest.mark.parametrize("_time", range(20))
def test_generated_forms(_time):
    values = generated()
    assert values.keys() == FORMS.keys()
    for key, form in FORMS.items():
        assert re.fullmatch(form, values[key]), key


def test_generated_values_are_all_different():
    values = [*generated().values(), *generated().values()]
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("family", MADE, ids=lambda family: family.keys[0])
def test_generated_values_are_accepted(family):
    assert list(family.check(family.generate())) == []


def test_only_the_old_key_of_second_factors_is_never_made():
    assert [family.keys for family in FAMILIES if family not in MADE] == [("OTP_SECRET",)]


def test_the_password_is_needed_by_valkey_and_all_other_keys_by_the_data():
    assert {key: family.needed_by for family in FAMILIES for key in family.keys} == {
        **dict.fromkeys((*APPLICATION_KEYS, *OPTIONAL_KEYS), "data"),
        "password": "valkey",
    }


def test_short_scalars_are_padded_on_the_left():
    """One scalar in 256 begins with a zero byte; the pair must still be 32 and 65 bytes, and belong together."""
    scalar = 7
    private = _vapid.encode(scalar.to_bytes(_vapid.SCALAR, "big"))
    public = _vapid.encode(_vapid.public_point(scalar))
    assert (len(private), len(public)) == (44, 88)
    assert list(_vapid.check(private, public)) == []
    # Mastodon's own generator drops the zero bytes, and its keys must be accepted too.
    assert list(_vapid.check(base64.urlsafe_b64encode(b"\x07").decode(), public)) == []


def test_a_pair_without_padding_is_accepted():
    pair = _vapid.generate()
    assert list(_vapid.check(pair[_vapid.PRIVATE].rstrip("="), pair[_vapid.PUBLIC].rstrip("="))) == []


def vapid_faults(private, public):
    return [fault.key for fault in _vapid.check(private, public)]


def test_halves_of_two_pairs_do_not_match():
    one, other = _vapid.generate(), _vapid.generate()
    assert vapid_faults(one[_vapid.PRIVATE], other[_vapid.PUBLIC]) == [_vapid.PUBLIC]


def test_swapped_halves_are_told_apart():
    pair = _vapid.generate()
    assert vapid_faults(pair[_vapid.PUBLIC], pair[_vapid.PRIVATE]) == [_vapid.PRIVATE, _vapid.PUBLIC]


@pytest.mark.parametrize("scalar", [0, 2**256 - 1])
def test_a_number_that_is_no_private_key(scalar):
    assert vapid_faults(_vapid.encode(scalar.to_bytes(32, "big")), _vapid.generate()[_vapid.PUBLIC]) == [_vapid.PRIVATE]


@pytest.mark.parametrize("text", ["", "äöü", "a+b/", "A" * 45, "line\n"])
def test_text_that_is_no_vapid_key(text):
    assert _vapid.PRIVATE in vapid_faults(text, _vapid.generate()[_vapid.PUBLIC])


@pytest.mark.parametrize(
    ("check", "value", "severity"),
    [
        (_forms.check_text, "", "error"),
        (_forms.check_text, " \n", "error"),
        (_forms.check_text, "anything else\n", "warning"),
        (_forms.check_otp_secret, "", "error"),
        (_forms.check_otp_secret, " \n", "error"),
        (_forms.check_otp_secret, "a5" * 64 + "\n", "warning"),
        (_forms.check_otp_secret, "another form", "warning"),
        (_forms.check_encryption_key, "test_DO_NOT_USE_IN_PRODUCTION", "error"),
        (_forms.check_url_password, "", "error"),
        (_forms.check_url_password, "needs%encoding", "error"),
        (_forms.check_url_password, "line\n", "error"),
    ],
)
def test_faults_of_given_values(check, value, severity):
    (fault,) = check("KEY", value)
    assert fault.severity == severity
    assert not value.strip() or value.strip() not in str(fault), "a message must never hold the value"


def test_the_old_key_of_second_factors_is_never_promised_to_be_generated():
    (fault,) = _forms.check_otp_secret("OTP_SECRET", "")
    assert "put the old value into the Secret" in str(fault)
    assert list(_forms.check_otp_secret("OTP_SECRET", "a5" * 64)) == []


@pytest.mark.parametrize("value", ["x", "Pass-word_1.2~3"])
def test_other_values_are_accepted(value):
    for check in (_forms.check_text, _forms.check_encryption_key, _forms.check_url_password):
        assert list(check("KEY", value)) == []
