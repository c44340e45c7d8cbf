"""Variables given freely: last of all, but never those that Mastodon refuses or that have a place of their own."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._refused import refusal

REF = {"name": "given", "key": "k"}

# Every row of mastodon.md 5.11, and what else would break or do nothing.
REFUSED = [
    "DB_SSLROOTCERT",
    "REDIS_NAMESPACE",
    "STREAMING_CLUSTER_NUM",
    "STATSD_ADDR",
    "STATSD_NAMESPACE",
    "MASTODON_USE_LIBVIPS",
    "BULK_SMTP_FROM_ADDRESS",
    "FETCH_REPLIES_ENABLED",
    "ENABLE_SIDEKIQ_UNIQUE_JOBS_UI",
    "SKIP_POST_DEPLOYMENT_MIGRATIONS",
    "OTP_SECRET",
    "WHITELIST_MODE",
    "SELF_DESTRUCT",
    "DATABASE_URL",
    "REPLICA_DATABASE_URL",
    "SIDEKIQ_REDIS_URL",
    "RAILS_ENV",
    "NODE_ENV",
    "PORT",
    "SOCKET",
    "SMTP_SSL",
    "BULK_SMTP_SSL",
    "SMTP_ENABLE_STARTTLS_AUTO",
    "SIDEKIQ_CONCURRENCY",
]


@pytest.mark.parametrize("name", REFUSED)
def test_refused_even_from_a_secret(name, environments):
    assert refusal(name, secret=True)
    with pytest.raises(ValueError, match=name):
        environments(app_extra_environment=[{"name": name, "value": "x"}])


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("SMTP_SERVER", "app_smtp.server"),
        ("SMTP_TLS", "app_smtp.tls"),
        ("BULK_SMTP_TLS", "app_bulk_smtp.tls"),
        ("ES_HOST", "app_search.host"),
        ("LOCAL_DOMAIN", "mastodon_local_domain"),
        ("WEB_CONCURRENCY", "app_sizes.web.processes"),
        ("DB_POOL", "app_sizes"),
        ("DB_HOST", "app_database.host"),
        ("S3_BUCKET", "app_storage.s3.bucket"),
        ("OIDC_CLIENT_SECRET", "app_oidc.client_secret"),
        ("NODE_EXTRA_CA_CERTS", "app_trusted_ca_secret"),
    ],
)
def test_what_has_a_place_is_sent_there(name, place):
    assert refusal(name).cure == f"set {place}"


@pytest.mark.parametrize("name", ["MAX_TOOT_CHARS", "OTEL_EXPORTER_OTLP_HEADERS", "ES_QUERY_TIMEOUT", "GLITCH"])
def test_what_is_unknown_may_be_given(name, environments):
    built = environments(app_extra_environment=[{"name": name, "value": 1000}])
    assert [workload for workload, one in built.items() if one.values.get(name) == "1000"] == [
        *("web", "sidekiq-work", "sidekiq-scheduler", "job"),
    ]


def test_it_goes_to_the_processes_that_are_named(environments):
    entry = {"name": "NODE_OPTIONS", "value": "--max-old-space-size=200", "processes": ["streaming"]}
    built = environments(app_extra_environment=[entry])
    assert [workload for workload, one in built.items() if "NODE_OPTIONS" in one.values] == ["streaming"]


def test_a_plain_option_may_come_from_a_secret_instead_and_wins(environments):
    entry = {"name": "http_proxy", "secret": REF}
    built = environments(app_proxy={"http_proxy": "http://plain:3128"}, app_extra_environment=[entry])
    assert "http_proxy" not in built["web"].values
    assert built["web"].secret_refs["http_proxy"] == REF


@pytest.mark.parametrize("name", ["SMTP_PASSWORD", "ES_CA_FILE", "DB_HOST", "LOCAL_DOMAIN"])
def test_but_not_what_is_a_reference_already_or_comes_from_other_roles(name):
    assert refusal(name, secret=True)


def test_all_refusals_are_told_at_once(environments):
    entries = [{"name": name, "value": "x"} for name in ("REDIS_NAMESPACE", "PORT")]
    with pytest.raises(ValueError, match=r"REDIS_NAMESPACE.*PORT"):
        environments(app_extra_environment=entries)
