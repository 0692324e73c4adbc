"""Setting up a creator's Telegram bot: its webhook or its polling, and its stored secrets."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from domain.errors import Conflict, FieldError, Invalid
from eventstore.sealing import Sealer
from eventstore.writer import Busy
from processes.channel_accounts import Connection, Connections, Statement, connecting, disconnecting
from processes.channels.base import Account, ChannelError, ChannelName, ErrorClass
from processes.channels.telegram import Bot, Telegram
from processes.leader_election import beating, leaders_session, take

WEBHOOK = "/webhook/telegram"
TURN_SECONDS = 10.0
LOOK_SECONDS = 0.1

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Introduced:
    """A bot that Telegram knows; `stored` keeps its secrets, where they are new, and `replaces` is who spoke before."""

    account_id: str
    name: str
    stored: Statement | None
    replaces: Account | None


class Bots:
    """The bots of the installation; Telegram posts their messages to `public_url`, or has to be asked for them."""

    def __init__(
        self,
        url: str,
        telegram: Telegram,
        connections: Connections,
        sealer: Sealer,
        public_url: str | None,
        polls: bool,
    ) -> None:
        self._url = url
        self._telegram = telegram
        self._connections = connections
        self._sealer = sealer
        self._webhook = None if public_url is None else f"{public_url}{WEBHOOK}"
        self._polls = polls

    @property
    def way_in(self) -> Literal["webhook", "polling"] | None:
        """How messages come in."""
        return "webhook" if self._webhook is not None else "polling" if self._polls else None

    @asynccontextmanager
    async def connecting(self, creator_id: str, token: str) -> AsyncIterator[Introduced]:
        """Ask Telegram whose token this is and have messages sent to us; what happens inside stores the connection.

        Raises `Invalid` for a token that is none, `Conflict` when the bot speaks for somebody else or Telegram does
        not take our address, and `ChannelError` when Telegram cannot say. Then, and when what happens inside fails,
        Telegram knows of us no more than before.
        """
        bot = await self._owner(token)
        account, name = Account(ChannelName.TELEGRAM, bot.bot_id, token), bot.username or bot.name
        async with self._alone(bot.bot_id):
            before = await self._connections.find(ChannelName.TELEGRAM, bot.bot_id)
            if before is not None and before.creator_id != creator_id:
                raise Conflict("This bot speaks for somebody else already.")
            speaks = await self._connections.of_creator(ChannelName.TELEGRAM, creator_id)
            # A bot that is known keeps its secret: there is no moment at which what Telegram sends is refused.
            secret = secrets.token_urlsafe(32) if before is None else before.secret
            await self._have_messages_sent(account, secret)
            wanted = Connection(account, creator_id, secret, name)
            try:
                yield Introduced(
                    bot.bot_id,
                    name,
                    None if before == wanted else self._storing(wanted),
                    None if speaks is None or speaks.account.account_id == bot.bot_id else speaks.account,
                )
            except BaseException:
                if (trouble := await self._let_go(account)) is not None:
                    _logger.warning("bot_not_connected", extra={"account": bot.bot_id, "reason": trouble})
                raise

    def _storing(self, wanted: Connection) -> Statement:
        account = wanted.account
        return connecting(
            self._sealer,
            account.channel,
            account.account_id,
            wanted.creator_id,
            account.token,
            wanted.secret,
            wanted.name,
        )

    async def of_creator(self, creator_id: str) -> Account | None:
        """The bot that speaks for a creator."""
        found = await self._connections.of_creator(ChannelName.TELEGRAM, creator_id)
        return found.account if found else None

    @staticmethod
    def forgetting(account: Account, creator_id: str) -> list[Statement]:
        """The statements that forget the bot of a creator, for the transaction of the event that says so."""
        return disconnecting(account.channel, account.account_id, creator_id)

    async def let_go(self, account: Account) -> str | None:
        """Have no more messages of a bot sent to us, unless it is connected; a sentence says what stood against it."""
        async with self._alone(account.account_id):
            return await self._let_go(account)

    async def test(self, account: Account) -> tuple[bool, str]:
        """Whether Telegram takes the token that we have, and a sentence about it."""
        try:
            bot = await self._telegram.get_me(account.token)
        except ChannelError as error:
            if error.error_class is ErrorClass.CHANNEL_DOWN:
                return False, "Telegram does not accept the token any more: connect the bot with its present one."
            return False, f"Telegram does not answer as it should ({error.error_class}): try again in a moment."
        return True, f"Telegram knows this bot as @{bot.username or bot.name}."

    async def _owner(self, token: str) -> Bot:
        try:
            return await self._telegram.get_me(token)
        except ChannelError as error:
            if error.error_class is ErrorClass.CHANNEL_DOWN:
                detail = "Telegram does not accept this bot: check its token."
                raise Invalid(FieldError("/token", "refused", detail)) from error
            raise

    async def _have_messages_sent(self, account: Account, secret: str) -> None:
        if self._webhook is None:
            if self._polls:
                await self._telegram.delete_webhook(account)  # while one is set, nobody can poll
            return
        try:
            await self._telegram.set_webhook(account, self._webhook, secret)
        except ChannelError as error:
            if error.error_class is ErrorClass.REJECTED:
                raise Conflict(f"Telegram does not send messages to {self._webhook} ({error}).") from error
            raise

    async def _let_go(self, account: Account) -> str | None:
        if self._webhook is None or await self._connections.find(ChannelName.TELEGRAM, account.account_id) is not None:
            return None
        try:
            await self._telegram.delete_webhook(account)
        except ChannelError as error:
            return f"Telegram still sends this bot's messages here, where they are refused ({error})."
        return None

    @asynccontextmanager
    async def _alone(self, bot_id: str) -> AsyncIterator[None]:
        """Nobody else connects or lets go of this bot meanwhile. Raises `Busy` when somebody does, for long."""
        async with leaders_session(self._url) as conn:
            try:
                async with asyncio.timeout(TURN_SECONDS):
                    lease = await take(conn, f"bot/{bot_id}")
                    while lease is None:
                        await asyncio.sleep(LOOK_SECONDS)
                        lease = await take(conn, f"bot/{bot_id}")
            except TimeoutError as error:
                raise Busy("Somebody else connects this bot just now.") from error
            async with beating(conn, lease):
                yield
