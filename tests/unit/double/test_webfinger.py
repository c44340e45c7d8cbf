from __future__ import annotations

from datetime import UTC, datetime

import pytest
from mastodon_double import documents
from mastodon_double.policy import header, media_hosts
from mastodon_double.site import site_from
from mastodon_double.webfinger import INSTANCE_ACTOR, InvalidResourceError, Target, UnknownResourceError, target_of

ENV = {"LOCAL_DOMAIN": "example.org", "WEB_DOMAIN": "social.example.org", "ALTERNATE_DOMAINS": "alias.example, x.onion"}
SITE = site_from(ENV)
ACCOUNT = {
    "id": 117652754402037251,
    "username": "alice",
    "public_key": "PEM",
    "display_name": "",
    "note": "",
    "locked": False,
    "discoverable": None,
    "indexable": False,
    "memorial": False,
    "id_scheme": 1,
    "created_at": datetime(2026, 8, 6, 12, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("resource", "target"),
    [
        ("acct:alice@example.org", Target("alice")),
        ("acct:alice@SOCIAL.example.org", Target("alice")),
        ("alice@alias.example", Target("alice")),
        ("acct:alice@x.onion", Target("alice")),
        ("https://social.example.org/@alice", Target("alice")),
        ("https://social.example.org/users/alice", Target("alice")),
        ("https://elsewhere.example/@alice", Target("alice")),  # the route decides, not the host
        ("https://social.example.org/ap/users/117", Target(account_id=117)),
        ("acct:example.org@example.org", INSTANCE_ACTOR),
        ("acct:social.example.org@example.org", INSTANCE_ACTOR),
        ("https://social.example.org/", INSTANCE_ACTOR),
        ("example.org", INSTANCE_ACTOR),
        ("https://social.example.org/actor", INSTANCE_ACTOR),
    ],
)
def test_whom_a_resource_means(resource, target):
    assert target_of(resource, SITE) == target


@pytest.mark.parametrize(
    ("resource", "error"),
    [
        ("alice", InvalidResourceError),
        ("acct:alice", InvalidResourceError),
        ("acct:alice@other.example", UnknownResourceError),
        ("acct:alice@ALIAS.example", UnknownResourceError),  # alternates are compared as they stand
        ("@", UnknownResourceError),
        ("https://social.example.org/about", UnknownResourceError),
    ],
)
def test_what_means_nobody(resource, error):
    with pytest.raises(error):
        target_of(resource, SITE)


def test_subject_and_self_link():
    document = documents.webfinger(ACCOUNT, SITE)
    links = {link["rel"]: link for link in document["links"]}
    actor = documents.actor(ACCOUNT, SITE)
    assert document["subject"] == "acct:alice@example.org"
    assert links["self"]["href"] == actor["id"] == "https://social.example.org/ap/users/117652754402037251"
    assert actor["publicKey"]["owner"] == actor["id"]


def test_accounts_of_before_4_5_keep_their_name_in_the_id():
    assert documents.actor_path({**ACCOUNT, "id_scheme": 0}) == "/users/alice"
    assert documents.actor_path({key: value for key, value in ACCOUNT.items() if key != "id_scheme"}) == "/users/alice"


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("example.org", True),
        ("Social.Example.org:443", True),
        ("x.onion", True),
        ("evil.example.org", False),
        ("10.0.0.1", False),
    ],
)
def test_hosts(host, allowed):
    assert SITE.allows_host(host) is allowed


@pytest.mark.parametrize(
    ("env", "hosts"),
    [
        ({}, ["https://social.example.org"]),
        ({"S3_HOSTNAME": "s3.example"}, ["https://social.example.org", "https://s3.example"]),
        (
            {"S3_HOSTNAME": "s3.example", "S3_ALIAS_HOST": "files.example/media"},
            ["https://social.example.org", "https://files.example/media/"],
        ),
        (
            {"EXTRA_MEDIA_HOSTS": "https://a.example, https://b.example"},
            ["https://social.example.org", "https://a.example", "https://b.example"],
        ),
        ({"CDN_HOST": "https://cdn.example"}, ["https://cdn.example"]),
    ],
)
def test_media_hosts(env, hosts):
    assert media_hosts(env, SITE) == hosts
    assert f"img-src 'self' data: blob: {' '.join(hosts)};" in header(env, SITE, "nonce")
