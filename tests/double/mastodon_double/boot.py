"""What Mastodon refuses to boot with. Every Rails process runs this: web, Sidekiq, tootctl and rake tasks.

The order is that of the application: config/boot.rb, config/environments/production.rb, then the initializers by name.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

SEPARATOR = re.compile(r"(?:\s*,\s*|\s+)")
ENCRYPTION_KEYS = (  # mastodon: config/initializers/active_record_encryption.rb, in its order
    "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY",
    "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT",
    "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
)
LOG_LEVELS = ("debug", "info", "warn", "error", "fatal", "unknown")


class BootRefusedError(Exception):
    """The process must end with this message and exit code 1."""


def check_ruby(env: Mapping[str, str]) -> None:
    """config/boot.rb alone: all that `db:encryption:init` and `generate_vapid_key` go through."""
    if "RAILS_ENV" not in env:  # mastodon.md 2 "RAILS_ENV is mandatory: boot aborts if it is unset"
        raise BootRefusedError("The RAILS_ENV environment variable is not set.")
    if env["RAILS_ENV"] != "production":  # the image has no gems of any other group
        raise BootRefusedError(f"RAILS_ENV is {env['RAILS_ENV']!r}, and the image holds the production gems only")


def check_rails(env: Mapping[str, str]) -> None:
    """Raise BootRefusedError with the first thing a Rails process would stumble over."""
    check_ruby(env)
    for refusal in _refusals(env):
        raise BootRefusedError(refusal)


def _refusals(env: Mapping[str, str]) -> Iterator[str]:
    yield from _addresses(env, "TRUSTED_PROXY_IP")  # mastodon.md 5.1 "a non-IP token crashes Rails boot"
    yield from _log_level(env)
    yield from _openid(env)
    yield from _encryption_keys(env)
    yield from _addresses(
        env, "ALLOWED_PRIVATE_ADDRESSES"
    )  # mastodon: config/initializers/allowed_private_addresses.rb
    if "REDIS_NAMESPACE" in env:  # mastodon.md 5.11, 11.8: set is set, even to nothing
        yield "ERROR: the REDIS_NAMESPACE environment variable is no longer supported, and a migration is required."
    yield from _ldap(env)
    yield from _proxies(env)
    yield from _ready_file(env)
    if not env.get("SECRET_KEY_BASE", "").strip():  # mastodon.md 5.3 "required in production"
        yield "ArgumentError: Missing `secret_key_base` for 'production' environment (SECRET_KEY_BASE)"
    yield from _not_imitated(env)


def _addresses(env: Mapping[str, str], name: str) -> Iterator[str]:
    value = env.get(name, "")
    if not value.strip():
        return
    for token in SEPARATOR.split(value):
        try:
            ipaddress.ip_network(token, strict=False)
        except ValueError:
            yield f"IPAddr::InvalidAddressError: invalid address: {token} ({name})"


def _log_level(env: Mapping[str, str]) -> Iterator[str]:
    level = env.get("RAILS_LOG_LEVEL", "info")
    if level.lower() not in LOG_LEVELS:
        yield f"NameError: wrong constant name {level.upper()} (RAILS_LOG_LEVEL)"


def _openid(env: Mapping[str, str]) -> Iterator[str]:
    if env.get("OIDC_ENABLED") == "true" and "OIDC_SCOPE" not in env:  # mastodon.md 5.9 "a missing value crashes boot"
        yield "NoMethodError: undefined method 'split' for nil (OIDC_SCOPE)"


def _encryption_keys(env: Mapping[str, str]) -> Iterator[str]:
    for key in ENCRYPTION_KEYS:  # mastodon.md 5.3
        value = env.get(key, "")
        if not value.strip():
            yield "Mastodon now requires that these variables are set:\n" + "\n".join(
                f"  - {name}" for name in ENCRYPTION_KEYS
            )
        elif value.endswith("DO_NOT_USE_IN_PRODUCTION"):
            yield f"It looks like you are trying to run Mastodon in production with a {key} from the test environment."


def _ldap(env: Mapping[str, str]) -> Iterator[str]:
    if env.get("LDAP_ENABLED") == "true":  # mastodon.md 5.9 "LDAP, required"
        for name in ("LDAP_BASE", "LDAP_BIND_DN", "LDAP_PASSWORD"):
            if name not in env:
                yield f'KeyError: key not found: "{name}"'


def _proxies(env: Mapping[str, str]) -> Iterator[str]:
    for name in ("http_proxy", "http_hidden_proxy"):  # mastodon: config/initializers/http_client_proxy.rb
        if env.get(name, "").strip():
            url = urlsplit(env[name])
            if url.scheme not in ("http", "https"):
                yield f"RuntimeError: Unsupported proxy type: {url.scheme} ({name})"
            elif not url.hostname:
                yield f"RuntimeError: No proxy host ({name})"


def _ready_file(env: Mapping[str, str]) -> Iterator[str]:
    name = env.get("MASTODON_SIDEKIQ_READY_FILENAME")
    if name is not None and (name == "" or os.path.basename(name) != name):  # noqa: PTH119 - mastodon.md 3.2 "a bare name inside tmp/"
        yield "RuntimeError: MASTODON_SIDEKIQ_READY_FILENAME is not a valid filename"


def _not_imitated(env: Mapping[str, str]) -> Iterator[str]:
    """Not Mastodon's refusals: silence here would make a test pass that proves nothing."""
    for name in ("SWIFT_ENABLED", "AZURE_ENABLED"):
        if env.get(name) == "true" and env.get("S3_ENABLED") != "true":
            yield f"mastodon-double: {name} is not imitated; the double stores media in S3 or in public/system"
