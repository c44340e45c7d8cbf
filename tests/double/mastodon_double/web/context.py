"""What the handlers of the web process share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from ..release import Release
from ..site import Site
from ..storage import FileStorage, S3Storage
from .store import Store


@dataclass(frozen=True)
class Context:
    env: Mapping[str, str]
    release: Release
    site: Site
    store: Store
    storage: FileStorage | S3Storage
    queue: Any  # Redis of Sidekiq
    cache: Any  # Redis of the Rails cache


CONTEXT: web.AppKey[Context] = web.AppKey("context", Context)


def context_of(request: web.Request) -> Context:
    return request.app[CONTEXT]


def cached(seconds: int, *, even_stale: bool = False) -> dict[str, str]:
    """Cache-Control as Rails' expires_in writes it."""
    value = f"max-age={seconds}, public"
    return {"Cache-Control": f"{value}, stale-while-revalidate=30, stale-if-error=86400" if even_stale else value}
