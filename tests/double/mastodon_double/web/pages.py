"""Health, the front page and static files (mastodon.md 3.3, 3.4)."""

from __future__ import annotations

import secrets

from aiohttp import web

from .. import policy
from ..process import ROOT
from ..static import DIRECTORY, script_path
from ..storage import FileStorage
from .context import cached, context_of

_STATIC_TTL = 28 * 86_400
_PACKS = ROOT / DIRECTORY / "packs"


async def health(_request: web.Request) -> web.Response:
    """200 "OK", with nothing behind it."""
    return web.Response(text="OK")


async def page(request: web.Request) -> web.Response:
    """The front page and /about, which are one application in the browser."""
    context = context_of(request)
    told = (
        "<!doctype html><title>mastodon-double</title>\n"
        f"<p>This is not Mastodon. It is a test double of Mastodon {context.release}.</p>\n"
        f'<script src="{context.env.get("CDN_HOST", "")}{script_path(str(context.release))}"></script>\n'
    )
    headers = {
        "Content-Security-Policy": policy.header(context.env, context.site, secrets.token_urlsafe(16)),
        "Vary": "Accept, Accept-Language, Cookie",
        **cached(15, even_stale=True),
    }
    return web.Response(text=told, content_type="text/html", headers=headers)


async def packs(request: web.Request) -> web.StreamResponse:
    """Only what this image has."""
    path = (_PACKS / request.match_info["path"]).resolve()
    served = context_of(request).env.get("RAILS_SERVE_STATIC_FILES") == "true"
    if not served or not path.is_relative_to(_PACKS) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": f"public, max-age={_STATIC_TTL}, must-revalidate"})


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
