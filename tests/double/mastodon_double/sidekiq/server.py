"""The Sidekiq process: `bundle exec sidekiq -c N -q name,weight …` (mastodon.md 3.1, 3.6)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import redis.exceptions

from .. import jobs
from ..boot import check_rails
from ..connections import pool, redis_client
from ..database import rails_settings
from ..exporter import serve_sidekiq
from ..process import ROOT, start
from ..redis_settings import rails_redis
from ..release import Release
from ..site import site_from
from .heartbeat import BEAT_SECONDS, Heartbeat, State
from .options import OptionError, Options, parse
from .schedule import Clock
from .work import Workers

FETCH_SECONDS = 2  # a BRPOP's timeout
_RETRY_DELAY = 15  # Sidekiq's first retry: 15 s and some
_POLL_SECONDS = 5
_FLOOR = (7, 0, 0)


def ready_path(env: Mapping[str, str]) -> Path | None:
    name = env.get("MASTODON_SIDEKIQ_READY_FILENAME")
    return ROOT / "tmp" / name if name is not None else None


def check_redis(info: Mapping[str, Any]) -> str | None:
    """What is wrong with this Redis for Sidekiq (mastodon.md 2): refuses below 7.0.0."""
    version = tuple(int(part) for part in re.findall(r"\d+", info.get("redis_version", "0"))[:3])
    if version < _FLOOR:
        return f"You are connecting to Redis {info.get('redis_version')}, Sidekiq requires Redis 7.0.0 or greater"
    return None


class Sidekiq:
    """N workers on one event loop, a heartbeat, a poller of retries, and the scheduler where its queue is served."""

    def __init__(self, release: Release, options: Options, env: Mapping[str, str]) -> None:
        self._options = options
        self._env = env
        self._state = State()
        self._redis = redis_client(rails_redis(env, "SIDEKIQ_"))
        self._base = redis_client(rails_redis(env))
        self._pool = pool(rails_settings(env, options.concurrency))
        self._workers = Workers(release, site_from(env), self._pool, self._base)
        self._heartbeat = Heartbeat(release, options, self._redis, self._state)
        self._stop = asyncio.Event()

    async def run(self) -> None:
        await self._check_redis()
        self._handle_signals()
        await serve_sidekiq(self._env, self._redis, self._options, self._state)
        ready = ready_path(self._env)
        if ready:
            ready.touch()  # on a read-only tmp/ the process ends here, as Sidekiq does
        log(f"Running, queues {', '.join(self._options.names)}, concurrency {self._options.concurrency}")
        fetchers = [asyncio.create_task(self._work(f"{number:x}")) for number in range(self._options.concurrency)]
        others = [asyncio.create_task(each) for each in (self._beat(), self._poll())]
        if "scheduler" in self._options.names:  # schedules are enqueued only by processes that listen to it
            others.append(asyncio.create_task(self._schedule()))
        await self._stop.wait()
        if ready:
            ready.unlink(missing_ok=True)
        await self._finish(fetchers)
        for task in others:
            task.cancel()
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            await self._heartbeat.clear()
        log("Bye!")

    async def _check_redis(self) -> None:
        info = await self._redis.info()
        wrong = check_redis(info)
        if wrong:
            sys.exit(wrong)
        policy = info.get("maxmemory_policy")
        if policy != "noeviction":
            log(f"WARNING: Your Redis instance will evict Sidekiq data under heavy load: {policy}, not noeviction")

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._terminate)
        loop.add_signal_handler(signal.SIGTSTP, self._quiet)

    def _quiet(self) -> None:
        log("Got TSTP, no more jobs are fetched")
        self._state.quiet = True

    def _terminate(self) -> None:
        log(f"Shutting down, waiting up to {self._options.timeout} s for {len(self._state.busy)} jobs")
        self._state.quiet = self._state.stopping = True
        self._stop.set()

    async def _finish(self, fetchers: list[asyncio.Task[None]]) -> None:
        """TERM waits for jobs; what still runs after the timeout goes back to its queue (lib/sidekiq/manager.rb)."""
        await asyncio.wait(fetchers, timeout=self._options.timeout)
        for job in list(self._state.busy.values()):
            await self._redis.rpush(f"queue:{job['queue']}", job["payload"])
            log(f"Pushed job {job['jid']} back to queue:{job['queue']}")
        for task in fetchers:
            task.cancel()

    async def _work(self, thread: str) -> None:
        while not self._state.quiet:
            try:
                fetched = await self._redis.brpop(self._options.fetch_order(), timeout=FETCH_SECONDS)
            except (redis.exceptions.RedisError, OSError) as error:
                log(f"Error fetching job: {type(error).__name__}: {error}")
                await asyncio.sleep(1)
                continue
            if not fetched:
                continue
            key, payload = fetched
            if self._state.quiet:  # it was fetched while the process was told to stop
                await self._redis.rpush(key, payload)
                return
            await self._process(thread, payload)

    async def _process(self, thread: str, payload: str) -> None:
        job = json.loads(payload)
        self._state.busy[thread] = {
            "queue": job["queue"],
            "payload": payload,
            "jid": job["jid"],
            "run_at": int(time.time()),
        }
        started = time.monotonic()
        try:
            await self._workers.perform(job)
        except Exception as error:
            log(f"{job['class']} {job['jid']} failed: {type(error).__name__}: {error}")
            await self._retry(job, error)
        else:
            log(f"{job['class']} {job['jid']} done in {time.monotonic() - started:.3f} s")
        finally:
            del self._state.busy[thread]
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            await self._redis.incr("stat:processed")

    async def _retry(self, job: dict[str, Any], error: Exception) -> None:
        job |= {
            "error_message": str(error),
            "error_class": type(error).__name__,
            "retry_count": job.get("retry_count", -1) + 1,
        }
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            await self._redis.incr("stat:failed")
            await self._redis.zadd("retry", {json.dumps(job): time.time() + _RETRY_DELAY + job["retry_count"] ** 4})

    async def _beat(self) -> None:
        while True:
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                await self._heartbeat.beat()
            await asyncio.sleep(BEAT_SECONDS)

    async def _poll(self) -> None:
        """Jobs of the sets `retry` and `schedule` go back to their queues when their time has come."""
        while True:
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                for name in ("retry", "schedule"):
                    for member in await self._redis.zrange(name, "-inf", time.time(), byscore=True):
                        if await self._redis.zrem(name, member):
                            job = json.loads(member)
                            await self._redis.lpush(f"queue:{job['queue']}", member)
            await asyncio.sleep(_POLL_SECONDS)

    async def _schedule(self) -> None:
        """Two such processes enqueue everything twice, as Mastodon's do (mastodon.md 3.6)."""
        clock = Clock()
        while True:
            for schedule in clock.due(datetime.now(UTC)):
                with contextlib.suppress(redis.exceptions.RedisError, OSError):
                    await jobs.push(self._redis, f"Scheduler::{schedule.worker}", queue="scheduler")
                    await self._redis.hset("sidekiq-scheduler:last_times", schedule.name, str(datetime.now(UTC)))
            await asyncio.sleep(0.5)


def log(message: str) -> None:
    print(f"[mastodon-double] sidekiq pid={os.getpid()} {message}", flush=True)


async def _run(release: Release, options: Options) -> None:
    await Sidekiq(release, options, os.environ).run()


def main(arguments: Sequence[str]) -> None:
    release = start("sidekiq", check_rails)
    try:
        options = parse(arguments, os.environ)
        asyncio.run(_run(release, options))
    except (OptionError, ValueError, redis.exceptions.RedisError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
