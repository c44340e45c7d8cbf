"""The catalog is complete: every variable that Mastodon reads is given by something, refused, or nobody's business."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._catalog import (
    DERIVED,
    SUBJECTS,
    VARIABLES,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._refused import refusal
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._variable import Kind, Process

# What the release's app/, config/, lib/, bin/ and streaming/ read, found by searching them for ENV and process.env.
READ = (Path(__file__).parent / "read_by_mastodon_4.6.5.txt").read_text().split()

# Read in development, in tests, or by tasks that people run at a terminal.
NOT_FOR_A_DEPLOYMENT = {
    *(
        "ANNOTATERB_SKIP_ON_DB_TASKS",
        "BUNDLE_GEMFILE",
        "CI",
        "DISABLE_FORGERY_REQUEST_PROTECTION",
        "GITHUB_API_TOKEN",
        "HEROKU",
    ),
    *("IGNORE_ALREADY_SET_SECRETS", "LOCAL_HTTPS", "MIGRATION_IGNORE_INVALID_OTP_SECRET", "OTHER_DATABASE_URL", "PATH"),
    *("PGHERO_STATS_DATABASE_URL", "REMOTE_DEV", "SECRET_KEY_BASE_DUMMY", "SOURCE_COMMIT", "TEST_DATA_SHOWCASE_EMAIL"),
    *("TEST_DATA_SHOWCASE_SIDEKICK_EMAIL", "TEST_ENV_NUMBER", "USER", "VAGRANT", "VIPS_BLOCK_UNTRUSTED"),
    "VITE_DEV_SERVER_PUBLIC",
    # Marked in the source as not working: they would have to be a hash and a function.
    *("SAML_IDP_CERT_FINGERPRINT_VALIDATOR", "SAML_IDP_SSO_TARGET_PARAMS"),
}


@pytest.mark.parametrize("name", sorted(set(READ) - NOT_FOR_A_DEPLOYMENT))
def test_every_variable_has_a_place(name):
    assert name in VARIABLES or refusal(name)


def test_the_list_is_not_empty_and_knows_the_exceptions():
    assert len(READ) > 300
    assert not NOT_FOR_A_DEPLOYMENT & set(VARIABLES)


def test_no_variable_has_two_places():
    names = [variable.name for group in (*SUBJECTS, *DERIVED) for variable in group.variables]
    assert sorted(names) == sorted(set(names))


def test_no_option_gives_two_variables():
    for group in SUBJECTS:
        options = [group.option_of(variable) for variable in group.variables if group.option_of(variable)]
        assert sorted([*options, *(group.options or {})]) == sorted(group.arguments())


@pytest.mark.parametrize("group", (*SUBJECTS, *DERIVED), ids=lambda group: group.variable)
def test_every_variable_is_documented_read_by_somebody_and_its_group_has_a_source(group):
    assert group.source
    assert group.help
    for variable in group.variables:
        assert variable.help.endswith("."), variable.name
        assert variable.processes, variable.name


@pytest.mark.parametrize("group", SUBJECTS, ids=lambda group: group.variable)
def test_a_switch_is_an_option(group):
    assert not group.switch or group.switch in group.arguments()


def test_what_sounds_secret_is_a_reference_and_never_a_plain_value():
    sounds = (
        "PASSWORD",
        "PASS",
        "_API_KEY",
        "ACCESS_KEY",
        "PRIVATE_KEY",
        "CLIENT_SECRET",
        "SECRET_KEY",
        "TEMP_URL_KEY",
    )
    plain = [
        name
        for name, (_group, variable) in VARIABLES.items()
        if any(sound in name for sound in sounds) and variable.kind is not Kind.SECRET
    ]
    assert plain == []


def test_streaming_reads_little():
    read = {name for name, (_group, variable) in VARIABLES.items() if Process.STREAMING in variable.processes}
    assert {name for name in read if not name.startswith(("DB_", "REDIS_"))} == {
        *("BIND", "DATABASE_URL", "LOG_LEVEL", "NODE_EXTRA_CA_CERTS", "TRUSTED_PROXY_IP", "TZ"),
    }
