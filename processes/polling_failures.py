"""Failures of polling a bot: the reason, since when, and the backoff until the next try."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from domain.vocabulary import PollingTrouble
from processes.channels.base import Account, ChannelError, ErrorClass
from processes.channels.telegram import PollingConflict
from projections.engine.projection import Pool

PAUSE_SECONDS: Final = (3.0, 60.0)
"""The pause after the first failure, doubled with each further one, and the longest."""

REFUSED_PAUSE_SECONDS: Final = (10.0, 900.0)
"""The same for a token that Telegram does not accept: only a person can mend that."""

ASKED: Final = "polling"
"""PostgreSQL notifies this channel when somebody wants bots that pause after a failure to be asked now."""

_logger = logging.getLogger(__name__)

_SENTENCES: Final = {
    PollingTrouble.OTHER_POLLER: (
        "Another program takes this bot's messages. Stop it, or connect a bot that only Clonnect uses."
    ),
    PollingTrouble.WEBHOOK_SET: (
        "A webhook is set for this bot, so that its messages go elsewhere. Connect the bot once more to take it off."
    ),
    PollingTrouble.TOKEN_REFUSED: "Telegram does not accept the token any more: connect the bot with its present one.",
    PollingTrouble.UNREACHABLE: "Telegram cannot be reached, or does not answer as it should: it is asked again.",
    PollingTrouble.FAILED: "This bot's messages could not be fetched; the log says why. It is tried again.",
}


@dataclass(frozen=True)
class Standstill:
    """What stands in the way of polling a bot; `since` is when that began, whatever the reason was then."""

    reason: PollingTrouble
    since: datetime
    next_try_at: datetime

    @property
    def sentence(self) -> str:
        """What a creator is told, and what they can do about it."""
        return _SENTENCES[self.reason]


@dataclass(frozen=True)
class PollingState(Standstill):
    """The same with the bot that it is about, and how often it was tried in vain."""

    channel: str
    account_id: str
    creator_id: str
    tries: int


async def polling_states(conn: AsyncConnection[DictRow]) -> list[PollingState]:
    """Every connected bot of the installation whose messages do not come in, the longest silent first."""
    cursor = await conn.execute(
        """SELECT channel, account_id, creator_id, reason, since, tries, next_try_at
             FROM app.polling_troubles JOIN app.channels USING (channel, account_id)
            ORDER BY since, channel, account_id"""
    )
    return [PollingState(**row | {"reason": PollingTrouble(row["reason"])}) for row in await cursor.fetchall()]


async def ask_now(pool: Pool) -> None:
    """Have every poller of the installation end its pause."""
    async with pool.connection() as conn:
        await conn.execute("SELECT pg_notify(%s, '')", (ASKED,))


async def forget_troubles(pool: Pool) -> None:
    """Nobody polls any more: what stood in the way of it is no trouble."""
    async with pool.connection() as conn:
        await conn.execute("DELETE FROM app.polling_troubles")


def trouble_of(error: ChannelError) -> PollingTrouble:
    """What a refused or failed `getUpdates` means."""
    if isinstance(error, PollingConflict):
        return PollingTrouble.WEBHOOK_SET if error.by_webhook else PollingTrouble.OTHER_POLLER
    return PollingTrouble.TOKEN_REFUSED if error.error_class is ErrorClass.CHANNEL_DOWN else PollingTrouble.UNREACHABLE


def pause_after(trouble: PollingTrouble, tries: int) -> float:
    """Seconds until the next try, after so many failed ones."""
    first, longest = REFUSED_PAUSE_SECONDS if trouble is PollingTrouble.TOKEN_REFUSED else PAUSE_SECONDS
    return float(min(first * 2 ** min(tries - 1, 16), longest))


class Troubles:
    """What stands in the way of polling one bot; kept where every program sees it, and logged once per change."""

    def __init__(self, pool: Pool, account: Account) -> None:
        self._pool = pool
        self._account = account
        self._present: PollingTrouble | None = None
        self._tries = 0

    @property
    def ends_at_once(self) -> bool:
        """Whether one answer shows that the trouble is over; a conflict comes again while a poll waits."""
        return self._present in (PollingTrouble.TOKEN_REFUSED, PollingTrouble.UNREACHABLE, PollingTrouble.FAILED)

    async def take_over(self) -> None:
        """Go on where the program stood that polled this bot before."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT reason, tries FROM app.polling_troubles WHERE channel = %s AND account_id = %s", self._key
            )
            row = await cursor.fetchone()
        if row is not None:
            self._present, self._tries = PollingTrouble(row["reason"]), int(row["tries"])

    async def met(self, trouble: PollingTrouble, at_least: float = 0.0) -> float:
        """Keep that a try has failed; answers for how many seconds to pause, `at_least` as long as Telegram asks."""
        if trouble is not self._present:
            self._present, self._tries = trouble, 0
            _logger.error("bot_messages_stopped", extra={"account": self._account.account_id, "reason": trouble})
        self._tries += 1
        pause = max(pause_after(trouble, self._tries), at_least)
        async with self._pool.connection() as conn:
            await conn.execute(
                """INSERT INTO app.polling_troubles (channel, account_id, reason, since, tries, next_try_at)
                   VALUES (%s, %s, %s, now(), %s, now() + make_interval(secs => %s))
                   ON CONFLICT (channel, account_id) DO UPDATE
                      SET reason = EXCLUDED.reason, tries = EXCLUDED.tries, next_try_at = EXCLUDED.next_try_at""",
                (*self._key, trouble, self._tries, pause),
            )
        return pause

    async def over(self) -> None:
        """A try has succeeded."""
        if self._present is None:
            return
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM app.polling_troubles WHERE channel = %s AND account_id = %s", self._key)
        _logger.warning("bot_messages_resumed", extra={"account": self._account.account_id})
        self._present, self._tries = None, 0

    @property
    def _key(self) -> tuple[str, str]:
        return self._account.channel, self._account.account_id
