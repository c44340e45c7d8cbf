"""Connection settings of PostgreSQL, as Rails and as node-postgres understand the same variables (mastodon.md 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

# connect_timeout is 15 s; application_name is forced empty (mastodon.md 5.4)
_COMMON = {"connect_timeout": "15", "application_name": ""}
_RAILS_ONLY = {
    "pool",
    "prepared_statements",
    "encoding",
    "adapter",
    "checkout_timeout",
    "reaping_frequency",
    "idle_timeout",
}
TRUST_SYSTEM = "system"  # libpq: OpenSSL's own trust store, which honours SSL_CERT_FILE


@dataclass(frozen=True)
class DatabaseSettings:
    """libpq keywords, whether statements are prepared on the server, and how many connections a process may open."""

    parameters: Mapping[str, str]
    prepared: bool
    pool: int


def rails_settings(env: Mapping[str, str], threads: int) -> DatabaseSettings:
    """The primary database; `threads` is Sidekiq's concurrency or MAX_THREADS, the pool where DB_POOL is absent."""
    parameters = _rails_parameters(env, "", "DATABASE_URL")
    prepared = env.get("PREPARED_STATEMENTS") or "true"
    url_options = dict(parse_qsl(urlsplit(env.get("DATABASE_URL", "")).query))
    if env.get("QUERY_LOG_TAGS_ENABLED") == "true":  # mastodon.md 5.2 "disables prepared statements"
        prepared = "false"
    return DatabaseSettings(
        parameters, url_options.get("prepared_statements", prepared) != "false", int(env.get("DB_POOL") or threads)
    )


def replica_settings(env: Mapping[str, str], threads: int) -> DatabaseSettings | None:
    """The read replica, each value falling back to the primary's; None where none is named (database_helper.rb)."""
    if not any(name in env for name in ("REPLICA_DB_NAME", "REPLICA_DB_HOST", "REPLICA_DATABASE_URL")):
        return None
    primary = rails_settings(env, threads)
    prepared = env.get("REPLICA_PREPARED_STATEMENTS")
    return DatabaseSettings(
        _rails_parameters(env, "REPLICA_", "REPLICA_DATABASE_URL"),
        primary.prepared if prepared is None else prepared != "false",
        primary.pool,
    )


def _rails_parameters(env: Mapping[str, str], prefix: str, url_variable: str) -> dict[str, str]:
    def value(name: str, default: str) -> str:
        return env.get(prefix + name, env.get(name, default))

    parameters = {
        "host": value("DB_HOST", "localhost"),
        "port": value("DB_PORT", "5432"),
        "dbname": value("DB_NAME", "mastodon_production"),
        "user": value("DB_USER", "mastodon"),
        "password": value("DB_PASS", ""),
        "sslmode": env.get("DB_SSLMODE", "prefer"),  # handed to libpq as it is: "no-verify" breaks Rails
    }
    if env.get(url_variable):  # overrides DB_*; query parameters reach libpq
        parameters |= _url_parameters(env[url_variable])
    return _COMMON | parameters


def _url_parameters(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    found = {
        "host": parts.hostname,
        "port": str(parts.port) if parts.port else None,
        "dbname": unquote(parts.path.removeprefix("/")),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }
    query = {name: value for name, value in parse_qsl(parts.query) if name not in _RAILS_ONLY}
    return {name: value for name, value in found.items() if value} | query


def streaming_settings(env: Mapping[str, str]) -> DatabaseSettings:
    """As streaming/database.js reads them; ValueError is what stops the Node process."""
    parameters = {
        "host": env.get("DB_HOST") or "localhost",
        "port": str(node_integer(env, "DB_PORT", 5432)),
        "dbname": env.get("DB_NAME") or "mastodon_production",
        "user": env.get("DB_USER") or "mastodon",
        "password": env.get("DB_PASS") or "",
    }
    if env.get("DATABASE_URL"):  # streaming honours it, with DB_PASS filling in a missing password
        from_url = _url_parameters(env["DATABASE_URL"])
        tls = _node_tls(from_url.pop("sslmode", ""), from_url.pop("sslrootcert", None))
        parameters = {"host": "localhost", "port": "5432", "password": parameters["password"]} | from_url
    else:
        tls = _node_tls(env.get("DB_SSLMODE", ""), None)
    return DatabaseSettings(parameters | tls | _COMMON, prepared=False, pool=node_integer(env, "DB_POOL", 10))


def _node_tls(mode: str, root: str | None) -> dict[str, str]:
    """The table of mastodon.md 5.4 in libpq's words."""
    if mode in ("", "disable"):  # plaintext
        return {"sslmode": "disable"}
    if mode == "no-verify":  # TLS, unverified
        return {"sslmode": "require"}
    return {"sslmode": "verify-full", "sslrootcert": root or TRUST_SYSTEM}  # full chain and hostname verification


def node_integer(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"Invalid {name} environment variable: {value}") from None


def forget_libpq(env: MutableMapping[str, str]) -> None:
    """Make libpq behave like a Node process: blind to PG* variables, trusting what Node trusts (mastodon.md 5.4)."""
    for name in [name for name in env if name.startswith("PG")]:
        del env[name]
    env.pop("SSL_CERT_FILE", None)  # OpenSSL's variable; Node has its own
    if env.get("NODE_EXTRA_CA_CERTS"):
        env["SSL_CERT_FILE"] = env["NODE_EXTRA_CA_CERTS"]  # in addition to the directory of the system's certificates
