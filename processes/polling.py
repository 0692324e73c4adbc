"""Asks Telegram for new messages where it cannot call us: one poller per bot in all of the installation."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable

import psycopg

from processes.channels.base import Account, ChannelError, ChannelName
from processes.channels.telegram import PollingConflict, Telegram
from processes.connections import Connection, Connections
from processes.deliveries import Deliveries
from processes.leading import beating, leaders_session, take
from processes.outage import AWAY
from projections.projection import Pool

LOOK_SECONDS = 1.0
_logger = logging.getLogger(__name__)


class Polling:
    """Keeps a poller for every connected bot; updates are stored before the next ones are asked for."""

    def __init__(
        self,
        url: str,
        pool: Pool,
        telegram: Telegram,
        connections: Connections,
        deliveries: Deliveries,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url = url
        self._pool = pool
        self._telegram = telegram
        self._connections = connections
        self._deliveries = deliveries
        self._sleep = sleep

    async def run(self) -> None:
        """Poll until cancelled; bots that are connected or disconnected are noticed within seconds."""
        pollers: dict[Connection, asyncio.Task[None]] = {}
        try:
            while True:
                connected = await self._connected()
                if connected is not None:
                    for gone in pollers.keys() - set(connected):
                        await stopped(pollers.pop(gone))
                    for connection in connected:
                        if connection not in pollers or pollers[connection].done():
                            pollers[connection] = asyncio.create_task(self._poll(connection))
                await self._sleep(LOOK_SECONDS)
        finally:
            for poller in pollers.values():
                poller.cancel()
            await asyncio.gather(*pollers.values(), return_exceptions=True)

    async def _connected(self) -> list[Connection] | None:
        try:
            return await self._connections.all(ChannelName.TELEGRAM)
        except psycopg.Error as error:
            _logger.warning("polling waits for the database (%s)", type(error).__name__)
            return None

    async def _poll(self, connection: Connection) -> None:
        try:
            async with leaders_session(self._url) as conn:
                lease = await take(conn, f"polling/{connection.account.account_id}")
                if lease is not None:
                    async with beating(conn, lease):
                        await self._telegram.delete_webhook(connection.account)
                        while True:
                            await self._ask(connection)
        except PollingConflict:
            _logger.error("another program polls bot %s: this one stops", connection.account.account_id)
            await asyncio.Event().wait()
        except ChannelError as error:
            _logger.warning("polling bot %s: %s", connection.account.account_id, error.error_class)
            await self._sleep(error.retry_after.total_seconds() if error.retry_after else LOOK_SECONDS)
        except AWAY as error:
            _logger.warning("polling bot %s waits (%s)", connection.account.account_id, type(error).__name__)
            await self._sleep(LOOK_SECONDS)
        except Exception:
            _logger.exception("polling bot %s failed and begins again", connection.account.account_id)
            await self._sleep(LOOK_SECONDS)

    async def _ask(self, connection: Connection) -> None:
        account = connection.account
        updates = await self._telegram.updates(account, await self._offset(account))
        if updates and await self._connections.find(account.channel, account.account_id) != connection:
            return  # disconnected since: what was not stored is not confirmed, and is its next owner's
        for update in updates:
            raw = json.dumps(update).encode()
            await self._deliveries.store(
                ChannelName.TELEGRAM, account.account_id, connection.creator_id, raw, "telegram"
            )
            if isinstance(update_id := update.get("update_id"), int):
                await self._advance(account, update_id + 1)

    async def _offset(self, account: Account) -> int | None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT next_update FROM app.polling WHERE channel = %s AND account_id = %s",
                (account.channel, account.account_id),
            )
            row = await cursor.fetchone()
        return None if row is None else int(row["next_update"])

    async def _advance(self, account: Account, next_update: int) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                """INSERT INTO app.polling AS p (channel, account_id, next_update) VALUES (%s, %s, %s)
                   ON CONFLICT (channel, account_id)
                   DO UPDATE SET next_update = greatest(p.next_update, EXCLUDED.next_update)""",
                (account.channel, account.account_id, next_update),
            )


async def stopped(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it is gone."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
