"""tootctl and the runner (mastodon.md 7)."""

from __future__ import annotations

import json
import re

import pytest
from cluster import ALLOWED_EMAIL, sql

pytestmark = pytest.mark.cluster

STATE = """
user = Account.find_local(ARGV.first)&.user
exit unless user
puts({ role: user.role.name, approved: user.approved?, confirmed: user.confirmed?, disabled: user.disabled? }.to_json)
"""


def tootctl(pod, *words, **env):
    return pod.run("tootctl", *words, **env)


def state(pod, name):
    return json.loads(pod.run("bin/rails", "runner", "-", name, given=STATE).out or "null")


def create(pod, name, *options):
    return tootctl(pod, "accounts", "create", name, "--email", f"{name}@example.org", *options, **ALLOWED_EMAIL)


@pytest.fixture
def name(request):
    return re.sub(r"\W", "_", request.node.name.removeprefix("test_"))[:30]


def test_create_prints_a_password_and_leaves_the_user_unapproved(prepared, name):
    done = create(prepared, name)
    assert done.code == 0
    assert re.fullmatch(r"OK\nNew password: [0-9a-f]{32}\n", done.out)
    assert state(prepared, name) == {"role": "", "approved": False, "confirmed": False, "disabled": False}


def test_modify_is_an_existence_probe_and_approves(prepared, name):
    assert tootctl(prepared, "accounts", "modify", name, "--approve").code == 1
    create(prepared, name, "--confirmed")
    for _ in range(2):
        assert tootctl(prepared, "accounts", "modify", name, "--approve", "--role", "Moderator").out == "OK\n"
    assert state(prepared, name) == {"role": "Moderator", "approved": True, "confirmed": True, "disabled": False}


def test_role_names_are_case_sensitive(prepared, name):
    done = create(prepared, name, "--role", "owner")
    assert (done.code, done.out) == (1, "")
    assert "Cannot find user role with that name" in done.err


def test_reserved_names_are_allowed(prepared):
    assert create(prepared, "admin").code == 0


def test_the_domain_of_the_address_must_resolve_in_the_cluster(prepared, name):
    words = ("accounts", "create", name, "--email")
    unknown = tootctl(prepared, *words, f"{name}@example.org")
    assert (unknown.code, "unreachable" in unknown.err) == (1, True)
    assert tootctl(prepared, *words, f"{name}@queue.double-check.svc").code == 0


def test_an_allow_list_counts_until_the_address_is_confirmed(prepared, name):
    words = ("accounts", "create", name, "--email", f"{name}@queue.double-check.svc")
    refused = tootctl(prepared, *words, **ALLOWED_EMAIL)
    assert (refused.code, "blocked" in refused.err) == (1, True)
    assert tootctl(prepared, *words, "--confirmed", **ALLOWED_EMAIL).code == 0


def test_reattach_refuses_with_success(prepared, name):
    create(prepared, name)
    done = create(prepared, name, "--reattach")
    assert (done.code, "New password" in done.out) == (0, False)


def test_a_new_address_waits_for_confirmation(prepared, name):
    create(prepared, name, "--confirmed")
    new = f"new.{name}@example.org"
    tootctl(prepared, "accounts", "modify", name, "--email", new, **ALLOWED_EMAIL)
    query = f"SELECT email, unconfirmed_email FROM users WHERE '{new}' IN (email, unconfirmed_email)"
    assert sql(query) == [f"{name}@example.org|{new}"]
    tootctl(prepared, "accounts", "modify", name, "--confirm")
    assert sql(query) == [f"{new}|"]


def test_the_user_exists_already_when_the_queue_cannot_be_reached(prepared, name):
    done = tootctl(
        prepared, "accounts", "create", name, "--email", f"{name}@example.org", REDIS_HOST="nowhere", **ALLOWED_EMAIL
    )
    assert done.code == 1
    assert state(prepared, name) is not None


@pytest.mark.parametrize(("word", "mode"), [("open", "open"), ("approved", "approved"), ("close", "none")])
def test_registrations(prepared, web, word, mode):
    assert tootctl(prepared, "settings", "registrations", word).out == "OK\n"
    assert prepared.run("bin/rails", "runner", "puts Setting.registrations_mode").out.strip() == mode
    assert web.get("/api/v2/instance").json["registrations"]["enabled"] is (mode != "none")


def test_options_are_checked(prepared):
    assert "required options '--email'" in tootctl(prepared, "accounts", "create", "x").err
    assert tootctl(prepared, "media", "remove", "--days", "7", "--keep-interacted").code == 0
    assert tootctl(prepared, "media", "remove", "--prune-profiles", "--remove-headers").code == 1
    assert tootctl(prepared, "media", "prune").code == 1
