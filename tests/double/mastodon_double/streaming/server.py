"""The streaming process: `node ./streaming/index.js` (mastodon.md 3.1, 3.3, 3.7)."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import re
import signal
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from aiohttp import web

from ..boot import SEPARATOR, BootRefusedError
from ..connections import pool, redis_client
from ..database import forget_libpq, node_integer, streaming_settings
from ..process import start
from ..redis_settings import streaming_redis
from ..release import Release
from .channels import AuthenticationError, RequestError, check_scopes, name_from_path
from .hub import Hub
from .metrics import Metrics
from .sessions import Client, WebSocketSession, event_source

_LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")  # pino's
_PRESETS = ("loopback", "linklocal", "uniquelocal")  # names that Express knows for "trust proxy"
_TOKEN = (  # the query of streaming/index.js, accountFromToken
    "SELECT oauth_access_tokens.id, users.account_id, oauth_access_tokens.scopes FROM oauth_access_tokens"
    " INNER JOIN users ON oauth_access_tokens.resource_owner_id = users.id"
    " INNER JOIN accounts ON accounts.id = users.account_id"
    " WHERE oauth_access_tokens.token = %s AND oauth_access_tokens.revoked_at IS NULL"
    " AND users.disabled IS FALSE AND accounts.suspended_at IS NULL LIMIT 1"
)


def check(env: Mapping[str, str]) -> None:
    """What stops the Node process before it listens."""
    try:
        streaming_settings(env)
        streaming_redis(env)
        node_integer(env, "PORT", 4000)
    except ValueError as error:
        raise BootRefusedError(f"Error: {error}") from None
    for token in SEPARATOR.split(env.get("TRUSTED_PROXY_IP", "")):
        if token and token not in _PRESETS:
            try:
                ipaddress.ip_network(token, strict=False)
            except ValueError:
                raise BootRefusedError(f"TypeError: invalid IP address: {token}") from None


class Streaming:
    """The server: health answers with nothing behind it, everything else needs a token."""

    def __init__(self, release: Release, env: Mapping[str, str]) -> None:
        self.release = release
        level = env.get("LOG_LEVEL", "")
        self._level = _LEVELS.index(level) if level in _LEVELS else _LEVELS.index("info")
        self._pool = pool(streaming_settings(env))
        self._metrics = Metrics()
        self._redis = redis_client(streaming_redis(env))
        self._hub = Hub(self._redis, self._metrics, self.log)

    def log(self, level: str, message: str, **fields: Any) -> None:
        if _LEVELS.index(level) >= self._level:
            line = {"level": level, "time": int(time.time() * 1000), "name": "streaming", **fields, "msg": message}
            print(json.dumps({**line, "double": "mastodon-double"}), flush=True)

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._errors])
        app.router.add_get("/api/v1/streaming/health", self._health)
        app.router.add_get("/metrics", self._show_metrics)
        app.router.add_get("/{path:.*}", self._stream)
        app.on_response_prepare.append(self._stamp)
        app.on_startup.append(self._open)
        return app

    async def _open(self, _app: web.Application) -> None:
        self._runner = asyncio.create_task(self._hub.run())

    async def _stamp(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers["X-Mastodon-Double"] = f"streaming; version={self.release}"
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["X-Request-Id"] = str(uuid.uuid4())
        self.log("info", "request completed", path=request.path, status=response.status)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.Response(text="OK", headers={"Cache-Control": "private, no-store"})

    async def _show_metrics(self, _request: web.Request) -> web.Response:
        text = self._metrics.render(self._pool.statistics())
        return web.Response(text=text, headers={"Cache-Control": "private, no-store"})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._web_socket(request)
        name = name_from_path(request.path, request.query)
        if not name:
            raise RequestError("Unknown channel requested")
        client = await self._client(request)
        check_scopes(name, client.scopes)
        return await event_source(request, client, name, self._hub, self._metrics)

    async def _web_socket(self, request: web.Request) -> web.StreamResponse:
        """A refused upgrade has no body and says why in a header."""
        try:
            client = await self._client(request)
        except (AuthenticationError, psycopg.Error) as error:
            message = str(error) if isinstance(error, AuthenticationError) else "An unexpected error occurred"
            self.log("error", f"{type(error).__name__}: {error}")
            headers = {"X-Error-Message": message, "Connection": "close"}
            return web.Response(status=getattr(error, "status", 500), headers=headers, content_type="text/plain")
        protocol = request.headers.get("Sec-WebSocket-Protocol")
        socket = web.WebSocketResponse(autoping=False, protocols=[protocol.split(",")[0].strip()] if protocol else [])
        await socket.prepare(request)
        await WebSocketSession(socket, client, self._hub, self._metrics).run(dict(request.query))
        return socket

    async def _client(self, request: web.Request) -> Client:
        """Authorization, access_token or Sec-WebSocket-Protocol; without a token not even public streams."""
        authorization = request.headers.get("Authorization")
        token = request.query.get("access_token") or request.headers.get("Sec-WebSocket-Protocol")
        if authorization:
            token = re.sub(r"^Bearer ", "", authorization)
        if not token:
            raise AuthenticationError("Missing access token")
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_TOKEN, (token,))).fetchone()
        if not row:
            raise AuthenticationError("Invalid access token")
        return Client(row["id"], row["account_id"], tuple(row["scopes"].split()))

    @web.middleware
    async def _errors(self, request: web.Request, handler: Any) -> web.StreamResponse:
        try:
            return await handler(request)
        except (RequestError, AuthenticationError) as error:
            self.log("error", str(error))
            return web.json_response({"error": str(error)}, status=error.status)
        except psycopg.Error as error:
            self.log("error", f"{type(error).__name__}: {error}")
            return web.json_response({"error": "An unexpected error occurred"}, status=500)


def main() -> None:
    release = start("streaming", check)
    forget_libpq(os.environ)
    env = dict(os.environ)
    server = Streaming(release, env)
    for number in (signal.SIGTERM, signal.SIGINT):  # exits at once and drops the sockets
        signal.signal(number, lambda *_: os._exit(0))
    bind, port, socket = env.get("BIND", "127.0.0.1").strip("[]"), node_integer(env, "PORT", 4000), env.get("SOCKET")

    def listening(_banner: str) -> None:
        if socket:
            Path(socket).chmod(0o666)
        server.log("info", f"Streaming API now listening on {socket or f'{bind}:{port}'}")

    address: dict[str, Any] = {"path": socket} if socket else {"host": bind, "port": port}
    try:
        web.run_app(server.application(), **address, print=listening, access_log=None, handle_signals=False)
    except OSError as error:
        sys.exit(f"Error: {error}")
