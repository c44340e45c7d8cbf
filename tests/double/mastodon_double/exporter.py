"""Metrics of the Ruby processes (mastodon.md 5.10): in Sidekiq itself (LOCAL), or `bin/prometheus_exporter`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from .process import start

PORT = 9394


async def serve_sidekiq(env: Mapping[str, str], client: Any, options: Any, state: Any) -> None:
    """Only with both variables; per-queue latency only with DETAILED, as autoscaling needs it."""
    if (
        env.get("MASTODON_PROMETHEUS_EXPORTER_ENABLED") != "true"
        or env.get("MASTODON_PROMETHEUS_EXPORTER_LOCAL") != "true"
    ):
        return
    detailed = env.get("MASTODON_PROMETHEUS_EXPORTER_SIDEKIQ_DETAILED_METRICS") == "true"

    async def metrics(_request: web.Request) -> web.Response:
        lines = [
            f"sidekiq_process_busy {len(state.busy)}",
            f"sidekiq_process_concurrency {options.concurrency}",
        ]
        if detailed:
            lines += await _queues(client, options.names)
        return web.Response(text="\n".join(lines) + "\n")

    host = env.get("MASTODON_PROMETHEUS_EXPORTER_HOST", "localhost")
    await _listen(host, int(env.get("MASTODON_PROMETHEUS_EXPORTER_PORT", PORT)), metrics)


async def _queues(client: Any, names: Sequence[str]) -> list[str]:
    lines = []
    for name in names:
        oldest = await client.lindex(f"queue:{name}", -1)
        latency = time.time() - json.loads(oldest)["enqueued_at"] / 1000 if oldest else 0
        lines.append(f'sidekiq_queue_backlog{{queue="{name}"}} {await client.llen(f"queue:{name}")}')
        lines.append(f'sidekiq_queue_latency_seconds{{queue="{name}"}} {latency:.3f}')
    return lines


async def _listen(host: str, port: int, metrics: Any) -> None:
    app = web.Application()
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()


def main(arguments: Sequence[str]) -> None:
    """The sidecar: loads no application, so it checks nothing; clients push to it, and the double has none."""
    start("prometheus_exporter", lambda _env: None)
    options = dict(zip(arguments[::2], arguments[1::2], strict=False))
    host, port = (
        options.get("--bind", options.get("-b", "localhost")),
        int(options.get("--port", options.get("-p", PORT))),
    )

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(text=f"{options.get('--prefix', 'ruby_')}collector_working 1\n")

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/ping", lambda _request: web.Response(text="PONG"))
    app.router.add_post("/send-metrics", metrics)
    web.run_app(app, host=host, port=port, access_log=None, print=None)
