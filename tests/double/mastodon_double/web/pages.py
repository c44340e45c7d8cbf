"""Health, the front page and static files (mastodon.md 3.3, 3.4)."""

from __future__ import annotations

import hashlib
import secrets

from aiohttp import web

from .. import policy
from ..release import Release
from ..storage import FileStorage
from .context import cached, context_of

_STATIC_TTL = 28 * 86_400


async def health(_request: web.Request) -> web.Response:
    """200 "OK", with nothing behind it."""
    return web.Response(text="OK")


def script_path(release: Release) -> str:
    """Hashed by release, as Mastodon's packs are: an old pod lacks a new page's script (mastodon.md 6 "Asset skew")."""
    return f"/packs/assets/application-{hashlib.sha256(str(release).encode()).hexdigest()[:8]}.js"


async def page(request: web.Request) -> web.Response:
    """The front page and /about, which are one application in the browser."""
    context = context_of(request)
    told = (
        "<!doctype html><title>mastodon-double</title>\n"
        f"<p>This is not Mastodon. It is a test double of Mastodon {context.release}.</p>\n"
        f'<script src="{script_path(context.release)}"></script>\n'
    )
    headers = {
        "Content-Security-Policy": policy.header(context.env, context.site, secrets.token_urlsafe(16)),
        "Vary": "Accept, Accept-Language, Cookie",
        **cached(15, even_stale=True),
    }
    return web.Response(text=told, content_type="text/html", headers=headers)


async def packs(request: web.Request) -> web.Response:
    context = context_of(request)
    served = context.env.get("RAILS_SERVE_STATIC_FILES") == "true"
    if not served or request.path != script_path(context.release):
        raise web.HTTPNotFound
    headers = {"Cache-Control": f"public, max-age={_STATIC_TTL}, must-revalidate"}
    return web.Response(text="// mastodon-double\n", content_type="text/javascript", headers=headers)


async def system_file(request: web.Request) -> web.StreamResponse:
    """Media from PAPERCLIP_ROOT_PATH: 28 d immutable + nosniff + CSP default-src none."""
    context = context_of(request)
    storage = context.storage
    if not isinstance(storage, FileStorage) or context.env.get("RAILS_SERVE_STATIC_FILES") != "true":
        raise web.HTTPNotFound
    path = (storage.root / request.match_info["path"]).resolve()
    if not path.is_relative_to(storage.root.resolve()) or not path.is_file():
        raise web.HTTPNotFound
    headers = {
        "Cache-Control": f"public, max-age={_STATIC_TTL}, immutable",
        "Content-Security-Policy": "default-src 'none'; form-action 'none'",
    }
    return web.FileResponse(path, headers=headers)


async def change_password(_request: web.Request) -> web.Response:
    return web.Response(status=301, headers={"Location": "/auth/edit"})


async def sign_in(_request: web.Request) -> web.Response:
    """/sidekiq and /pghero need a role with view_devops; who is not signed in is sent to the sign-in page."""
    return web.Response(status=302, headers={"Location": "/auth/sign_in"})


ROUTES = [
    web.get("/health", health),
    web.get("/", page),
    web.get("/about", page),
    web.get("/packs/{path:.+}", packs),
    web.get("/system/{path:.+}", system_file),
    web.get("/.well-known/change-password", change_password),
    web.get("/sidekiq", sign_in),
    web.get("/pghero", sign_in),
]
