"""Each step of the round trip fails for its own reason, and the object is gone in the end."""

import dataclasses

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3 import _round_trip
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._round_trip import Plan, round_trip

MEDIA = "https://files.example.org"
PLAN = Plan("probe.txt", b"token\n", MEDIA, "https://social.example.org", permission="", require_cors=True)
PUT, DELETE = ("PUT", "probe.txt"), ("DELETE", "probe.txt")
READ, CORS = ("GET", f"{MEDIA}/probe.txt"), ("GET", f"{MEDIA}/probe.txt", "Origin")
LIST_STORE, LIST_MEDIA = ("GET", "https://s3.example.org/media?list-type=2"), ("GET", f"{MEDIA}/?list-type=2")
LISTING = b"<ListBucketResult/>"


@pytest.fixture
def store(scripted, answer):
    return scripted(
        {
            PUT: answer(200),
            READ: answer(200, b"token\n"),
            LIST_STORE: answer(403),
            LIST_MEDIA: answer(403),
            CORS: answer(200, b"token\n", access_control_allow_origin="*"),
            DELETE: answer(204),
        }
    )


def test_a_fit_bucket_passes_every_step(store):
    assert [step["got"] for step in round_trip(store, PLAN)] == [
        "200",
        "200",
        "403",
        "403",
        "200 with Access-Control-Allow-Origin: *",
        "204",
    ]


@pytest.mark.parametrize(
    ("asked", "answered", "message"),
    [
        (PUT, (403,), "put with the application's key: expected 200, got 403"),
        (PUT, (400, b"<Error><Code>AccessControlListNotSupported</Code></Error>"), "storage_permission to an empty"),
        (READ, (403,), "anonymous read at the media address: expected 200 and the object, got 403"),
        (READ, (404,), "anonymous read at the media address: expected 200 and the object, got 404"),
        (READ, (200, b"<html>"), "200 with other content"),
        (READ, (0, b"no answer"), "got no answer"),
        (LIST_STORE, (200, LISTING), "anonymous list at the store: expected 403, got 200 with a listing"),
        (LIST_STORE, (500,), "anonymous list at the store: expected 403, got 500"),
        (LIST_MEDIA, (200, LISTING), "anonymous list at the media address: expected 403, got 200 with a listing"),
        (LIST_MEDIA, (0, b"no answer"), "anonymous list at the media address: expected 403, got no answer"),
        (CORS, (200, b"token\n"), "no Access-Control-Allow-Origin"),
        (DELETE, (403,), "s3:DeleteObject"),
    ],
)
def test_a_step_that_fails_is_named(store, answer, asked, answered, message):
    store.script[asked] = answer(*answered)
    with pytest.raises(Failure) as failure:
        round_trip(store, PLAN)
    assert message in str(failure.value)
    assert str(failure.value).count("\n") == 1, "only the one step fails"


@pytest.mark.parametrize("body", [b"<html>a front page", b""])
def test_before_the_store_may_stand_a_server_with_a_front_page(store, answer, body):
    store.script[LIST_MEDIA] = answer(200, body)
    assert round_trip(store, PLAN)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_any_refusal_to_list_is_one(store, answer, status):
    store.script[LIST_STORE] = answer(status)
    assert round_trip(store, PLAN)


def test_the_origin_itself_may_be_allowed_and_no_other(store, answer):
    store.script[CORS] = answer(200, b"token\n", access_control_allow_origin=PLAN.origin)
    assert round_trip(store, PLAN)
    store.script[CORS] = answer(200, b"token\n", access_control_allow_origin="https://other.example.org")
    with pytest.raises(Failure, match=r"Access-Control-Allow-Origin: https://other\.example\.org"):
        round_trip(store, PLAN)


def test_cors_is_not_asked_for_when_it_is_not_required(store, answer):
    store.script[CORS] = answer(200)
    steps = round_trip(store, dataclasses.replace(PLAN, require_cors=False))
    assert [step["step"] for step in steps if "page" in step["step"]] == []


def test_all_failures_are_told_at_once_and_the_object_is_deleted(store, answer):
    store.script[READ] = answer(403)
    store.script[LIST_STORE] = answer(200, LISTING)
    with pytest.raises(Failure, match=r"(?s)1\. anonymous read.*2\. anonymous list"):
        round_trip(store, PLAN)
    assert store.asked[-1] == DELETE


def test_nothing_is_asked_of_an_object_that_was_not_written(store, answer):
    store.script[PUT] = answer(403)
    with pytest.raises(Failure):
        round_trip(store, PLAN)
    assert store.asked == [PUT]


@pytest.mark.parametrize(("permission", "sent"), [("", None), ("public-read", "public-read")])
def test_the_acl_is_sent_as_the_application_sends_it(store, permission, sent):
    round_trip(store, dataclasses.replace(PLAN, permission=permission))
    assert store.headers[0].get("x-amz-acl") == sent


def test_a_policy_set_a_moment_ago_is_given_time(store, answer, monkeypatch):
    monkeypatch.setattr(_round_trip, "_SETTLE_PAUSE", 0)
    store.script[READ] = [answer(403), answer(403), answer(200, b"token\n")]
    assert round_trip(store, dataclasses.replace(PLAN, settling=True))
    store.script[READ] = [answer(403), answer(200, b"token\n")]
    with pytest.raises(Failure, match="anonymous read"):
        round_trip(store, PLAN)
