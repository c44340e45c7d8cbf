"""Options, addresses, jobs, storage: the smaller pure parts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mastodon_double import email_address, jobs, site_settings
from mastodon_double.sidekiq.options import OptionError, parse
from mastodon_double.sidekiq.schedule import Clock, schedules
from mastodon_double.storage import FileStorage, key_of, storage_from
from mastodon_double.streaming.channels import AuthenticationError, RequestError, channels, check_scopes, name_from_path
from mastodon_double.streaming.metrics import Metrics
from mastodon_double.thor import ARRAY, BOOLEAN, NUMERIC, STRING, Command, ThorError
from mastodon_double.thor import parse as parse_thor

CREATE = Command(
    "accounts create USERNAME",
    1,
    1,
    {"email": STRING, "approve": BOOLEAN, "days": NUMERIC, "only": ARRAY},
    required=("email",),
)


def test_thor_takes_options_anywhere_and_in_both_forms():
    words = ["--approve", "bob", "--email=b@c", "--days", "3", "--only", "a", "b", "--no-approve"]
    assert parse_thor(CREATE, words) == (["bob"], {"email": "b@c", "approve": False, "days": 3, "only": ["a", "b"]})


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bob"], "No value provided for required options '--email'"),
        (["bob", "--email"], "No value provided for option '--email'"),
        (["--email", "b@c"], "was called with no arguments"),
        (["bob", "--email", "b@c", "--unknown"], "was called with arguments"),
        (["bob", "--email", "b@c", "--days", "x"], "Expected numeric value"),
    ],
)
def test_thor_refuses(words, message):
    with pytest.raises(ThorError, match=message):
        parse_thor(CREATE, words)


def address(text, env=None, hosts=(), *, confirmed=False):
    return email_address.mistakes(
        text, env or {}, lambda domain: ["192.0.2.1"] if domain in hosts else [], confirmed=confirmed
    )


ALLOW = {"EMAIL_DOMAIN_ALLOWLIST": "example.org|example.net"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("a@example.org",), ["unreachable"]),
        (("a@example.org", {}, ["example.org"]), []),
        (("a@example.org", ALLOW), []),
        (("a@ample.org", ALLOW), ["blocked"]),  # the list is one string to the validator: a part of it needs no look-up
        (("a@other.org", ALLOW), ["unreachable", "blocked"]),
        (("a@sub.example.net", ALLOW, ["sub.example.net"]), []),
        (("a@bad.org", {"EMAIL_DOMAIN_DENYLIST": "bad.org"}, ["bad.org"]), ["blocked"]),
        (("a",), ["invalid", "invalid"]),
        (("a%b@example.org", {}, ["example.org"]), ["invalid"]),
    ],
)
def test_addresses(arguments, expected):
    assert address(*arguments) == expected


def test_lists_do_not_apply_after_confirmation_unless_told():
    env = {"EMAIL_DOMAIN_DENYLIST": "bad.org"}
    assert address("a@bad.org", env, ["bad.org"], confirmed=True) == []
    told = {**env, "EMAIL_DOMAIN_LISTS_APPLY_AFTER_CONFIRMATION": "true"}
    assert address("a@bad.org", told, ["bad.org"], confirmed=True) == ["blocked"]


def test_settings_are_yaml():
    assert site_settings.encode("open") == "--- open\n"
    assert site_settings.encode(True) == "--- true\n"
    assert site_settings.decode("registrations_mode", "--- approved\n") == "approved"
    assert site_settings.decode("registrations_mode", None) == "none"


def test_jobs_know_their_queue():
    queue, job = jobs.payload("DistributionWorker", 7)
    assert queue == "default"
    assert {key: json.loads(job)[key] for key in ("class", "args", "queue")} == {
        "class": "DistributionWorker",
        "args": [7],
        "queue": "default",
    }


def test_sidekiq_options():
    options = parse(["-c", "20", "-q", "push,6", "-q", "pull"], {"SIDEKIQ_CONCURRENCY": "3"})
    assert (options.concurrency, options.names, options.queues.count("push"), options.strict) == (
        20,
        ["push", "pull"],
        6,
        False,
    )
    assert sorted(options.fetch_order()) == ["queue:pull", "queue:push"]
    assert parse([], {}).names == ["default", "push", "ingress", "mailers", "pull", "scheduler", "fasp"]
    assert parse(["-q", "b", "-q", "a"], {}).fetch_order() == ["queue:b", "queue:a"]


@pytest.mark.parametrize("words", [["-q", "a", "-q", "a,2"], ["-c", "0"], ["--unknown", "1"], ["-q"]])
def test_sidekiq_refuses(words):
    with pytest.raises(OptionError):
        parse(words, {})


def test_there_are_seventeen_schedules_and_one_is_due_at_once():
    """mastodon.md 3.6."""
    assert len(list(schedules())) == 17
    now = datetime(2026, 8, 6, 12, 0, 30, tzinfo=UTC)
    clock = Clock(now)
    assert clock.due(now) == []
    assert [schedule.name for schedule in clock.due(now + timedelta(seconds=1))] == [
        "repair_remote_collections_scheduler"
    ]
    later = now + timedelta(days=1, seconds=1)
    assert {schedule.name for schedule in clock.due(later)} == {schedule.name for schedule in schedules()}
    assert clock.due(later) == []


def test_stream_names():
    assert name_from_path("/api/v1/streaming/public/local", {"only_media": "true"}) == "public:local:media"
    assert name_from_path("/api/v1/streaming/public", {"only_media": "false"}) == "public"
    assert name_from_path("/api/v1/streaming/nothing", {}) is None
    assert channels("user", 7, ["read"], {}) == ["timeline:7", "timeline:7:notifications"]
    assert channels("user", 7, ["read:statuses"], {}) == ["timeline:7"]
    assert channels("hashtag:local", 7, [], {"tag": "Cats"}) == ["timeline:hashtag:cats:local"]
    with pytest.raises(RequestError):
        channels("hashtag", 7, [], {})
    with pytest.raises(RequestError):
        channels("everything", 7, [], {})
    with pytest.raises(AuthenticationError):
        check_scopes("public", ["write"])


def test_metrics_have_no_prefix():
    """mastodon.md 11.4."""
    metrics = Metrics()
    metrics.clients["websocket"] += 2
    lines = metrics.render({"total": 3}).splitlines()
    assert 'connected_clients{type="websocket"} 2' in lines
    assert "pg_pool_total_connections 3" in lines
    assert not any(line.startswith("mastodon_") for line in lines)


def test_keys_of_media():
    assert key_of(117652754402037251, "original", "a.png") == (
        "media_attachments/files/117/652/754/402/037/251/original/a.png"
    )


S3 = {"S3_ENABLED": "true", "S3_BUCKET": "media"}


@pytest.mark.parametrize(
    ("env", "url"),
    [
        ({}, "https://s3-us-east-1.amazonaws.com/media/k"),
        ({"S3_HOSTNAME": "s3.example", "S3_PROTOCOL": "http"}, "http://s3.example/media/k"),
        ({"S3_ALIAS_HOST": "files.example/x", "S3_HOSTNAME": "s3.example"}, "https://files.example/x/k"),
        ({"S3_ALIAS_HOST": "files.example", "S3_KEY_PREFIX": "town"}, "https://files.example/town/k"),
    ],
)
def test_media_urls(env, url):
    assert storage_from({**S3, **env}, Path("/opt/mastodon")).url("k") == url


def test_an_empty_permission_sends_no_acl():
    assert storage_from(S3, Path()).options["ACL"] == "public-read"
    assert "ACL" not in storage_from({**S3, "S3_PERMISSION": ""}, Path()).options


@pytest.mark.parametrize(
    ("env", "path_style"),
    [
        ({}, False),
        ({"S3_ENDPOINT": "http://s3"}, True),
        ({"S3_ENDPOINT": "http://s3", "S3_OVERRIDE_PATH_STYLE": "true"}, False),
    ],
)
def test_an_endpoint_forces_path_style(env, path_style):
    assert storage_from({**S3, **env}, Path()).path_style is path_style


def test_without_s3_files(tmp_path):
    storage = storage_from({"PAPERCLIP_ROOT_PATH": ":rails_root/files"}, tmp_path)
    assert isinstance(storage, FileStorage)
    (tmp_path / "source").write_text("x")
    storage.put("a/b.png", tmp_path / "source", "image/png")
    assert (tmp_path / "files/a/b.png").read_text() == "x"
    assert storage.url("a/b.png") == "/system/a/b.png"
