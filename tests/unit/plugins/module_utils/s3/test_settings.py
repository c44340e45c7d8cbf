"""Each provider's profile is a complete set of settings, and what the user says comes first."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._settings import (
    NEVER_MULTIPART,
    PROVIDERS,
    api_endpoint,
    former_media_hosts,
    media_host,
    media_url,
    s3_settings,
)

BUCKET = {"bucket": "media", "endpoint": "https://s3.example.org:9000"}
# storage_connection.s3 but for the credentials, which no provider knows.
SETTINGS = {
    "bucket", "region", "endpoint", "protocol", "hostname", "alias_host", "key_prefix", "permission",
    "override_path_style", "force_single_request", "multipart_threshold", "open_timeout", "read_timeout",
    "retry_limit", "storage_class", "batch_delete_limit", "checksums_when_required",
}  # fmt: skip
MAY_BE_UNSET = {"endpoint", "alias_host", "key_prefix", "storage_class"}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_setting_has_a_value(provider):
    settings = s3_settings({"bucket": "media"}, provider)
    assert set(settings) == SETTINGS
    assert {name for name, value in settings.items() if value is None} <= MAY_BE_UNSET


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_the_user_says_comes_first(provider):
    said = {
        "bucket": "b", "region": "mars", "endpoint": "http://s", "protocol": "http", "hostname": "h", "alias_host": "a",
        "key_prefix": "p", "permission": "public-read", "override_path_style": True, "force_single_request": True,
        "multipart_threshold": 1, "open_timeout": 2, "read_timeout": 3, "retry_limit": 4, "storage_class": "COLD",
        "batch_delete_limit": 5, "checksums_when_required": provider == "aws",
    }  # fmt: skip
    assert s3_settings(said, provider) == said


def test_an_empty_permission_is_said_and_not_unset():
    assert s3_settings({**BUCKET, "permission": ""}, "generic")["permission"] == ""


def test_gcs_is_never_sent_an_object_in_parts():
    settings = s3_settings({"bucket": "media"}, "gcs")
    assert settings["force_single_request"] is True
    assert settings["multipart_threshold"] == NEVER_MULTIPART
    assert media_url(settings) == "https://storage.googleapis.com/media"


def test_aws_is_named_by_its_region_and_takes_checksums():
    settings = s3_settings({"bucket": "media", "region": "eu-south-2"}, "aws")
    assert settings["endpoint"] is None
    assert settings["checksums_when_required"] is False
    assert api_endpoint(settings) == "https://s3.eu-south-2.amazonaws.com"
    assert media_url(settings) == "https://s3.eu-south-2.amazonaws.com/media"


def test_without_an_alias_media_are_read_at_the_endpoint():
    settings = s3_settings(BUCKET, "generic")
    assert media_url(settings) == "https://s3.example.org:9000/media"
    assert media_host(settings) == "s3.example.org:9000"


def test_the_bucket_is_not_part_of_an_alias():
    settings = s3_settings({**BUCKET, "alias_host": "files.example.org/media"}, "minio")
    assert media_url(settings) == "https://files.example.org/media"
    assert media_host(settings) == "files.example.org"


def test_an_alias_is_public_whatever_the_store_speaks():
    inside = {"bucket": "media", "endpoint": "http://s3.storage.svc:7070"}
    assert s3_settings(inside, "generic")["protocol"] == "http"
    assert s3_settings({**inside, "alias_host": "files.example.org"}, "generic")["protocol"] == "https"


def test_an_unknown_provider_names_the_known_ones():
    with pytest.raises(ValueError, match="garage, generic"):
        s3_settings(BUCKET, "floppy")


def record(hosts):
    return [{"data": {"media_hosts": hosts}}]


@pytest.mark.parametrize(
    ("records", "host", "expected"),
    [
        ([], "files.example.org", []),
        (record(""), "files.example.org", []),
        (record("files.example.org"), "files.example.org", []),
        (record("first.example.org old.example.org"), "new.example.org", ["first.example.org", "old.example.org"]),
        (record("old.example.org new.example.org"), "old.example.org", ["new.example.org"]),
        (record("old.example.org"), None, ["old.example.org"]),
    ],
)
def test_every_media_host_but_the_present_one_is_remembered(records, host, expected):
    assert former_media_hosts(records, host) == expected
