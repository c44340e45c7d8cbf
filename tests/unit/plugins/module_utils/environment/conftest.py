"""The variables of a sound role app, to be changed by each test."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._build import build

PASSWORD = {"name": "pg", "key": "password"}
DATABASE = {
    "host": "pooler",
    "port": 6432,
    "direct_host": "primary",
    "direct_port": 5432,
    "name": "mastodon",
    "user": "toot",
    "password_secret": PASSWORD,
    "pooling": "transaction",
    "sslmode": "verify-full",
    "ca_secret": {"name": "pg-ca", "key": "ca.crt"},
    "replica": None,
}
SERVER = {
    "host": "queue",
    "port": 6379,
    "db": 0,
    "user": None,
    "password_secret": {"name": "valkey", "key": "password"},
    "tls": False,
    "ca_secret": None,
    "sentinels": [],
}
S3 = {
    "bucket": "media",
    "region": "eu",
    "endpoint": "https://s3.example.org",
    "protocol": "https",
    "hostname": "s3.example.org",
    "alias_host": None,
    "permission": "",
    "checksums_when_required": True,
    "credentials_secret": {"name": "s3", "access_key_id_key": "id", "secret_access_key_key": "secret"},
}
VALUES = {
    "app_local_domain": "example.org",
    "app_web_domain": "social.example.org",
    "app_alternate_domains": [],
    "app_namespace": "social",
    "app_profile": "small",
    "app_sizes": {},
    "app_streaming_sslmode": "auto",
    "app_secrets": {"name": "keys", "keys": ["SECRET_KEY_BASE", "OTP_SECRET"]},
    "app_database": DATABASE,
    "app_cache": {"base": SERVER, "sidekiq": None, "cache": None},
    "app_storage": {"backend": "s3", "s3": S3, "pvc": None},
}


@pytest.fixture
def values():
    """A function that returns the variables with changes laid over them."""
    return lambda **changes: copy.deepcopy({**VALUES, **changes})


@pytest.fixture
def environments(values):
    """A function that builds the environments of the variables with changes laid over them."""
    return lambda **changes: build(values(**changes))


@pytest.fixture
def database():
    return copy.deepcopy(DATABASE)


@pytest.fixture
def server():
    return copy.deepcopy(SERVER)


@pytest.fixture
def s3():
    return copy.deepcopy(S3)
