"""What is made, what is kept, what is refused: the decisions about one Secret."""

import itertools
import random

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets import _kubernetes
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._fingerprint import Fingerprints
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._keys import (
    APPLICATION_KEYS,
    FAMILIES,
    VALKEY_KEYS,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._plan import (
    Stored,
    Wanted,
    new_values,
    pinned,
    plan,
)

WANTED = Wanted("mastodon-secrets", APPLICATION_KEYS)
TRIO = tuple(key for key in APPLICATION_KEYS if key.startswith("ACTIVE_RECORD"))


def stored(values, **other):
    return Stored(values, fingerprints=Fingerprints.new().covering(pinned(values, APPLICATION_KEYS)), **other)


def errors(made):
    return {fault.key for fault in made.errors}


@pytest.mark.parametrize("seed", range(30))
def test_any_order_of_runs_keeps_every_byte(seed):
    """T11, T12: runs that want various keys, on a Secret that also holds others, never change what is there."""
    chance = random.Random(seed)
    all_families = [family.keys for family in FAMILIES if family.generate]
    held = {"SOMEBODY_ELSES": "untouched"} | new_values(
        [key for keys in chance.sample(all_families, 2) for key in keys]
    )
    for _run in range(6):
        before = dict(held)
        keys = tuple(key for keys in chance.sample(all_families, chance.randint(1, len(all_families))) for key in keys)
        made = plan(Wanted("secret", keys), Stored(held))
        held = {**held, **new_values(made.generate)}
        assert {key: held[key] for key in before} == before
        assert set(keys) <= set(held)
        assert not made.errors
        again = plan(Wanted("secret", keys), Stored(held))
        assert again.generate == ()
        assert set(again.kept) == set(keys)


def test_an_absent_secret_gets_everything_and_proves_nothing():
    made = plan(WANTED, None)
    assert made.generate == APPLICATION_KEYS
    assert made.unproven == APPLICATION_KEYS
    assert not made.lost


def test_a_key_new_in_this_version_of_mastodon_is_not_a_lost_one():
    values = new_values(["SECRET_KEY_BASE"])
    made = plan(WANTED, stored(values))
    assert set(made.generate) == set(APPLICATION_KEYS) - {"SECRET_KEY_BASE"}
    assert made.unproven == made.lost == ()


def test_a_key_that_was_seen_before_is_a_lost_one():
    values = new_values(APPLICATION_KEYS)
    held = stored(values)
    without = {key: value for key, value in values.items() if key != "SECRET_KEY_BASE"}
    assert plan(WANTED, Stored(without, fingerprints=held.fingerprints)).lost == ("SECRET_KEY_BASE",)


def test_a_foreign_secret_without_fingerprints_proves_nothing_about_its_missing_keys():
    assert set(plan(WANTED, Stored(new_values(["SECRET_KEY_BASE"]))).unproven) == set(APPLICATION_KEYS) - {
        "SECRET_KEY_BASE"
    }


def test_a_password_that_is_gone_needs_proof_and_is_noticed_when_it_changes():
    wanted = Wanted("mastodon-valkey", VALKEY_KEYS)
    assert plan(wanted, None).generate == plan(wanted, None).unproven == VALKEY_KEYS
    values = new_values(VALKEY_KEYS)
    prints = Fingerprints.new().covering(pinned(values, VALKEY_KEYS))
    assert plan(wanted, Stored({}, fingerprints=prints)).lost == VALKEY_KEYS
    assert plan(wanted, Stored({"password": "another"}, fingerprints=prints)).drifted == VALKEY_KEYS


@pytest.mark.parametrize("held", [None, {}, {"SECRET_KEY_BASE": "there"}], ids=["absent", "empty", "partial"])
def test_the_old_key_of_second_factors_is_never_generated(held):
    made = plan(Wanted("mastodon-secrets", (*APPLICATION_KEYS, "OTP_SECRET")), None if held is None else Stored(held))
    assert "OTP_SECRET" not in made.generate
    (fault,) = made.errors
    assert "OTP_SECRET is missing" in str(fault)
    assert "put the old value into the Secret" in str(fault)


def test_the_old_key_of_second_factors_is_kept_and_pinned():
    wanted = Wanted("mastodon-secrets", ("OTP_SECRET",))
    values = {"OTP_SECRET": "0f" * 64}
    assert plan(wanted, Stored(values)).kept == ("OTP_SECRET",)
    assert not plan(wanted, Stored(values)).faults
    assert pinned(values, wanted.keys) == values


@pytest.mark.parametrize(
    "there", [some for count in (1, 2) for some in itertools.combinations(TRIO, count)], ids=lambda some: str(len(some))
)
def test_a_partial_encryption_trio_is_refused(there):
    values = new_values(APPLICATION_KEYS)
    for key in set(TRIO) - set(there):
        del values[key]
    assert errors(plan(WANTED, stored(values))) == set(TRIO) - set(there)


@pytest.mark.parametrize("half", ["VAPID_PRIVATE_KEY", "VAPID_PUBLIC_KEY"])
def test_half_a_vapid_pair_is_refused(half):
    values = new_values(APPLICATION_KEYS)
    del values[half]
    assert errors(plan(WANTED, stored(values))) == {half}


def test_a_vapid_pair_that_does_not_match_is_refused():
    values = new_values(APPLICATION_KEYS)
    values["VAPID_PUBLIC_KEY"] = new_values(["VAPID_PUBLIC_KEY"])["VAPID_PUBLIC_KEY"]
    assert errors(plan(WANTED, Stored(values))) == {"VAPID_PUBLIC_KEY"}


def test_a_value_that_is_not_text_is_refused():
    values = new_values(APPLICATION_KEYS)
    del values["SECRET_KEY_BASE"]
    made = plan(WANTED, Stored(values, unreadable=("SECRET_KEY_BASE",)))
    assert errors(made) == {"SECRET_KEY_BASE"}
    assert made.generate == ()


def test_a_changed_value_is_noticed_until_it_is_recorded():
    values = new_values(APPLICATION_KEYS)
    held = stored(values)
    changed = values | {"SECRET_KEY_BASE": "another one"}
    assert plan(WANTED, Stored(changed, fingerprints=held.fingerprints)).drifted == ("SECRET_KEY_BASE",)
    recorded = held.fingerprints.covering(pinned(changed, APPLICATION_KEYS))
    assert plan(WANTED, Stored(changed, fingerprints=recorded)).drifted == ()


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        (Wanted("theirs", APPLICATION_KEYS, existing=True), Stored({})),
        (WANTED, Stored({}, owner="ExternalSecret theirs")),
    ],
    ids=["existing", "owned"],
)
def test_somebody_elses_secret_is_only_checked(wanted, held):
    made = plan(wanted, held)
    assert made.generate == ()
    assert errors(made) == set(APPLICATION_KEYS)


def test_fingerprints_survive_being_written_and_do_not_tell_equal_values():
    values = new_values(APPLICATION_KEYS)
    one, other = (Fingerprints.new().covering(values) for _unused in range(2))
    assert Fingerprints.parse(str(one)) == one
    assert set(one.digests.values()).isdisjoint(other.digests.values())
    assert not any(value in str(one) for value in values.values())


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "null", '{"salt": "x", "keys": []}'])
def test_mangled_fingerprints_count_as_none(text):
    assert Fingerprints.parse(text) is None


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        ({}, None),
        ({"labels": {"app.kubernetes.io/managed-by": "fediverse.mastodon"}}, None),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, "Helm"),
        ({"ownerReferences": [{"kind": "SealedSecret", "name": "x"}]}, "SealedSecret x"),
        ({"labels": {"reconcile.external-secrets.io/managed": "true"}}, "External Secrets"),
        ({"annotations": {"reconcile.external-secrets.io/data-hash": "0"}}, "External Secrets"),
    ],
)
def test_who_writes_a_secret(metadata, owner):
    assert _kubernetes.owner({"metadata": {"name": "mastodon-secrets", **metadata}}) == owner
