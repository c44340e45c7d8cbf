"""The Rails cache: written, so that a wrong CACHE_REDIS_* shows; never read, so that no test sees an old answer."""

from __future__ import annotations

import json

import redis.exceptions

from ..documents import Json
from .context import Context

_TTL = 600  # "TTL 10 min", namespace "cache" (mastodon.md 5.5)


async def remember(context: Context, name: str, document: Json) -> None:
    """Rails' Redis cache store goes on without its Redis."""
    try:
        await context.cache.set(f"cache:double:{context.release}:{name}", json.dumps(document), ex=_TTL)
    except (redis.exceptions.RedisError, OSError) as error:
        print(f"[mastodon-double] RedisCacheStore: write_entry failed: {type(error).__name__}: {error}", flush=True)
