"""Mistakes in the application's variables: each found, named by its variable, with a cure; sound values have none."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app import mistakes
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app_cautions import cautions

REF = {"name": "given", "key": "k"}
OTHER = {"name": "other", "key": "k"}
OIDC = {
    "enabled": True,
    "issuer": "https://id",
    "client_id": "m",
    "client_secret": REF,
    "uid_field": "preferred_username",
}
SAML = {"enabled": True, "issuer": "m", "idp_sso_target_url": "https://id", "idp_cert": "PEM"}
LDAP = {"enabled": True, "base": "dc=x", "bind_dn": "cn=x", "password_secret": REF}
CAS = {"enabled": True, "url": "https://cas"}
GROUP = {"concurrency": 5}
ALL_BUT_SCHEDULER = ["default", "push", "ingress", "mailers", "pull", "fasp"]


def found(**values):
    return [(one.variable, one.problem) for one in mistakes(values)]


def sidekiq(**groups):
    """The sizes of an instance with these groups of workers and no others."""
    return {"sidekiq": {"all": None, **{name: {**GROUP, **group} for name, group in groups.items()}}}


SOUND = [
    {},
    {"app_profile": "community", "app_version": "4.6.5"},
    {"app_image": {"repository": "registry.example:5000/m", "digest": "sha256:" + "a" * 64}},
    {"app_image": {"tag": "v4.7.1-mine"}, "mastodon_version": "4.7.1"},
    {"app_image": {"tag": "main-abc"}},
    {"app_image": {"tag": "main-abc"}, "app_version": "main"},
    {"app_image": {"repository": "registry.example/m"}, "app_version": "main-abc"},
    {"app_version": "4.6.5-mine"},
    {"app_sizes": sidekiq(a={"queues": ALL_BUT_SCHEDULER, "replicas": 3}, b={"queues": ["scheduler,1"]})},
    {"app_sizes": {"web": {"replicas": 0}}, "app_autoscaled_workloads": ["web"]},
    # Something else starts its pods, or another group has the same queues.
    {
        "mastodon_profile": "small",
        "app_sizes": {"sidekiq": {"work": {"replicas": 0}}},
        "app_autoscaled_workloads": ["sidekiq-work"],
    },
    {
        "mastodon_profile": "small",
        "app_sizes": {"sidekiq": {"work": {"replicas": 0}}},
        "app_autoscaling": {"sidekiq": True},
    },
    {
        "mastodon_profile": "small",
        "app_sizes": {"sidekiq": {"work": {"replicas": 0}, "b": {**GROUP, "queues": ALL_BUT_SCHEDULER}}},
    },
    {"app_sizes": {"web": {"replicas": 5}}},
    {"mastodon_profile": "small", "app_autoscaling": {"web": True, "streaming": True, "sidekiq": True}},
    {"app_autoscaling": {"web": True}, "app_autoscaled_workloads": ["streaming"]},
    {"mastodon_monitoring": True, "mastodon_metrics_clients": [{}], "app_metrics": {"port": 9500}},
    {"app_smtp": {"server": "mx", "login": "m", "password_secret": REF}},
    {"app_smtp": {"server": "mx", "port": 25, "tls": "starttls"}, "app_bulk_smtp": {"server": "mx2", "port": 465}},
    {"app_smtp": {"server": "mx", "from_address": "Example <a@example.org>"}},
    {"app_search": {"enabled": True, "host": "es", "tls": True, "ca_secret": REF, "user": "u", "password_secret": REF}},
    {"app_oidc": OIDC, "app_sso": {"omniauth_only": True, "one_click_sso_login": True}},
    {"app_saml": SAML, "app_cas": CAS, "app_ldap": LDAP, "app_pam": {"enabled": True}},
    {"app_oidc": {"issuer": "switched off"}},
    {"app_proxy": {"trusted_addresses": ["203.0.113.7", "2001:db8::/32"], "http_proxy": "http://proxy:3128"}},
    {"app_site": {"cdn_host": "https://cdn.example.org", "streaming_api_base_url": "wss://s.example.org"}},
    {"app_extra_environment": [{"name": "MAX_TOOT_CHARS", "value": "1"}, {"name": "http_proxy", "secret": REF}]},
    {"app_extra_manifests": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}]},
    {"app_pod_spec": {"nodeSelector": {"a": "b"}}},
    {"database_backend": "external", "database_external": {"host": "pg"}, "app_profile": "community"},
    # The server sees a transaction pooler's connections alone, and how many these are nobody says.
    {
        "database_backend": "external",
        "database_external": {"host": "pooler", "pooling": "transaction", "direct_host": "pg", "max_connections": 200},
        "app_profile": "community",
    },
]


@pytest.mark.parametrize("values", SOUND, ids=str)
def test_sound_values_have_no_mistake(values):
    assert found(**values) == []


MISTAKEN = [
    # Images (T40, T53).
    *(
        ({"app_version": version}, "app_version", problem)
        for version, problem in [
            ("", "is empty"),
            (None, "is empty"),
            ("v4.6.6", "begins with the v"),
            ("4.6.5 ", "cannot stand in the tag"),
            ("4.6", "no version of Mastodon"),
            (4.6, "no version of Mastodon"),
            ("latest", "no version of Mastodon"),
        ]
    ),
    *(
        ({"app_version": version, "app_image": {"repository": "registry.example/m"}}, "app_version", problem)
        for version, problem in [("", "is empty"), ("v4.6.6", "begins with the v"), ("a b", "cannot stand in the tag")]
    ),
    ({"app_image": {"tag": "latest"}}, "app_image", "another image tomorrow"),
    ({"app_image": {"tag": "v4.7.1"}}, "app_image", "not of version 4.6.5"),
    ({"app_image": {"repository": "ghcr.io/m/m:v1"}}, "app_image", "a tag or a digest"),
    ({"app_image": {"repository": "https://ghcr.io/m"}}, "app_image", "a scheme"),
    ({"app_streaming_image": {"digest": "sha256:abc"}}, "app_streaming_image", "is none"),
    # Queues (T25).
    (
        {"app_sizes": sidekiq(a={"queues": ALL_BUT_SCHEDULER})},
        "app_sizes",
        "no Sidekiq group serves the queue scheduler",
    ),
    (
        {"app_sizes": sidekiq(a={"queues": [*ALL_BUT_SCHEDULER, "scheduler"]}, b={"queues": ["scheduler,1"]})},
        "app_sizes",
        "the groups a and b serve the queue scheduler",
    ),
    ({"app_sizes": {"sidekiq": {"all": {"replicas": 2}}}}, "app_sizes", "scheduler with 2 replicas"),
    ({"app_sizes": {"sidekiq": {"all": {"replicas": 0}}}}, "app_sizes", "scheduler with 0 replicas"),
    (
        {"mastodon_profile": "small", "app_sizes": {"sidekiq": {"work": {"replicas": 0}}}},
        "app_sizes",
        "serves default, push, ingress, mailers, pull, fasp: work has no replicas",
    ),
    (
        {"app_sizes": sidekiq(a={"queues": [*ALL_BUT_SCHEDULER, "scheduler,1"], "replicas": 2})},
        "app_sizes",
        "scheduler with 2 replicas",
    ),
    (
        {"app_sizes": sidekiq(a={"queues": ["default", "scheduler"]})},
        "app_sizes",
        "serves push, ingress, mailers, pull, fasp",
    ),
    ({"app_sizes": {"sidekiq": {"b": {**GROUP, "queues": ["pushes"]}}}}, "app_sizes", "no queue of Mastodon's"),
    ({"app_sizes": {"sidekiq": {"b": {**GROUP, "queues": ["push", "push,3"]}}}}, "app_sizes", "twice"),
    ({"app_sizes": {"sidekiq": {"b": {**GROUP, "queues": ["push,no"]}}}}, "app_sizes", "write it like push,6"),
    ({"app_sizes": {"sidekiq": {"b": {**GROUP, "queues": []}}}}, "app_sizes", "serves no queue"),
    ({"app_sizes": {"sidekiq": {"B_1": {**GROUP, "queues": ["push"]}}}}, "app_sizes", "part of a Deployment's name"),
    # Sizes (T27).
    (
        {"app_sizes": {"web": {"limits": {"memory": "256Mi"}, "requests": {"memory": "128Mi"}}}},
        "app_sizes",
        "Rails needs",
    ),
    (
        {"app_sizes": {"job": {"limits": {"memory": "1Mi"}, "requests": {"memory": "1Mi"}}}},
        "app_sizes",
        "job may use 1Mi",
    ),
    ({"app_sizes": {"web": {"requests": {"memory": "9Gi"}}}}, "app_sizes", "asks for more memory"),
    ({"app_sizes": {"web": {"limits": {"memory": "lots"}}}}, "app_sizes", "not an amount of memory"),
    ({"app_sizes": {"web": {"threads": 0}}}, "app_sizes", "threads of web is 0"),
    ({"app_sizes": {"web": {"processes": 0}}}, "app_sizes", "processes of web is 0"),
    ({"app_sizes": {"streaming": {"replicas": -1}}}, "app_sizes", "replicas of streaming is -1"),
    ({"app_sizes": {"wbe": {}}}, "app_sizes", "wbe is no part"),
    ({"app_autoscaled_workloads": ["sidekiq"]}, "app_autoscaled_workloads", "no workload 'sidekiq'"),
    ({"app_autoscaled_workloads": ["sidekiq-all"]}, "app_autoscaled_workloads", "exactly one replica"),
    ({"app_autoscaling": {"sidekiq": True}}, "app_autoscaling", "nothing of it may have more pods"),
    (
        {"app_autoscaling": {"web": True}, "app_sizes": {"web": {"replicas": 2}}},
        "app_autoscaling",
        "web is switched on",
    ),
    (
        {"app_autoscaling": {"web": True}, "app_autoscaled_workloads": ["web"]},
        "app_autoscaling",
        "two autoscalers would fight",
    ),
    ({"app_sizes": {"sidekiq": {"all": {"max_replicas": 3}}}}, "app_sizes", "never have more than one replica"),
    ({"app_sizes": {"web": {"replicas": 3, "max_replicas": 2}}}, "app_sizes", "fewer than its 3 replicas"),
    (
        {
            "mastodon_profile": "community",
            "app_sizes": {"sidekiq": {"federation": {"replicas": 3, "max_replicas": 2}}},
        },
        "app_sizes",
        "max_replicas of sidekiq-federation is 2",
    ),
    (
        {"mastodon_monitoring": True, "app_metrics_clients": [{}], "app_metrics": {"enabled": False}},
        "app_metrics",
        "enabled is switched off",
    ),
    (
        {"app_monitoring": True, "app_network_policy": False, "app_metrics": {"sidekiq_detailed": False}},
        "app_metrics",
        "sidekiq_detailed is switched",
    ),
    # Every autoscaler at its end (T45).
    (
        {
            "mastodon_profile": "small",
            "database_pooler_max_clients": 60,
            "app_autoscaling": {"web": True, "streaming": True, "sidekiq": True},
        },
        "app_sizes",
        "155 of 120",
    ),
    # Connections (T45).
    ({"mastodon_profile": "small", "database_pooling": "none"}, "app_sizes", "104 of 92"),
    ({"mastodon_profile": "small", "database_pooler_max_clients": 40}, "app_sizes", "95 of 80"),
    (
        {"app_maintenance": {"jobs": {"media": {"enabled": True, "command": "tootctl media remove -c 60"}}}},
        "app_sizes",
        "130 of 92",
    ),
    (
        {"database_backend": "external", "database_external": {"host": "pg", "max_connections": 40}},
        "app_sizes",
        "39 of 32",
    ),
    # What the role database would tell of its own pooler, of one that was written by hand.
    (
        {
            "app_database": {
                "pooling": "transaction",
                "direct_host": "pg",
                "pool": {"max_client_conn": 500, "default_pool_size": 50, "instances": 2},
                "max_connections": 100,
            }
        },
        "app_sizes",
        "109 of 92",
    ),
    ({"app_sizes": {"job": {"database_pool": 50}}}, "app_sizes", "of 92"),
    (
        {
            "app_database": {
                "host": "p",
                "port": 1,
                "direct_host": "p",
                "direct_port": 1,
                "pooling": "transaction",
            }
        },
        "app_database",
        "advisory locks",
    ),
    ({"app_database": {"sslmode": "verify-ca", "ca_secret": None}}, "app_database", "no public authority"),
    ({"app_cache": {"base": {"tls": True, "sentinels": [{"host": "s"}]}}}, "app_cache", "TLS and Sentinels"),
    (
        {"app_cache": {"base": {"tls": True, "ca_secret": REF}, "cache": {"tls": True, "ca_secret": OTHER}}},
        "app_cache",
        "different authorities",
    ),
    # Addresses (T30, T42).
    ({"app_proxy": {"trusted_addresses": ["proxy.example.org"]}}, "app_proxy", "neither an address nor a network"),
    ({"app_federation": {"allowed_private_addresses": ["10/8"]}}, "app_federation", "neither an address nor a network"),
    ({"app_proxy": {"http_proxy": "proxy:3128"}}, "app_proxy", "not the address of an HTTP proxy"),
    ({"app_proxy": {"http_hidden_proxy": "socks5://tor:9050"}}, "app_proxy", "not the address of an HTTP proxy"),
    ({"app_proxy": {"http_proxy": "http://u:p@proxy:3128"}}, "app_proxy", "has a password"),
    ({"app_site": {"extra_media_hosts": ["files.example.org"]}}, "app_site", "no address with a scheme"),
    ({"app_site": {"cdn_host": "cdn.example.org"}}, "app_site", "no address with a scheme"),
    ({"app_site": {"streaming_api_base_url": "https://s.example.org"}}, "app_site", "no address with a scheme"),
    # Mail (T33).
    ({"app_smtp": {"server": "mx:25"}}, "app_smtp", "not a bare host name"),
    ({"app_smtp": {"server": "smtps://mx"}}, "app_smtp", "not a bare host name"),
    ({"app_smtp": {"server": "mx", "port": 2525}}, "app_smtp", "stands for no encryption"),
    ({"app_smtp": {"server": "mx", "port": 587, "tls": "implicit"}}, "app_smtp", "wrong version number"),
    ({"app_smtp": {"server": "mx", "port": 25, "tls": "implicit"}}, "app_smtp", "wrong version number"),
    ({"app_smtp": {"server": "mx", "port": 465, "tls": "starttls"}}, "app_smtp", "expects TLS from the start"),
    ({"app_smtp": {"server": "mx", "port": 465, "tls": "none"}}, "app_smtp", "expects TLS from the start"),
    ({"app_smtp": {"server": "mx", "login": "m"}}, "app_smtp", "without password_secret"),
    ({"app_smtp": {"server": "mx", "password_secret": REF}}, "app_smtp", "without login"),
    (
        {"app_smtp": {"server": "mx", "login": "m", "password_secret": REF, "auth_method": "none"}},
        "app_smtp",
        "auth_method is none",
    ),
    ({"app_smtp": {"server": "mx", "port": 25, "login": "m", "password_secret": REF}}, "app_smtp", "in plain text"),
    ({"app_smtp": {"server": "mx", "from_address": "me"}}, "app_smtp", "no address"),
    ({"app_bulk_smtp": {"server": "mx"}}, "app_bulk_smtp", "all other mail has none"),
    # Search.
    ({"app_search": {"enabled": True}}, "app_search", "host is not set"),
    ({"app_search": {"enabled": True, "host": "https://es"}}, "app_search", "has a scheme"),
    ({"app_search": {"enabled": True, "host": "es:9200"}}, "app_search", "a port is appended"),
    ({"app_search": {"enabled": True, "host": "es", "user": "u"}}, "app_search", "only one is set"),
    ({"app_search": {"enabled": True, "host": "es", "ca_secret": REF}}, "app_search", "without tls"),
    # Single sign-on (T58).
    ({"app_oidc": {**OIDC, "uid_field": None}}, "app_oidc", "uid_field is not set"),
    ({"app_oidc": {**OIDC, "issuer": None}}, "app_oidc", "issuer is not set"),
    ({"app_oidc": {**OIDC, "client_secret": None}}, "app_oidc", "client_secret is not set"),
    ({"app_oidc": {**OIDC, "issuer": "id.example.org"}}, "app_oidc", "no address"),
    ({"app_oidc": {**OIDC, "scope": ["profile"]}}, "app_oidc", "lacks openid"),
    (
        {"app_oidc": {**OIDC, "discovery": False, "jwks_uri": "x"}},
        "app_oidc",
        "auth_endpoint, token_endpoint, user_info",
    ),
    ({"app_saml": {**SAML, "idp_cert": None}}, "app_saml", "forged"),
    ({"app_saml": {**SAML, "issuer": None}}, "app_saml", "issuer is not set"),
    ({"app_cas": {"enabled": True}}, "app_cas", "address is not set"),
    ({"app_ldap": {**LDAP, "base": None}}, "app_ldap", "base is not set"),
    ({"app_ldap": {**LDAP, "password_secret": None}}, "app_ldap", "password_secret is not set"),
    ({"app_sso": {"omniauth_only": True}}, "app_sso", "nobody could sign in"),
    ({"app_sso": {"omniauth_only": True}, "app_ldap": LDAP}, "app_sso", "nobody could sign in"),
    ({"app_sso": {"one_click_sso_login": True}, "app_oidc": OIDC}, "app_sso", "does nothing"),
    (
        {"app_sso": {"omniauth_only": True, "one_click_sso_login": True}, "app_oidc": OIDC, "app_cas": CAS},
        "app_sso",
        "does nothing",
    ),
    # What the user adds.
    ({"app_extra_environment": [{"name": "REDIS_NAMESPACE", "value": ""}]}, "app_extra_environment", "from starting"),
    ({"app_extra_environment": [{"name": "SMTP_SERVER", "value": "x"}]}, "app_extra_environment", "place of its own"),
    ({"app_extra_environment": [{"name": "A-B", "value": "x"}]}, "app_extra_environment", "no name of a variable"),
    ({"app_extra_environment": [{"name": "A"}]}, "app_extra_environment", "either a value or a secret"),
    ({"app_extra_environment": [{"name": "A", "value": "", "secret": REF}]}, "app_extra_environment", "either a value"),
    (
        {"app_extra_environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2", "processes": ["job"]}]},
        "app_extra_environment",
        "twice",
    ),
    ({"app_pod_spec": {"containers": []}}, "app_pod_spec", "take the place"),
    ({"app_extra_manifests": [{"kind": "ConfigMap"}]}, "app_extra_manifests", "entry 1 is no manifest"),
]


@pytest.mark.parametrize(("values", "variable", "problem"), MISTAKEN, ids=lambda part: str(part)[:60])
def test_every_mistake_is_found_once_and_says_what_to_do(values, variable, problem):
    matching = [one for one in mistakes(values) if one.variable == variable and problem in one.problem]
    assert len(matching) == 1
    assert matching[0].cure


@pytest.mark.parametrize(("values", "variable", "problem"), MISTAKEN, ids=lambda part: str(part)[:60])
def test_a_mistake_is_blamed_on_nothing_else(values, variable, problem):
    assert {one.variable for one in mistakes(values)} == {variable}


@pytest.mark.parametrize(
    "name",
    [
        *("app_image", "app_sizes", "app_database", "app_cache", "app_proxy", "app_site", "app_smtp", "app_search"),
        *(
            "app_oidc",
            "app_sso",
            "app_extra_environment",
            "app_extra_manifests",
            "app_pod_spec",
            "app_autoscaled_workloads",
        ),
        *("database_external", "app_profile", "app_version"),
    ],
)
@pytest.mark.parametrize("value", [None, 5, "text", [5], {"x": 5}, {"base": 5}])
def test_wrong_types_are_somebody_else_s_to_tell(name, value):
    list(mistakes({name: value}))


def test_what_is_allowed_but_unwise_is_said():
    values = {
        "app_smtp": {"server": "mx", "openssl_verify_mode": "none"},
        "app_bulk_smtp": {"server": "mx", "openssl_verify_mode": "none"},
        "app_ldap": {**LDAP, "tls_no_verify": True, "method": "plain"},
        "app_cas": {**CAS, "disable_ssl_verification": True},
        "app_oidc": {**OIDC, "uid_field": "sub", "security_assume_email_is_verified": True},
        "app_sso": {"allow_unsafe_auth_provider_reattach": True},
    }
    assert [sentence.partition(":")[0] for sentence in cautions(values)] == [
        "app_smtp.openssl_verify_mode",
        "app_bulk_smtp.openssl_verify_mode",
        "app_ldap.tls_no_verify",
        "app_ldap.method",
        "app_cas.disable_ssl_verification",
        "app_oidc.security_assume_email_is_verified",
        "app_sso.allow_unsafe_auth_provider_reattach",
        "app_oidc.uid_field",
    ]


def test_an_instance_without_mail_is_told_so_and_a_sound_one_nothing():
    assert [sentence.partition(" ")[0] for sentence in cautions({})] == ["app_smtp.server"]
    assert list(cautions({"app_smtp": {"server": "mx"}, "app_oidc": OIDC})) == []


def told(**values):
    return [(one.problem, one.cure) for one in mistakes(values)]


def test_a_group_of_another_profile_is_named_with_those_that_there_are():
    sizes = {"sidekiq": {"work": {"concurrency": 20}, "federation": {"replicas": 3}}, "web": {"threads": 0}}
    first, second, *others = told(mastodon_profile="community", app_sizes=sizes)
    assert first == (
        "profile community has no Sidekiq group 'work', only 'default', 'federation', 'background', 'scheduler'",
        "name a group that it has, set mastodon_profile to the profile that has 'work', or add queues to make it a"
        " group of your own",
    )
    assert (second[0], others) == ("threads of web is 0", []), "what else is wrong is told too"


def test_a_group_that_is_left_out_need_not_be_the_profile_s():
    assert told(app_sizes={"sidekiq": {"work": None}}) == []
