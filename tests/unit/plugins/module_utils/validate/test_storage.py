"""Mistakes in the storage's variables."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._storage import mistakes

BUCKET = {"storage_backend": "s3", "storage_bucket": "media", "storage_endpoint": "https://s3.example.org"}


def found(**values):
    return [(mistake.variable, mistake.problem) for mistake in mistakes(values)]


def test_nothing_set_is_no_mistake():
    assert found() == []
    assert found(**BUCKET) == []


@pytest.mark.parametrize("provider", ["aws", "gcs"])
def test_stores_with_an_address_of_their_own_need_no_endpoint(provider):
    assert found(storage_backend="s3", storage_bucket="media", storage_provider=provider) == []


def test_a_volume_for_one_node_needs_the_word_that_there_is_one():
    ((variable, problem),) = found(storage_claim_access_mode="ReadWriteOnce")
    assert variable == "storage_claim_access_mode"
    assert "one node" in problem
    assert found(storage_claim_access_mode="ReadWriteOnce", storage_single_node=True) == []
    assert found(storage_claim_access_mode="ReadWriteOnce", storage_single_node="false") != []


@pytest.mark.parametrize(
    ("values", "variable", "problem"),
    [
        ({"storage_bucket": None}, "storage_bucket", "is not set"),
        ({"storage_bucket": "My_Media"}, "storage_bucket", "not a bucket's name"),
        ({"storage_endpoint": None}, "storage_endpoint", "is not set"),
        ({"storage_endpoint": "s3.example.org"}, "storage_endpoint", "has no scheme"),
        ({"storage_endpoint": "s3.example.org:9000"}, "storage_endpoint", "has no scheme"),
        ({"storage_endpoint": "https://s3.example.org/media"}, "storage_endpoint", "has a path"),
        ({"storage_alias_host": "https://files.example.org"}, "storage_alias_host", "has a scheme"),
        ({"storage_alias_host": "files.example.org/"}, "storage_alias_host", "ends with a slash"),
        ({"storage_alias_host": "/media"}, "storage_alias_host", "host name"),
        ({"storage_key_prefix": "/social"}, "storage_key_prefix", "slash"),
        ({"storage_provider": "r2"}, "storage_alias_host", "lets nobody read"),
        ({"storage_provider": "garage"}, "storage_alias_host", "lets nobody read"),
        ({"storage_tuning": {"hostname": "https://s3.example.org"}}, "storage_tuning", "not a bare host name"),
        (
            {"storage_provider": "gcs", "storage_tuning": {"force_single_request": "false"}},
            "storage_tuning",
            "force_single_request is off",
        ),
        (
            {"storage_provider": "gcs", "storage_tuning": {"multipart_threshold": 15728640}},
            "storage_tuning",
            "in parts",
        ),
        ({"storage_provider": "gcs", "storage_bucket_configure": "always"}, "storage_bucket_configure", "policies"),
        ({"storage_provider": "gcs", "storage_bucket_create": True}, "storage_bucket_create", "policies"),
    ],
)
def test_mistakes_with_a_bucket(values, variable, problem):
    ((named, told),) = found(**{**BUCKET, **values})
    assert named == variable
    assert problem in told


def test_the_cure_for_a_scheme_is_the_host():
    (mistake,) = mistakes({**BUCKET, "storage_alias_host": "https://files.example.org/"})
    assert mistake.cure.startswith("write files.example.org;")
    (mistake,) = mistakes({**BUCKET, "storage_endpoint": "s3.example.org:9000"})
    assert mistake.cure == "write https://s3.example.org:9000"


@pytest.mark.parametrize("alias", ["files.example.org", "files.example.org/media", "files.example.org:8443"])
def test_an_alias_may_have_a_path_and_a_port(alias):
    assert found(**BUCKET, storage_alias_host=alias) == []


def test_a_bucket_that_nothing_would_use_is_a_mistake():
    assert found(storage_bucket="media") == [
        ("storage_backend", "a bucket or endpoint is given, but storage_backend is pvc")
    ]
