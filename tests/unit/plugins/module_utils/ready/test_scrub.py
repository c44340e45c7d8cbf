"""Credentials in what programs print."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._scrub import scrub


@pytest.mark.parametrize(
    "line",
    [
        "could not connect to postgres://mastodon:s3cr3t@database/mastodon",
        "DB_PASS=s3cr3t PASSWORD=s3cr3t done",
        '{"secret_key_base": "s3cr3t", "port": 3000}',
        "Authorization: Bearer s3cr3t",
        "api-key: s3cr3t",
        "AWS_SECRET_ACCESS_KEY='s3cr3t'",
        "REDIS_URL=redis://:s3cr3t@queue:6379/0",
    ],
)
def test_credentials_are_hidden(line):
    assert "s3cr3t" not in scrub(line)
    assert "(hidden)" in scrub(line)


@pytest.mark.parametrize(
    "line",
    [
        'Error: secret "mastodon-secrets" not found',
        "couldn't find key password in Secret mastodon/mastodon-valkey",
        "GET https://social.example.org/api/v1/streaming 502",
        "42 examples, 3 pending, passed: 39",
        "PG::UndefinedTable: relation users does not exist",
    ],
)
def test_everything_else_stays(line):
    assert scrub(line) == line
