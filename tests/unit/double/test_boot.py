from __future__ import annotations

import pytest
from mastodon_double.boot import BootRefusedError, check_rails, check_ruby

GOOD = {
    "RAILS_ENV": "production",
    "SECRET_KEY_BASE": "0" * 128,
    "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY": "a",
    "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY": "b",
    "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT": "c",
}
SALT = "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT"


def test_boots_with_the_required_variables_alone():
    check_rails(GOOD)


@pytest.mark.parametrize("name", GOOD)
def test_each_required_variable_is_required(name):
    with pytest.raises(BootRefusedError):
        check_rails({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"RAILS_ENV": ""}, "production gems only"),
        ({"REDIS_NAMESPACE": ""}, "REDIS_NAMESPACE"),
        ({"SECRET_KEY_BASE": " "}, "secret_key_base"),
        ({SALT: ""}, SALT),
        ({SALT: "123DO_NOT_USE_IN_PRODUCTION"}, "from the test environment"),
        ({"TRUSTED_PROXY_IP": "10.0.0.0/8, loopback"}, "invalid address: loopback"),
        ({"TRUSTED_PROXY_IP": "10.0.0.0/8,,10.1.0.0/16"}, "invalid address: "),
        ({"ALLOWED_PRIVATE_ADDRESSES": "s3.internal"}, "ALLOWED_PRIVATE_ADDRESSES"),
        ({"OIDC_ENABLED": "true"}, "OIDC_SCOPE"),
        ({"LDAP_ENABLED": "true", "LDAP_BASE": "dc=x", "LDAP_BIND_DN": "cn=x"}, "LDAP_PASSWORD"),
        ({"http_proxy": "socks5://proxy:1"}, "Unsupported proxy type: socks5"),
        ({"MASTODON_SIDEKIQ_READY_FILENAME": "tmp/ready"}, "READY_FILENAME"),
        ({"RAILS_LOG_LEVEL": "verbose"}, "RAILS_LOG_LEVEL"),
        ({"SWIFT_ENABLED": "true"}, "not imitated"),
    ],
)
def test_refuses_what_stops_mastodon(env, message):
    with pytest.raises(BootRefusedError, match=message):
        check_rails({**GOOD, **env})


@pytest.mark.parametrize(
    "env",
    [
        {"TRUSTED_PROXY_IP": "10.0.0.1/8 fd00::/8,192.0.2.1"},
        {"TRUSTED_PROXY_IP": ""},
        {"OIDC_ENABLED": "false"},
        {"OIDC_ENABLED": "true", "OIDC_SCOPE": "openid"},
        {"MASTODON_SIDEKIQ_READY_FILENAME": "ready"},
        {"RAILS_LOG_LEVEL": "WARN"},
    ],
)
def test_accepts_what_mastodon_accepts(env):
    check_rails({**GOOD, **env})


def test_key_generation_needs_no_keys():
    check_ruby({"RAILS_ENV": "production"})
    with pytest.raises(BootRefusedError):
        check_ruby({})
