"""The two kinds of client: WebSocket and EventSource (mastodon: streaming/index.js)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from .channels import RequestError, channels, check_scopes, stream_of
from .hub import Hub, Listener
from .metrics import Metrics

PING_SECONDS = 30  # mastodon.md 3.7
THUMP_SECONDS = 15


@dataclass(frozen=True)
class Client:
    """Who asks: the owner of a token."""

    token_id: int
    account_id: int
    scopes: tuple[str, ...]

    @property
    def system_channels(self) -> list[str]:
        return [f"timeline:access_token:{self.token_id}", f"timeline:system:{self.account_id}"]


@dataclass
class WebSocketSession:
    """One socket with any number of streams on it."""

    socket: web.WebSocketResponse
    client: Client
    hub: Hub
    metrics: Metrics
    alive: bool = True
    streams: dict[str, tuple[str, list[str], Listener, asyncio.Task[None]]] = field(default_factory=dict)

    async def run(self, query: Mapping[str, str]) -> None:
        self.metrics.clients["websocket"] += 1
        pinger = asyncio.create_task(self._ping())
        await self.hub.subscribe(self.client.system_channels, self._system)
        try:
            if query.get("stream"):
                await self._subscribe(query["stream"], query)
            await self._read()
        finally:
            pinger.cancel()
            for key in list(self.streams):
                await self._unsubscribe(key)
            await self.hub.unsubscribe(self.client.system_channels, self._system)
            self.metrics.clients["websocket"] -= 1

    async def _read(self) -> None:
        async for message in self.socket:
            if message.type is WSMsgType.PONG:
                self.alive = True
            elif message.type is WSMsgType.PING:
                await self.socket.pong(message.data)
            elif message.type is WSMsgType.BINARY:
                await self.socket.close(
                    code=1003, message=b"The mastodon streaming server does not support binary messages"
                )
            elif message.type is WSMsgType.TEXT:
                await self._command(message.data)

    async def _command(self, text: str) -> None:
        with contextlib.suppress(ValueError, AttributeError):
            params = json.loads(text)
            name = params.get("stream") or ""
            name = name[0] if isinstance(name, list) else name
            if params.get("type") == "subscribe":
                await self._subscribe(name, params)
            elif params.get("type") == "unsubscribe":
                await self._unsubscribe(";".join(channels(name, self.client.account_id, self.client.scopes, params)))

    async def _subscribe(self, name: str, params: Mapping[str, str]) -> None:
        try:
            check_scopes(name, self.client.scopes)
            ids = channels(name, self.client.account_id, self.client.scopes, params)
        except Exception as error:
            await self.socket.send_json({"error": str(error), "status": getattr(error, "status", 500)})
            return
        key = ";".join(ids)
        if key in self.streams:
            return

        async def listener(event: dict[str, Any]) -> None:
            self.metrics.sent["websocket"] += 1
            await self.socket.send_json({"stream": stream_of(name, params), **rendered(event)})

        self.streams[key] = (name, ids, listener, asyncio.create_task(self.hub.tell_subscribed(ids)))
        self.metrics.channels["websocket", name] += 1
        await self.hub.subscribe(ids, listener)

    async def _unsubscribe(self, key: str) -> None:
        if key in self.streams:
            name, ids, listener, heartbeat = self.streams.pop(key)
            heartbeat.cancel()
            self.metrics.channels["websocket", name] -= 1
            await self.hub.unsubscribe(ids, listener)

    async def _ping(self) -> None:
        """Every 30 s; who did not answer the one before is cut off."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            if not self.alive:
                await self.socket.close()
                return
            self.alive = False
            await self.socket.ping()

    async def _system(self, event: dict[str, Any]) -> None:
        if event.get("event") == "kill":
            await self.socket.close()


async def event_source(
    request: web.Request, client: Client, name: str, hub: Hub, metrics: Metrics
) -> web.StreamResponse:
    """Server-sent events, with a comment every 15 s."""
    params = dict(request.query)
    ids = channels(name, client.account_id, client.scopes, params)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "private, no-store"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write(b":)\n")
    ended = asyncio.Event()

    async def listener(event: dict[str, Any]) -> None:
        message = rendered(event)
        metrics.sent["eventsource"] += 1
        await response.write(f"event: {message['event']}\ndata: {message['payload']}\n\n".encode())

    async def system(event: dict[str, Any]) -> None:
        if event.get("event") == "kill":
            ended.set()

    metrics.clients["eventsource"] += 1
    metrics.channels["eventsource", name] += 1
    heartbeat = asyncio.create_task(hub.tell_subscribed(ids))
    await hub.subscribe(client.system_channels, system)
    await hub.subscribe(ids, listener)
    try:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), THUMP_SECONDS)
            await response.write(b":thump\n\n")
    except ConnectionError:
        pass
    finally:
        heartbeat.cancel()
        await hub.unsubscribe(ids, listener)
        await hub.unsubscribe(client.system_channels, system)
        metrics.clients["eventsource"] -= 1
        metrics.channels["eventsource", name] -= 1
    return response


def rendered(event: Mapping[str, Any]) -> dict[str, Any]:
    """Payloads that are not text yet are sent as JSON text."""
    payload = event.get("payload", "")
    if not isinstance(event.get("event"), str):
        raise RequestError("Unknown event")
    return {"event": event["event"], "payload": payload if isinstance(payload, str) else json.dumps(payload)}
