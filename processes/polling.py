"""Long polling of Telegram where it cannot call us: one poller per bot in all of the installation."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable

from domain.vocabulary import PollingTrouble
from processes.channel_accounts import Connection, Connections
from processes.channels.base import Account, ChannelError, ChannelName
from processes.channels.telegram import LONGEST_POLL, Telegram
from processes.deliveries import Deliveries
from processes.leader_election import beating, leaders_session, take
from processes.polling_failures import Troubles, trouble_of
from processes.transient_errors import TRANSIENT_ERRORS
from projections.engine.projection import Pool

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
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def asked(self, _payload: str | None) -> None:
        """Somebody wants bots that pause after a failure to be asked now; called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._asked.set()  # wakes those who wait
        self._asked.clear()

    async def _pause(self, seconds: float) -> None:
        """Until the time is over, or somebody asks."""
        waits = {asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._asked.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def run(self) -> None:
        """Poll until cancelled; bots that are connected or disconnected are noticed within seconds."""
        self._loop = asyncio.get_running_loop()
        pollers: dict[Connection, asyncio.Task[None]] = {}
        try:
            while True:
                try:
                    await self._follow(pollers)
                except TRANSIENT_ERRORS as error:
                    _logger.warning("polling_waits", extra={"error": type(error).__name__})
                except Exception:
                    _logger.exception("polling_failed")
                await self._sleep(LOOK_SECONDS)
        finally:
            for poller in pollers.values():
                poller.cancel()
            await asyncio.gather(*pollers.values(), return_exceptions=True)

    async def _follow(self, pollers: dict[Connection, asyncio.Task[None]]) -> None:
        connected = await self._connections.all(ChannelName.TELEGRAM)
        for gone in pollers.keys() - set(connected):
            await stopped(pollers.pop(gone))
        for connection in connected:
            if connection not in pollers:
                pollers[connection] = asyncio.create_task(self._poll(connection))

    async def _poll(self, connection: Connection) -> None:
        """Ask for the updates of one bot; whatever goes wrong is tried again, until this is cancelled."""
        account, troubles = connection.account, Troubles(self._pool, connection.account)
        while True:
            pause = LOOK_SECONDS
            try:
                async with leaders_session(self._url) as conn:
                    lease = await take(conn, f"polling/{account.account_id}")
                    if lease is not None:
                        await troubles.take_over()
                        async with beating(conn, lease):
                            await self._poll_alone(connection, troubles)
            except TRANSIENT_ERRORS as error:
                _logger.warning(
                    "bot_polling_waits", extra={"account": account.account_id, "error": type(error).__name__}
                )
            except Exception:
                _logger.exception("bot_polling_failed", extra={"account": account.account_id})
                with contextlib.suppress(*TRANSIENT_ERRORS):
                    pause = await troubles.met(PollingTrouble.FAILED)
            await self._pause(pause)

    async def _poll_alone(self, connection: Connection, troubles: Troubles) -> None:
        """The same as long as nothing but Telegram goes wrong, and no other program of ours has the lease."""
        ours = False
        while True:
            try:
                if not ours:
                    await self._telegram.delete_webhook(connection.account)
                    ours = True
                moved = await self._ask(connection, 0 if troubles.ends_at_once else LONGEST_POLL)
            except ChannelError as error:
                at_least = error.retry_after.total_seconds() if error.retry_after else 0.0
                await self._pause(await troubles.met(trouble_of(error), at_least))
            else:
                await troubles.over()
                if not moved:
                    await self._sleep(LOOK_SECONDS)

    async def _ask(self, connection: Connection, seconds: int) -> bool:
        """One poll of up to that many seconds. `False` if the next one may bring the same again, and has to wait."""
        account = connection.account
        offset = before = await self._offset(account)
        updates = await self._telegram.updates(account, offset, seconds)
        if updates and await self._connections.find(account.channel, account.account_id) != connection:
            return False  # disconnected since: what was not stored is not confirmed, and is its next owner's
        for update in updates:
            raw = json.dumps(update).encode()
            await self._deliveries.store(
                ChannelName.TELEGRAM, account.account_id, connection.creator_id, raw, "telegram"
            )
            if isinstance(update_id := update.get("update_id"), int):
                offset = update_id + 1
                await self._confirm_before(account, offset)
        return not updates or offset != before

    async def _offset(self, account: Account) -> int | None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT next_update FROM app.polling WHERE channel = %s AND account_id = %s",
                (account.channel, account.account_id),
            )
            row = await cursor.fetchone()
        return None if row is None else int(row["next_update"])

    async def _confirm_before(self, account: Account, next_update: int) -> None:
        """Keep which offset the next poll begins at, also when it is lower: Telegram numbers updates anew at times."""
        async with self._pool.connection() as conn:
            await conn.execute(
                """INSERT INTO app.polling (channel, account_id, next_update) VALUES (%s, %s, %s)
                   ON CONFLICT (channel, account_id) DO UPDATE SET next_update = EXCLUDED.next_update""",
                (account.channel, account.account_id, next_update),
            )


async def stopped(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it is gone."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
