"""A server's database connections, as ActiveRecord and node-postgres keep them.

Opened when first needed, so that a process starts without its database (mastodon.md 3.3); who asks for one gets the
server's own error at once; a connection that died is replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

CHECKOUT_SECONDS = 5  # ActiveRecord's checkout_timeout

Connection = psycopg.AsyncConnection[Any]


class PoolExhaustedError(psycopg.Error):
    """All connections are in use."""


class Pool:
    def __init__(self, size: int, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters
        self._free = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._used = 0
        self._waiting = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        await self._acquire()
        try:
            connection = await self._checked_idle() or await psycopg.AsyncConnection.connect(**self._parameters)
            self._used += 1
            try:
                yield connection
            finally:
                self._used -= 1
                await self._give_back(connection)
        finally:
            self._free.release()

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().close()

    def statistics(self) -> dict[str, int]:
        return {"total": self._used + len(self._idle), "idle": len(self._idle), "waiting": self._waiting}

    async def _acquire(self) -> None:
        self._waiting += 1
        try:
            await asyncio.wait_for(self._free.acquire(), CHECKOUT_SECONDS)
        except TimeoutError:
            raise PoolExhaustedError(
                f"could not obtain a connection from the pool within {CHECKOUT_SECONDS} s"
            ) from None
        finally:
            self._waiting -= 1

    async def _checked_idle(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            try:
                await connection.execute("", prepare=False)
            except psycopg.OperationalError:
                await connection.close()
            else:
                return connection
        return None

    async def _give_back(self, connection: Connection) -> None:
        if not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE:
            self._idle.append(connection)
        else:
            await connection.close()
