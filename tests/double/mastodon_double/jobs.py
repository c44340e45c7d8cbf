"""Sidekiq's jobs as they lie in Redis: whoever pushes and whoever works must agree. Pure."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

# Where Mastodon's workers belong, of those the double has to do with (mastodon: app/workers)
QUEUES = {
    "ActionMailer::MailDeliveryJob": "mailers",
    "BootstrapTimelineWorker": "default",
    "DistributionWorker": "default",
    "TriggerWebhookWorker": "default",
    "DoubleSleepWorker": "default",  # the double's own: sleeps for its argument's seconds
}


def payload(worker: str, *arguments: Any, queue: str | None = None) -> tuple[str, str]:
    """Queue and JSON of a job, in the form of Sidekiq 8 (times in milliseconds)."""
    now = int(time.time() * 1000)
    queue = queue or QUEUES[worker]
    job = {
        "retry": True,
        "queue": queue,
        "class": worker,
        "args": list(arguments),
        "jid": secrets.token_hex(12),
        "created_at": now,
        "enqueued_at": now,
    }
    return queue, json.dumps(job)


async def push(client: Any, worker: str, *arguments: Any, queue: str | None = None) -> None:
    """Like Sidekiq's client: name the queue, then put the job at its tail."""
    name, job = payload(worker, *arguments, queue=queue)
    async with client.pipeline(transaction=True) as pipe:
        pipe.sadd("queues", name).lpush(f"queue:{name}", job)
        await pipe.execute()
