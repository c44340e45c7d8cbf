"""One Redis subscription shared by all clients, and the keys that tell Rails who listens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import redis.exceptions

from .metrics import Metrics

Listener = Callable[[dict[str, Any]], Awaitable[None]]

_HEARTBEAT = 6 * 60  # seconds; the key lives three times as long
_PAUSE = 1.0


class Hub:
    """Subscribes while somebody listens; survives a Redis that comes and goes, as ioredis does."""

    def __init__(self, client: Any, metrics: Metrics, log: Callable[..., None]) -> None:
        self._client = client
        self._pubsub = client.pubsub(ignore_subscribe_messages=True)
        self._metrics = metrics
        self._log = log
        self._listeners: dict[str, list[Listener]] = {}
        self._wanted = asyncio.Event()

    async def subscribe(self, channels: Sequence[str], listener: Listener) -> None:
        for channel in channels:
            self._listeners.setdefault(channel, []).append(listener)
        self._wanted.set()
        await self._guarded(self._pubsub.subscribe, *channels)
        self._metrics.subscriptions = len(self._listeners)

    async def unsubscribe(self, channels: Sequence[str], listener: Listener) -> None:
        unused = []
        for channel in channels:
            listeners = self._listeners.get(channel, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners and self._listeners.pop(channel, None) is not None:
                unused.append(channel)
        if unused:
            await self._guarded(self._pubsub.unsubscribe, *unused)
        self._metrics.subscriptions = len(self._listeners)

    async def tell_subscribed(self, channels: Sequence[str]) -> None:
        """Repeats until cancelled: feeds are only pushed to who is subscribed."""
        while True:
            for channel in channels:
                await self._guarded(self._client.set, f"subscribed:{channel}", "1", ex=_HEARTBEAT * 3)
            await asyncio.sleep(_HEARTBEAT)

    async def run(self) -> None:
        """Deliver what Redis publishes, for ever; whatever could not be subscribed is subscribed again."""
        while True:
            await self._wanted.wait()
            missing = [channel for channel in self._listeners if channel not in self._pubsub.channels]
            if missing:
                await self._guarded(self._pubsub.subscribe, *missing)
            try:
                message = await self._pubsub.get_message(timeout=_PAUSE)
            except (redis.exceptions.RedisError, OSError, RuntimeError) as error:
                self._log("error", f"Redis Client Error! {type(error).__name__}: {error}")
                await asyncio.sleep(_PAUSE)
                continue
            if message:
                self._metrics.received += 1
                await self._deliver(message["channel"], message["data"])

    async def _deliver(self, channel: str, data: str) -> None:
        try:
            event = json.loads(data)
        except ValueError:
            self._log("error", "Error parsing message from redis")
            return
        for listener in list(self._listeners.get(channel, [])):
            await listener(event)

    async def _guarded(self, call: Callable[..., Awaitable[Any]], *arguments: Any, **options: Any) -> None:
        try:
            await call(*arguments, **options)
        except (redis.exceptions.RedisError, OSError) as error:
            self._log("error", f"Redis Client Error! {type(error).__name__}: {error}")
