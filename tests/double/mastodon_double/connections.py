"""Opens what database.py and redis_settings.py describe."""

from __future__ import annotations

import ssl
from typing import Any

import psycopg
from psycopg.rows import dict_row

from .database import DatabaseSettings
from .pool import Pool
from .redis_settings import RedisSettings


def connect(settings: DatabaseSettings) -> psycopg.Connection[Any]:
    """One connection for a task."""
    return psycopg.connect(**settings.parameters, autocommit=True, prepare_threshold=_threshold(settings))


def pool(settings: DatabaseSettings) -> Pool:
    """The connections of a server; rows are dictionaries."""
    options = {"autocommit": True, "prepare_threshold": _threshold(settings), "row_factory": dict_row}
    return Pool(settings.pool, {**settings.parameters, **options})


def _threshold(settings: DatabaseSettings) -> int | None:
    """Named statements on the server from the first execution on, or never: a transaction pooler tells them apart."""
    return 0 if settings.prepared else None


def redis_client(settings: RedisSettings, **options: Any) -> Any:
    """A redis.asyncio client; TLS verifies chain and host name against OpenSSL's trust store (SSL_CERT_FILE)."""
    import redis.asyncio
    import redis.asyncio.sentinel

    options = {"decode_responses": True, **options}
    if settings.sentinels:
        sentinel = redis.asyncio.sentinel.Sentinel(
            settings.sentinels,
            sentinel_kwargs={"username": settings.sentinel_user, "password": settings.sentinel_password},
            username=settings.user,
            password=settings.password,
            db=settings.db,
            **options,
        )
        return sentinel.master_for(settings.master)
    if settings.tls:
        options |= {"ssl": True, "ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    return redis.asyncio.Redis(
        host=settings.host,
        port=settings.port,
        db=settings.db,
        username=settings.user,
        password=settings.password,
        **options,
    )
