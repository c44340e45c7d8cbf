"""Where media is stored, in every backend."""

from __future__ import annotations

import pytest

REF = {"name": "store", "key": "k"}
MEDIA = ("web", "sidekiq-work", "job")


def told(environment, prefixes=("S3_", "AWS_", "SWIFT_", "AZURE_", "PAPERCLIP_")):
    return {name: value for name, value in environment.values.items() if name.startswith(prefixes)}


def test_s3_as_the_storage_role_publishes_it(environments):
    built = environments()
    for name in MEDIA:
        assert told(built[name]) == {
            "S3_ENABLED": "true",
            "S3_BUCKET": "media",
            "S3_REGION": "eu",
            "S3_ENDPOINT": "https://s3.example.org",
            "S3_PROTOCOL": "https",
            "S3_HOSTNAME": "s3.example.org",
            "S3_PERMISSION": "",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        }
        assert built[name].secret_refs["AWS_ACCESS_KEY_ID"] == {"name": "s3", "key": "id"}
        assert built[name].secret_refs["AWS_SECRET_ACCESS_KEY"] == {"name": "s3", "key": "secret"}
    assert told(built["streaming"]) == {}
    assert "AWS_ACCESS_KEY_ID" not in built["streaming"].secret_refs


@pytest.mark.parametrize(("permission", "present"), [("", ""), ("private", "private"), (None, None)])
def test_an_empty_permission_is_present_and_a_missing_one_absent(environments, s3, permission, present):
    built = environments(app_storage={"backend": "s3", "s3": {**s3, "permission": permission}})
    assert built["web"].values.get("S3_PERMISSION") == present


@pytest.mark.parametrize(
    "case",
    [
        ("alias_host", "files.example.org/x", "S3_ALIAS_HOST", "files.example.org/x"),
        ("alias_host", "", "S3_ALIAS_HOST", None),
        ("key_prefix", "social", "S3_KEY_PREFIX", "social"),
        ("override_path_style", True, "S3_OVERRIDE_PATH_STYLE", "true"),
        ("force_single_request", False, "S3_FORCE_SINGLE_REQUEST", "false"),
        ("multipart_threshold", 5368709120, "S3_MULTIPART_THRESHOLD", "5368709120"),
        ("open_timeout", 7, "S3_OPEN_TIMEOUT", "7"),
        ("read_timeout", 8, "S3_READ_TIMEOUT", "8"),
        ("retry_limit", 0, "S3_RETRY_LIMIT", "0"),
        ("storage_class", "STANDARD_IA", "S3_STORAGE_CLASS", "STANDARD_IA"),
        ("batch_delete_limit", 500, "S3_BATCH_DELETE_LIMIT", "500"),
        ("batch_delete_retry", 2, "S3_BATCH_DELETE_RETRY", "2"),
        ("signature_version", "s3", "S3_SIGNATURE_VERSION", "s3"),
        ("enable_checksum_mode", True, "S3_ENABLE_CHECKSUM_MODE", "true"),
    ],
    ids=str,
)
def test_every_setting(environments, s3, case):
    setting, value, variable, text = case
    built = environments(app_storage={"backend": "s3", "s3": {**s3, setting: value}})
    assert built["web"].values.get(variable) == text


def test_aws_itself_needs_no_word_about_checksums(environments, s3):
    built = environments(app_storage={"backend": "s3", "s3": {**s3, "checksums_when_required": False}})
    assert not [name for name in built["web"].values if name.startswith("AWS_RE")]


def test_a_volume_is_mounted_where_the_image_looks_for_media(environments):
    built = environments(app_storage={"backend": "pvc", "s3": None, "pvc": {"claim": "mastodon-media"}})
    for name in MEDIA:
        mount = built[name].mounts["media"]
        assert (mount.path, mount.claim) == ("/opt/mastodon/public/system", "mastodon-media")
        assert told(built[name]) == {}
    assert "media" not in built["streaming"].mounts


def test_swift_and_azure_by_hand(environments):
    swift = environments(
        app_storage={"backend": "swift", "swift": {"username": "u", "password_secret": REF, "cache_ttl": 60}}
    )
    assert told(swift["web"]) == {"SWIFT_ENABLED": "true", "SWIFT_USERNAME": "u", "SWIFT_CACHE_TTL": "60"}
    assert swift["web"].secret_refs["SWIFT_PASSWORD"] == REF
    azure = {"storage_account": "a", "storage_access_key_secret": REF, "container_name": "c"}
    built = environments(app_storage={"backend": "azure", "azure": azure})
    assert told(built["web"]) == {"AZURE_ENABLED": "true", "AZURE_STORAGE_ACCOUNT": "a", "AZURE_CONTAINER_NAME": "c"}
    assert built["web"].secret_refs["AZURE_STORAGE_ACCESS_KEY"] == REF
