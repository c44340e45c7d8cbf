"""Connection settings of Redis, as Rails and as the streaming server read the same variables (mastodon.md 5.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from .database import node_integer

DEFAULT_SENTINEL_PORT = 26379


@dataclass(frozen=True)
class RedisSettings:
    """One Redis: an address, or sentinels and the name they know its master by."""

    host: str
    port: int = 6379
    db: int = 0
    user: str | None = None
    password: str | None = None
    tls: bool = False
    sentinels: tuple[tuple[str, int], ...] = ()
    master: str | None = None
    sentinel_user: str | None = None
    sentinel_password: str | None = None

    def __str__(self) -> str:
        return f"{'rediss' if self.tls else 'redis'}://{self.master or self.host}:{self.port}/{self.db}"


def rails_redis(env: Mapping[str, str], prefix: str = "") -> RedisSettings:
    """`prefix` is "", "SIDEKIQ_" or "CACHE_"; one without host, URL or sentinels of its own is the base as a whole."""
    name = f"{prefix}REDIS_"
    if name + "URL" in env:  # wins over everything, even when it is empty
        return _checked_driver(_from_url(env[name + "URL"]), env)
    user, password = env.get(name + "USER") or None, env.get(name + "PASSWORD") or None
    sentinels = _sentinels(env.get(name + "SENTINELS", ""), int(env.get(name + "SENTINEL_PORT", DEFAULT_SENTINEL_PORT)))
    master = env.get(name + "SENTINEL_MASTER")
    db = int(env.get(name + "DB") or 0)
    if sentinels and master:
        return RedisSettings(
            host=master,
            db=db,
            user=user,
            password=_through_url(password),
            sentinels=sentinels,
            master=master,
            sentinel_user=env.get(name + "SENTINEL_USERNAME", user),
            sentinel_password=env.get(name + "SENTINEL_PASSWORD", password),
        )
    host = env.get(name + "HOST", "" if prefix else "localhost")
    if not host.strip():
        if not prefix:
            raise ValueError(
                "REDIS_HOST is empty: Mastodon would look for its base configuration in the base configuration"
            )
        return rails_redis(env)  # as a whole: no part of the prefixed variables counts
    return RedisSettings(host, int(env.get(name + "PORT") or 6379), db, user, _through_url(password))


def streaming_redis(env: Mapping[str, str]) -> RedisSettings:
    """Streaming reads only the base REDIS_*, and Sentinel for base only."""
    if env.get("REDIS_URL"):
        return _from_url(env["REDIS_URL"])
    user, password = env.get("REDIS_USER"), env.get("REDIS_PASSWORD")
    db = node_integer(env, "REDIS_DB", 0)
    if env.get("REDIS_SENTINELS") and env.get("REDIS_SENTINEL_MASTER"):
        return RedisSettings(
            host=env["REDIS_SENTINEL_MASTER"],
            db=db,
            user=user,
            password=password,
            sentinels=_sentinels(
                env["REDIS_SENTINELS"], node_integer(env, "REDIS_SENTINEL_PORT", DEFAULT_SENTINEL_PORT)
            ),
            master=env["REDIS_SENTINEL_MASTER"],
            sentinel_user=env.get("REDIS_SENTINEL_USERNAME", user),
            sentinel_password=env.get("REDIS_SENTINEL_PASSWORD", password),
        )
    return RedisSettings(env.get("REDIS_HOST", "127.0.0.1"), node_integer(env, "REDIS_PORT", 6379), db, user, password)


def _from_url(url: str) -> RedisSettings:
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError(f"Invalid URL: {parts.scheme}://{parts.hostname or ''}")  # never the password
    return RedisSettings(
        host=parts.hostname,
        port=parts.port or 6379,
        db=int(parts.path.removeprefix("/") or 0),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme == "rediss",
    )


def _checked_driver(settings: RedisSettings, env: Mapping[str, str]) -> RedisSettings:
    if settings.tls and env.get("REDIS_DRIVER") != "ruby":  # TLS only with REDIS_DRIVER=ruby for Rails
        raise ValueError("rediss:// needs REDIS_DRIVER=ruby: the hiredis driver of the image speaks no TLS")
    return settings


def _through_url(password: str | None) -> str | None:
    """Rails puts the password into a URL and normalises it: what looks like percent-encoding gets decoded."""
    return unquote(password.strip()) if password else password


def _sentinels(text: str, default_port: int) -> tuple[tuple[str, int], ...]:
    pairs = (item.partition(":") for item in text.split(",") if item)
    return tuple((host, int(port or default_port)) for host, _, port in pairs)
