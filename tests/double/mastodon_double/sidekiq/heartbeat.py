"""What a Sidekiq process tells of itself in Redis, and its title (sidekiq: lib/sidekiq/launcher.rb)."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from ..release import Release
from .options import Options

BEAT_SECONDS = 10
_LIFETIME = 60


@dataclass
class State:
    """Shared by everything in the process."""

    busy: dict[str, dict[str, Any]] = field(default_factory=dict)  # thread -> the job in it
    quiet: bool = False
    stopping: bool = False


class Heartbeat:
    def __init__(self, release: Release, options: Options, client: Any, state: State) -> None:
        self._release = release
        self._options = options
        self._client = client
        self._state = state
        self._started = time.time()
        self.identity = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(6)}"

    def title(self) -> str:
        """Begins with "sidekiq 8" (mastodon.md 3.3)."""
        suffix = " stopping" if self._state.quiet or self._state.stopping else ""
        busy = f"[{len(self._state.busy)} of {self._options.concurrency} busy]"
        return f"sidekiq {self._release.sidekiq} mastodon {busy}{suffix} (mastodon-double)"

    async def beat(self) -> None:
        import setproctitle

        setproctitle.setproctitle(self.title())
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.sadd("processes", self.identity)
            pipe.hset(self.identity, mapping=self._fields())
            pipe.expire(self.identity, _LIFETIME)
            pipe.delete(f"{self.identity}:work")
            if self._state.busy:
                work = {thread: json.dumps(job) for thread, job in self._state.busy.items()}
                pipe.hset(f"{self.identity}:work", mapping=work)
                pipe.expire(f"{self.identity}:work", _LIFETIME)
            await pipe.execute()

    async def clear(self) -> None:
        await self._client.srem("processes", self.identity)
        await self._client.delete(self.identity, f"{self.identity}:work")

    def _fields(self) -> dict[str, str | int | float]:
        weights = {name: self._options.queues.count(name) for name in self._options.names}
        info = {
            "hostname": socket.gethostname(),
            "started_at": self._started,
            "pid": os.getpid(),
            "tag": "mastodon",
            "concurrency": self._options.concurrency,
            "queues": self._options.names,
            "weights": [weights],
            "labels": ["mastodon-double"],
            "identity": self.identity,
            "version": self._release.sidekiq,
            "embedded": False,
        }
        return {
            "info": json.dumps(info),
            "busy": len(self._state.busy),
            "beat": time.time(),
            "quiet": "true" if self._state.quiet else "false",
            "rss": 0,
            "rtt_us": 0,
        }
