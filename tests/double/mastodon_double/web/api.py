"""The REST API, as far as an installation can be checked by it."""

from __future__ import annotations

import asyncio
import html
import mimetypes
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from .. import documents, instance, jobs, policy
from ..storage import key_of
from ..webfinger import Target
from .cache import remember
from .context import Context, cached, context_of

_STYLES = ("original", "small")


async def instance_v1(request: web.Request) -> web.Response:
    context = context_of(request)
    settings, counts = await context.store.settings(), await context.store.counts()
    document = instance.instance_v1(context.release, context.site, settings, counts)
    return web.json_response(document, headers=_instance_cache(context))


async def instance_v2(request: web.Request) -> web.Response:
    context = context_of(request)
    settings = await context.store.settings()
    document = instance.instance_v2(context.release, context.site, settings, context.env.get("VAPID_PUBLIC_KEY"))
    await remember(context, "instance", document)
    return web.json_response(document, headers=_instance_cache(context))


def _instance_cache(context: Context) -> dict[str, str]:
    return {} if context.site.limited_federation else cached(300, even_stale=True)


async def lookup(request: web.Request) -> web.Response:
    context = context_of(request)
    await _check_open(request)
    name, _, domain = request.query.get("acct", "").lstrip("@").partition("@")
    if not name or (domain and not context.site.allows_host(domain)):
        raise web.HTTPNotFound
    account = await context.store.account(Target(username=name))
    if not account:
        raise web.HTTPNotFound
    return web.json_response(documents.account_entity(account, context.site), headers=cached(15, even_stale=True))


async def verify_credentials(request: web.Request) -> web.Response:
    user = await _user(request, "read", "read:accounts", "profile")
    context = context_of(request)
    account = await context.store.account(Target(account_id=user["account_id"]))
    return web.json_response(documents.account_entity(account or {}, context.site))


async def post_status(request: web.Request) -> web.Response:
    """Through Sidekiq to the streaming server, as in Mastodon: the row here, the event by DistributionWorker."""
    user = await _user(request, "write", "write:statuses")
    context = context_of(request)
    body: Mapping[str, Any] = await (request.json() if request.content_type == "application/json" else request.post())
    text = str(body.get("status", ""))
    if not text.strip():
        return web.json_response({"error": "Validation failed: Text can't be blank"}, status=422)
    status = await context.store.add_status(user["account_id"], html.escape(text))
    await jobs.push(context.queue, "DistributionWorker", status["id"])
    account = await context.store.account(Target(account_id=user["account_id"]))
    return web.json_response(documents.status_entity(status, account or {}, context.site))


async def public_timeline(request: web.Request) -> web.Response:
    await _check_open(request)
    return await _timeline(request, None)


async def home_timeline(request: web.Request) -> web.Response:
    """Read from the replica where there is one."""
    return await _timeline(request, (await _user(request, "read", "read:statuses"))["account_id"])


async def _timeline(request: web.Request, home_of: int | None) -> web.Response:
    context = context_of(request)
    entities = []
    for status in await context.store.timeline(home_of=home_of):
        account = await context.store.account(Target(account_id=status["account_id"]))
        if account:
            entities.append(documents.status_entity(status, account, context.site))
    return web.json_response(entities)


async def post_media(request: web.Request) -> web.Response:
    """Both styles really go to the storage; nothing is transcoded."""
    user = await _user(request, "write", "write:media")
    context = context_of(request)
    part = await _file_part(request)
    content_type = part.headers.get("Content-Type") or mimetypes.guess_type(part.filename or "")[0] or ""
    kind = content_type.partition("/")[0]
    if kind not in ("image", "video", "audio"):
        return web.json_response({"error": "Validation failed: File content type is invalid"}, status=422)
    with tempfile.NamedTemporaryFile() as upload:  # needs a writable /tmp (mastodon.md 3.2)
        size = 0
        while chunk := await part.read_chunk(1 << 16):
            size += len(chunk)
            upload.write(chunk)
        upload.flush()
        limit = instance.IMAGE_LIMIT if kind == "image" else instance.VIDEO_LIMIT
        if size > limit:
            return web.json_response(
                {"error": f"Validation failed: File must be less than {limit >> 20} MB"}, status=422
            )
        filename = secrets.token_hex(8) + (mimetypes.guess_extension(content_type) or "")
        media_id = await context.store.add_media(user["account_id"], filename, content_type, size)
        for style in _STYLES:
            await asyncio.to_thread(
                context.storage.put, key_of(media_id, style, filename), Path(upload.name), content_type
            )
    original, small = (_public_url(context, key_of(media_id, style, filename)) for style in _STYLES)
    return web.json_response(
        {"id": str(media_id), "type": kind, "url": original, "preview_url": small, "remote_url": None}
    )


async def delete_media(request: web.Request) -> web.Response:
    user = await _user(request, "write", "write:media")
    context, media_id = context_of(request), int(request.match_info["id"])
    filename = await context.store.remove_media(media_id, user["account_id"])
    if filename is None:
        raise web.HTTPNotFound
    for style in _STYLES:
        await asyncio.to_thread(context.storage.delete, key_of(media_id, style, filename))
    return web.json_response({})


async def _file_part(request: web.Request) -> aiohttp.BodyPartReader:
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if isinstance(part, aiohttp.BodyPartReader) and part.name == "file":
                return part
    raise _error(422, "Validation failed: File can't be blank")


def _public_url(context: Context, key: str) -> str:
    url = context.storage.url(key)
    return f"{policy.assets_host(context.env, context.site)}{url}" if url.startswith("/") else url


async def _check_open(request: web.Request) -> None:
    """DISALLOW_UNAUTHENTICATED_API_ACCESS and LIMITED_FEDERATION_MODE (mastodon.md 5.1)."""
    if context_of(request).site.closed_api and not await _token(request):
        raise _error(401, "This method requires an authenticated user")


async def _token(request: web.Request) -> Mapping[str, Any] | None:
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ") if header else request.query.get("access_token", "")
    return await context_of(request).store.token(token) if token else None


async def _user(request: web.Request, *scopes: str) -> Mapping[str, Any]:
    """doorkeeper_authorize!, then require_user! (mastodon: app/controllers/api/base_controller.rb)."""
    user = await _token(request)
    if not user:
        raise _error(401, "The access token is invalid")
    if not set(user["scopes"].split()) & set(scopes):
        raise _error(403, "This action is outside the authorized scopes")
    if not user["confirmed_at"]:
        raise _error(403, "Your login is missing a confirmed e-mail address")
    if not user["approved"]:
        raise _error(403, "Your login is currently pending approval")
    if user["disabled"]:
        raise _error(403, "Your login is currently disabled")
    return user


def _error(status: int, text: str) -> web.HTTPException:
    kinds = {401: web.HTTPUnauthorized, 403: web.HTTPForbidden, 422: web.HTTPUnprocessableEntity}
    return kinds[status](text=text)


ROUTES = [
    web.get("/api/v1/instance", instance_v1),
    web.get("/api/v2/instance", instance_v2),
    web.get("/api/v1/accounts/lookup", lookup),
    web.get("/api/v1/accounts/verify_credentials", verify_credentials),
    web.get("/api/v1/timelines/public", public_timeline),
    web.get("/api/v1/timelines/home", home_timeline),
    web.post("/api/v1/statuses", post_status),
    web.post("/api/v2/media", post_media),
    web.post("/api/v1/media", post_media),
    web.delete("/api/v1/media/{id:[0-9]+}", delete_media),
]
