"""Each process gets what it reads, and nothing that is not its business."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._build import ALWAYS_TRUSTED

REF = {"name": "given", "key": "k"}


def names(environment):
    return {*environment.values, *environment.secret_refs, *environment.composed}


def test_there_is_one_environment_for_each_workload(environments):
    assert list(environments()) == ["web", "streaming", "sidekiq-work", "sidekiq-scheduler", "job"]


def test_streaming_gets_its_two_servers_and_nothing_else(environments):
    built = environments(
        app_smtp={"server": "mail"},
        app_federation={"authorized_fetch": True},
        app_captcha={"site_key": "a", "secret_key": REF},
    )["streaming"]
    assert names(built) == {
        *("DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASS", "DB_POOL", "DB_SSLMODE", "NODE_EXTRA_CA_CERTS"),
        *("REDIS_HOST", "REDIS_PORT", "REDIS_DB", "REDIS_PASSWORD"),
    }


def test_the_application_s_keys_go_to_rails_alone_and_the_old_one_to_jobs(environments):
    built = environments()
    owners = {
        key: [name for name, one in built.items() if key in one.secret_refs]
        for key in ("SECRET_KEY_BASE", "OTP_SECRET")
    }
    assert owners["SECRET_KEY_BASE"] == ["web", "sidekiq-work", "sidekiq-scheduler", "job"]
    assert owners["OTP_SECRET"] == ["job"]
    assert built["web"].secret_refs["SECRET_KEY_BASE"] == {"name": "keys", "key": "SECRET_KEY_BASE"}


def test_every_process_has_as_many_connections_as_threads(environments):
    pools = {name: one.values["DB_POOL"] for name, one in environments().items()}
    assert pools == {"web": "5", "streaming": "5", "sidekiq-work": "15", "sidekiq-scheduler": "5", "job": "5"}


def test_threads_concern_web_alone(environments):
    built = environments(app_sizes={"web": {"processes": 3, "threads": 7}})
    assert (built["web"].values["WEB_CONCURRENCY"], built["web"].values["MAX_THREADS"]) == ("3", "7")
    assert built["web"].values["DB_POOL"] == "7"
    assert not {"WEB_CONCURRENCY", "MAX_THREADS"} & set(built["job"].values)


def test_domains_are_told_to_rails(environments):
    built = environments(app_alternate_domains=["a.onion", "b.example"])["job"].values
    assert (built["LOCAL_DOMAIN"], built["WEB_DOMAIN"]) == ("example.org", "social.example.org")
    assert built["ALTERNATE_DOMAINS"] == "a.onion,b.example"
    assert "ALTERNATE_DOMAINS" not in environments()["web"].values


@pytest.mark.parametrize("profile", ["single_user", "small", "community"])
def test_nothing_but_text_stands_in_an_environment(environments, profile):
    for environment in environments(app_profile=profile).values():
        assert all(isinstance(value, str) for value in environment.values.values())


@pytest.mark.parametrize(("given", "expected"), [(True, "true"), (False, "false"), ("no", "false"), (None, None)])
def test_a_switch_that_is_not_given_is_absent(environments, given, expected):
    built = environments(app_federation={"authorized_fetch": given})
    assert built["web"].values.get("AUTHORIZED_FETCH") == expected


@pytest.mark.parametrize(("given", "expected"), [(True, "true"), (False, None), ("no", None)])
def test_what_mastodon_tests_for_presence_is_absent_when_false(environments, given, expected):
    assert environments(app_runtime={"backtrace": given})["job"].values.get("BACKTRACE") == expected


def test_an_empty_text_is_present(environments):
    assert environments(app_site={"update_check_url": ""})["web"].values["UPDATE_CHECK_URL"] == ""


@pytest.mark.parametrize("given", [[], None])
def test_no_trusted_proxies_render_nothing(environments, given):
    built = environments(app_proxy={"trusted_addresses": given})
    assert all("TRUSTED_PROXY_IP" not in one.values for one in built.values())


def test_trusted_proxies_are_added_to_those_that_are_always_trusted(environments):
    built = environments(app_proxy={"trusted_addresses": ["203.0.113.0/24", "10.0.0.0/8"]})
    expected = ",".join([*ALWAYS_TRUSTED, "203.0.113.0/24"])
    assert built["web"].values["TRUSTED_PROXY_IP"] == built["streaming"].values["TRUSTED_PROXY_IP"] == expected
    assert "TRUSTED_PROXY_IP" not in built["job"].values


def test_lists_have_their_own_separators(environments):
    site = {"email_domain_denylist": ["a.example", "b.example"], "experimental_features": ["x", "y"]}
    built = environments(app_site=site)["web"].values
    assert (built["EMAIL_DOMAIN_DENYLIST"], built["EXPERIMENTAL_FEATURES"]) == ("a.example|b.example", "x,y")


def test_former_media_hosts_stay_allowed(environments, s3):
    storage = {"backend": "s3", "s3": s3, "former_media_hosts": ["old.example.org"]}
    built = environments(app_storage=storage, app_site={"extra_media_hosts": ["https://other.example.org"]})
    assert built["web"].values["EXTRA_MEDIA_HOSTS"] == "https://other.example.org,https://old.example.org"


def test_single_sign_on_concerns_web_alone(environments):
    oidc = {"enabled": True, "issuer": "https://id", "client_id": "m", "client_secret": REF, "uid_field": "u"}
    built = environments(app_oidc=oidc, app_sso={"omniauth_only": True})
    web = built["web"]
    assert web.values["OIDC_ENABLED"] == web.values["OMNIAUTH_ONLY"] == web.values["OIDC_DISCOVERY"] == "true"
    assert web.values["OIDC_SCOPE"] == "openid,profile,email"
    assert web.values["OIDC_REDIRECT_URI"] == "https://social.example.org/auth/auth/openid_connect/callback"
    assert web.secret_refs["OIDC_CLIENT_SECRET"] == REF
    others = {name for workload, one in built.items() if workload != "web" for name in names(one)}
    assert not {name for name in others if name.startswith(("OIDC", "OMNIAUTH"))}


def test_a_subject_that_is_switched_off_gives_nothing(environments):
    subjects = {
        "app_oidc": {"issuer": "https://id"},
        "app_saml": {"issuer": "x"},
        "app_cas": {"url": "x"},
        "app_ldap": {"base": "x"},
        "app_pam": {"email_domain": "x"},
        "app_search": {"host": "x"},
        "app_cache_buster": {"secret": REF},
        "app_metrics": {"web_detailed": True},
        "app_tracing": {"service_name_prefix": "x"},
        "app_smtp": {"port": 25},
        "app_bulk_smtp": {"port": 25},
    }
    assert environments(**subjects) == environments()


def test_metrics_are_served_by_sidekiq_and_handed_on_by_web(environments):
    built = environments(app_metrics={"enabled": True, "port": 9000, "sidekiq_detailed": True})
    prefix = "MASTODON_PROMETHEUS_EXPORTER_"
    assert built["web"].values["PROMETHEUS_EXPORTER_HOST"] == "127.0.0.1"
    assert built["web"].values["PROMETHEUS_EXPORTER_PORT"] == "9000"
    assert f"{prefix}LOCAL" not in built["web"].values
    sidekiq = built["sidekiq-work"].values
    assert (sidekiq[f"{prefix}LOCAL"], sidekiq[f"{prefix}HOST"], sidekiq[f"{prefix}PORT"]) == (
        "true",
        "0.0.0.0",
        "9000",
    )
    assert sidekiq[f"{prefix}SIDEKIQ_DETAILED_METRICS"] == "true"
    assert not {name for name in names(built["job"]) if "PROMETHEUS" in name}


def test_tracing_is_one_endpoint_and_what_is_left_out(environments):
    tracing = {"endpoint": "http://collector:4318", "disabled_instrumentations": ["pg", "REDIS"]}
    built = environments(app_tracing=tracing)
    for name in ("web", "sidekiq-work"):
        assert built[name].values["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector:4318"
        assert built[name].values["OTEL_RUBY_INSTRUMENTATION_PG_ENABLED"] == "false"
        assert built[name].values["OTEL_RUBY_INSTRUMENTATION_REDIS_ENABLED"] == "false"
    assert not {name for name in names(built["job"]) | names(built["streaming"]) if name.startswith("OTEL")}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"host": "es"}, {"ES_ENABLED": "true", "ES_HOST": "es"}),
        ({"host": "es", "tls": True, "port": 9243}, {"ES_ENABLED": "true", "ES_HOST": "https://es", "ES_PORT": "9243"}),
        (
            {"host": "es", "preset": "small_cluster"},
            {"ES_ENABLED": "true", "ES_HOST": "es", "ES_PRESET": "small_cluster"},
        ),
    ],
)
def test_search(environments, given, expected):
    built = environments(app_search={"enabled": True, **given})
    for name in ("web", "sidekiq-work", "job"):
        assert {key: value for key, value in built[name].values.items() if key.startswith("ES_")} == expected


def test_authorities_are_mounted_from_one_key_and_named_by_path(environments):
    built = environments(app_search={"enabled": True, "host": "es", "tls": True, "ca_secret": REF})["job"]
    assert built.values["ES_CA_FILE"] == "/etc/mastodon/ca/search/ca.crt"
    assert built.mounts["ca-search"].secret == REF


def test_faults_of_all_subjects_are_told_at_once(environments):
    with pytest.raises(ValueError, match=r"app_limits.*app_search"):
        environments(app_limits={"user_active_days": "many"}, app_search={"hots": "x"})


def test_equal_variables_give_equal_environments(environments):
    assert environments(app_smtp={"server": "mail", "port": 587}) == environments(
        app_smtp={"port": "587", "server": "mail"}
    )


def test_web_keeps_idle_connections_longer_than_envoy_does(environments):
    assert int(environments()["web"].values["PERSISTENT_TIMEOUT"]) > 3600
    assert environments(app_runtime={"persistent_timeout": 75})["web"].values["PERSISTENT_TIMEOUT"] == "75"
    assert "PERSISTENT_TIMEOUT" not in environments()["job"].values
