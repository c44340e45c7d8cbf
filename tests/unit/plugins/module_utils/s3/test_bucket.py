"""What a bucket says of itself is completed and never taken away from."""

import json

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._bucket import (
    cors_document,
    creation_document,
    error_of,
    parse_cors,
    read_policy,
    with_cors_rule,
    with_read_policy,
)

FOREIGN = {
    "Sid": "Backup",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:b"},
    "Action": "s3:*",
    "Resource": "arn:aws:s3:::media/*",
}


def reading(**changes):
    return {
        "Version": "2012-10-17",
        "Statement": [{**read_policy("media")["Statement"][0], "Sid": "Theirs", **changes}],
    }


def test_everyone_may_read_an_object_and_nothing_else():
    (statement,) = read_policy("media")["Statement"]
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Resource"] == ["arn:aws:s3:::media/*"]
    assert "ListBucket" not in json.dumps(read_policy("media"))


@pytest.mark.parametrize("current", [None, {}])
def test_a_bucket_without_a_policy_gets_ours(current):
    assert with_read_policy(current, "media") == read_policy("media")


def test_statements_of_others_stay():
    current = {"Version": "2012-10-17", "Statement": [FOREIGN]}
    assert with_read_policy(current, "media")["Statement"] == [FOREIGN, *read_policy("media")["Statement"]]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Action": "s3:GetObject"},
        {"Action": ["s3:GetObject", "s3:GetObjectVersion"]},
        {"Principal": {"AWS": ["*"]}},
        {"Principal": {"AWS": "*"}},
        {"Resource": "arn:aws:s3:::media/*"},
    ],
)
def test_a_policy_that_allows_it_already_is_left_alone(changes):
    assert with_read_policy(reading(**changes), "media") == reading(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny"},
        {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
        {"Principal": {"AWS": "arn:somebody"}},
        {"Action": "s3:PutObject"},
        {"Resource": "arn:aws:s3:::media/avatars/*"},
        {"Resource": "arn:aws:s3:::other/*"},
    ],
)
def test_a_policy_that_allows_something_else_is_completed(changes):
    assert len(with_read_policy(reading(**changes), "media")["Statement"]) == 2


def test_our_own_statement_is_replaced_and_not_repeated():
    broken = read_policy("media")
    broken["Statement"][0]["Resource"] = ["arn:aws:s3:::old/*"]
    assert with_read_policy(broken, "media") == read_policy("media")


def test_completing_twice_is_completing_once():
    once = with_read_policy({"Version": "2012-10-17", "Statement": [FOREIGN]}, "media")
    assert with_read_policy(once, "media") == once
    rules = with_cors_rule([], ["*"])
    assert with_cors_rule(rules, ["*"]) == rules


@pytest.mark.parametrize(
    ("rule", "enough"),
    [
        ({"AllowedOrigin": ["*"], "AllowedMethod": ["GET"]}, True),
        ({"AllowedOrigin": ["https://a", "https://b"], "AllowedMethod": ["GET", "PUT"]}, True),
        ({"AllowedOrigin": ["https://b"], "AllowedMethod": ["GET"]}, False),
        ({"AllowedOrigin": ["*"], "AllowedMethod": ["PUT"]}, False),
        ({"AllowedMethod": ["GET"]}, False),
    ],
)
def test_a_rule_that_lets_the_origins_read_is_enough(rule, enough):
    assert (with_cors_rule([rule], ["https://a"]) == [rule]) is enough


def test_rules_of_others_stay():
    theirs = {"AllowedOrigin": ["https://b"], "AllowedMethod": ["PUT"]}
    first, ours = with_cors_rule([theirs], ["https://a"])
    assert first == theirs
    assert (ours["AllowedOrigin"], ours["AllowedMethod"]) == (["https://a"], ["GET", "HEAD"])


def test_cors_rules_survive_the_wire_in_any_namespace():
    rules = [{"AllowedOrigin": ["*"], "AllowedMethod": ["GET", "HEAD"], "MaxAgeSeconds": ["60"]}]
    document = cors_document(rules)
    assert parse_cors(document) == rules
    assert parse_cors(document.replace(b' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"', b"")) == rules


def test_the_first_region_is_not_named_when_a_bucket_is_made():
    assert creation_document("us-east-1") == b""
    assert b"<LocationConstraint>eu-west-1</LocationConstraint>" in creation_document("eu-west-1")


def test_errors_are_read_and_anything_else_is_none():
    assert error_of(b"<Error><Code>AccessDenied</Code><Message>No.</Message></Error>") == "AccessDenied: No."
    assert error_of(b"<html><body>nginx") == ""
    assert error_of(b"") == ""
