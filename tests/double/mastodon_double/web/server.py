"""The web process: `bundle exec puma -C config/puma.rb` (mastodon.md 3.1, 3.5).

One process with one event loop whatever WEB_CONCURRENCY says; MAX_THREADS bounds its database connections.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import web

from ..boot import check_rails
from ..connections import pool, redis_client
from ..database import rails_settings, replica_settings
from ..process import ROOT, start
from ..redis_settings import rails_redis
from ..release import Release
from ..site import site_from
from ..storage import storage_from
from . import api, federation, pages
from .context import CONTEXT, Context
from .middleware import STACK, stamp
from .store import Store

_GRACE = 25  # seconds for requests that are under way when TERM arrives


def application(release: Release, env: Mapping[str, str]) -> web.Application:
    threads = int(env.get("MAX_THREADS") or 5)
    primary = pool(rails_settings(env, threads))
    replica_address = replica_settings(env, threads)
    replica = pool(replica_address) if replica_address else None
    context = Context(
        env=env,
        release=release,
        site=site_from(env),
        store=Store(release, primary, replica),
        storage=storage_from(env, ROOT),
        queue=redis_client(rails_redis(env, "SIDEKIQ_")),
        cache=redis_client(rails_redis(env, "CACHE_")),
    )

    async def connections(_app: web.Application) -> AsyncIterator[None]:
        yield
        for client in (context.queue, context.cache):
            await client.aclose()
        for each in (primary, replica):
            if each:
                await each.close()

    app = web.Application(middlewares=STACK)
    app[CONTEXT] = context
    app.add_routes([*pages.ROUTES, *federation.ROUTES, *api.ROUTES])
    app.on_response_prepare.append(stamp)
    app.cleanup_ctx.append(connections)
    return app


def main(arguments: Sequence[str]) -> None:
    if list(arguments) not in ([], ["-C", "config/puma.rb"]):
        sys.exit(f"mastodon-double: puma takes `-C config/puma.rb`, not {' '.join(arguments)}")
    release = start("web", check_rails)
    env = os.environ
    socket = env.get("SOCKET")
    bind = env.get("BIND", "127.0.0.1").strip("[]")  # accepts [::]
    port = int(env.get("PORT", "3000"))
    address = {"path": socket} if socket else {"host": bind, "port": port}
    web.run_app(
        application(release, env),
        **address,
        print=lambda _banner: print(
            f"[mastodon-double] web of {release} listens on {socket or f'{bind}:{port}'}", flush=True
        ),
        access_log=None,
        keepalive_timeout=float(env.get("PERSISTENT_TIMEOUT") or 20),
        shutdown_timeout=_GRACE,
    )
