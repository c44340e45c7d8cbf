"""What happens to a request before and after it is handled, in the order of Mastodon's middleware stack."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Awaitable, Callable

import psycopg
from aiohttp import web

from .context import context_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# mastodon: config/initializers/cors.rb
_CORS = (
    (re.compile(r"/\.well-known/.*"), "GET"),
    (re.compile(r"/nodeinfo/.*"), "GET"),
    (re.compile(r"/@[^/.]+"), "GET"),
    (re.compile(r"/users/[^/.]+"), "GET"),
    (re.compile(r"/api/.*"), "POST, PUT, DELETE, GET, PATCH, OPTIONS"),
    (re.compile(r"/oauth/(token|revoke)"), "POST"),
)


def cors_methods(path: str) -> str | None:
    return next((methods for pattern, methods in _CORS if pattern.fullmatch(path)), None)


@web.middleware
async def log(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line a request, health checks excepted (mastodon: config.silence_healthcheck_path)."""
    started = time.monotonic()
    response = await handler(request)
    if request.path != "/health":
        outcome = f"status={response.status} duration={(time.monotonic() - started) * 1000:.2f}"
        print(
            f"[mastodon-double] method={request.method} path={request.path} {outcome} host={request.host}", flush=True
        )
    return response


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """rack-cors answers only requests with an Origin, but always varies by it (federation.md C13)."""
    methods = cors_methods(request.path)
    origin = request.headers.get("Origin")
    if methods and origin and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response: web.StreamResponse = web.Response()
        response.headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "")
    else:
        response = await handler(request)
    if methods:
        vary = [name.strip() for name in response.headers.get("Vary", "").split(",") if name.strip()]
        response.headers["Vary"] = ", ".join(dict.fromkeys([*vary, "Origin"]))
        if origin:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Allow-Methods"] = methods
            response.headers["Access-Control-Max-Age"] = "7200"
    return response


@web.middleware
async def hosts(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A foreign Host is refused, /health excepted (mastodon.md 3.4)."""
    site = context_of(request).site
    forwarded = request.headers.get("X-Forwarded-Host", "").split(",")[-1].strip()
    if request.path != "/health" and not (
        site.allows_host(request.host) and (not forwarded or site.allows_host(forwarded))
    ):
        return web.Response(status=403, content_type="text/html")
    return await handler(request)


@web.middleware
async def https(request: web.Request, handler: Handler) -> web.StreamResponse:
    """force_ssl: 301 without X-Forwarded-Proto: https, except /health and *.onion / *.i2p (mastodon.md 3.4)."""
    name = re.sub(r":\d+$", "", request.headers.get("X-Forwarded-Host", request.host).split(",")[-1].strip())
    proto = request.headers.get("X-Forwarded-Proto", "").split(",")[-1].strip()
    if proto == "https" or request.headers.get("X-Forwarded-Ssl") == "on":
        response = await handler(request)
        response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return response
    if request.path.startswith("/health") or name.endswith((".onion", ".i2p")):
        return await handler(request)
    status = 301 if request.method in ("GET", "HEAD") else 307
    return web.Response(
        status=status, headers={"Location": f"https://{name}{request.path_qs}"}, content_type="text/html"
    )


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """404 for no route, 500 for everything unforeseen, a database out of reach included."""
    api = request.path.startswith("/api/")
    try:
        return await handler(request)
    except web.HTTPException as error:
        status = 404 if error.status == 405 else error.status
        if status < 400:
            raise
        message = error.text if error.text and api and status not in (404, 405) else "Record not found"
    except psycopg.Error as error:
        print(f"[mastodon-double] {type(error).__name__}: {error}", flush=True)
        status, message = 500, "mastodon-double: the database did not answer"
    except Exception:
        traceback.print_exc()
        status, message = 500, "mastodon-double: internal error"
    if api:
        return web.json_response({"error": message}, status=status)
    return web.Response(
        status=status, text=f"<!doctype html><title>mastodon-double</title>{status}\n", content_type="text/html"
    )


async def stamp(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer, the one that tells the double from the original among them."""
    response.headers["Server"] = "Mastodon-Double"
    response.headers["X-Mastodon-Double"] = f"web; version={context_of(request).release}"
    for name, value in (
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-XSS-Protection", "0"),
        ("Referrer-Policy", "same-origin"),
    ):
        response.headers.setdefault(name, value)


STACK = (log, cors, hosts, https, errors)
