"""The bucket is made and configured when asked, only where it differs, and never in check mode."""

import json

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._bucket import (
    cors_document,
    read_policy,
    with_cors_rule,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._configure import configure

MAKE, POLICY, CORS = ("PUT", ""), ("PUT", "?policy"), ("PUT", "?cors")


class Note:
    """The note as a run finds it, and what becomes of it."""

    def __init__(self, there=False):
        self.there = there
        self.history = []

    def is_there(self):
        return self.there

    def write(self):
        self.there = True
        self.history.append("written")

    def remove(self):
        self.there = False
        self.history.append("removed")


def run(store, note=None, **changes):
    return configure(
        store, note or Note(), **{"create": False, "when": "created", "origins": ["*"], "check_mode": False, **changes}
    )


@pytest.fixture
def missing(scripted, answer):
    done = answer(200)
    return scripted({("HEAD", ""): answer(404), MAKE: done, POLICY: done, CORS: done})


@pytest.fixture
def bare(scripted, answer):
    absent = answer(404)
    script = {("HEAD", ""): answer(200), ("GET", "?policy"): absent, ("GET", "?cors"): absent}
    return scripted({**script, POLICY: answer(204), CORS: answer(200)})


@pytest.fixture
def fit(scripted, answer):
    script = {
        ("HEAD", ""): answer(200),
        ("GET", "?policy"): answer(200, json.dumps(read_policy("media")).encode()),
        ("GET", "?cors"): answer(200, cors_document(with_cors_rule([], ["*"]))),
    }
    return scripted(script)


def test_a_missing_bucket_is_made_and_configured(missing):
    assert run(missing, create=True).changed
    assert missing.written == [MAKE, POLICY, CORS]


def test_a_run_that_is_killed_before_the_bucket_is_configured_is_resumed(missing, bare, answer):
    note = Note()
    missing.script[POLICY] = answer(500)
    with pytest.raises(Failure):
        run(missing, note, create=True)
    assert note.there
    assert run(bare, note, check_mode=True).changed
    assert (bare.written, note.there) == ([], True)
    assert run(bare, note).changed
    assert (bare.written, note.history) == ([POLICY, CORS], ["written", "removed"])


def test_a_bucket_that_is_made_is_noted_before_and_not_afterwards(missing):
    note = Note()
    run(missing, note, create=True)
    assert note.history == ["written", "removed"]


def test_a_bucket_of_others_is_never_noted(bare):
    note = Note()
    run(bare, note, when="always", create=True)
    assert note.history == []


def test_a_missing_bucket_is_only_made_if_never_to_be_configured(missing):
    assert run(missing, create=True, when="never").changed
    assert missing.written == [MAKE]


def test_a_missing_bucket_that_is_not_to_be_made_stops_the_run(missing):
    with pytest.raises(Failure, match=r"bucket media does not exist.*storage_bucket_create: true"):
        run(missing)
    assert missing.written == []


def test_an_existing_bucket_is_left_alone_unless_asked(bare):
    assert not run(bare).changed
    assert not run(bare, create=True).changed
    assert bare.written == []


def test_an_existing_bucket_is_configured_when_asked(bare):
    outcome = run(bare, when="always")
    assert outcome.changed
    assert outcome.before == {"bucket": "present", "policy": None, "cors": []}
    assert outcome.after["policy"] == read_policy("media")
    assert bare.written == [POLICY, CORS]


def test_what_is_true_already_is_not_written(fit):
    outcome = run(fit, when="always", create=True)
    assert not outcome.changed
    assert fit.written == []


def test_only_what_differs_is_written(fit, answer):
    fit.script[("GET", "?cors")] = answer(404)
    fit.script[CORS] = answer(200)
    assert run(fit, when="always").changed
    assert fit.written == [CORS]


@pytest.mark.parametrize("store", ["missing", "bare", "fit"])
def test_check_mode_predicts_the_same_and_writes_nothing(store, request):
    options = {"create": True, "when": "always"}
    predicted = run(request.getfixturevalue(store), check_mode=True, **options)
    assert request.getfixturevalue(store).written == []
    done = run(request.getfixturevalue(store), **options)
    assert (predicted.changed, predicted.before, predicted.after) == (done.changed, done.before, done.after)


@pytest.mark.parametrize(
    ("status", "body", "cure"),
    [
        (501, b"<Error><Code>NotImplemented</Code></Error>", "this store does not offer that"),
        (403, b"<Error><Code>AccessDenied</Code></Error>", "give the key this right"),
        (
            403,
            b"<Error><Message>public policies are blocked by BlockPublicPolicy</Message></Error>",
            "public access block",
        ),
        (500, b"", "look into the logs"),
    ],
)
def test_a_refusal_names_what_was_tried_and_the_cure(bare, answer, status, body, cure):
    bare.script[POLICY] = answer(status, body)
    with pytest.raises(Failure, match=f"set the policy of the bucket media: the store answered {status}.*{cure}"):
        run(bare, when="always")


def test_another_region_is_named(scripted, answer):
    store = scripted({("HEAD", ""): answer(301, x_amz_bucket_region="eu-west-3")})
    with pytest.raises(Failure, match="storage_region: eu-west-3"):
        run(store)


def test_a_store_that_does_not_answer_is_named(scripted, answer):
    store = scripted({("HEAD", ""): answer(0, b"no answer from s3.example.org:443: refused")})
    with pytest.raises(Failure, match=r"Cannot reach the object store at https://s3.example.org: no answer.*refused"):
        run(store)


def test_a_key_that_may_not_look_at_the_bucket_may_still_do(scripted):
    assert not run(scripted({})).changed
