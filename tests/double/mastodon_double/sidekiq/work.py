"""What the jobs do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from .. import documents
from ..release import Release
from ..site import Site
from ..web.store import account_columns


class UnknownWorkerError(Exception):
    """NameError: uninitialized constant."""


class Workers:
    """Each job touches the database, so that a wrong DB_* of Sidekiq shows as failing jobs."""

    def __init__(self, release: Release, site: Site, pool: Any, base: Any) -> None:
        self._columns = account_columns(release)
        self._site = site
        self._pool = pool
        self._base = base  # the Redis of timelines and of the streaming server

    async def perform(self, job: dict[str, Any]) -> None:
        worker, arguments = job["class"], job["args"]
        if worker == "DoubleSleepWorker":
            await asyncio.sleep(float(arguments[0]))
        elif worker == "DistributionWorker":
            await self._distribute(arguments[0])
        elif worker.startswith("Scheduler::") or worker.endswith(("Worker", "DeliveryJob")):
            async with self._pool.connection() as connection:
                await connection.execute("SELECT count(*) FROM accounts")
        else:
            raise UnknownWorkerError(f"NameError: uninitialized constant {worker}")

    async def _distribute(self, status_id: int) -> None:
        """To the channels that FanOutOnWriteService writes for a public local post."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                f"SELECT statuses.id AS status_id, statuses.text, statuses.created_at AS posted_at, {self._columns}"
                " FROM statuses JOIN accounts ON accounts.id = statuses.account_id WHERE statuses.id = %s",
                (status_id,),
            )
            row = await cursor.fetchone()
        if not row:
            return
        status = {"id": row["status_id"], "text": row["text"], "created_at": row["posted_at"]}
        entity = json.dumps(documents.status_entity(status, row, self._site))
        event = json.dumps({"event": "update", "payload": entity})
        for channel in (f"timeline:{row['id']}", "timeline:public", "timeline:public:local"):
            await self._base.publish(channel, event)
