"""Takes in what a platform delivers: stored first, then read, routed and turned into commands."""

import logging
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import assert_never
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from domain import context
from domain.application import Clonnect
from domain.commands.conversations import WAS_RECEIVED, Received
from domain.errors import Conflict, DomainError
from domain.follower import Follower
from domain.follower_parts import Attachment, Inbound
from domain.vocabulary import Platform
from eventstore.sealing import Sealer
from eventstore.writer import Writer
from processes.channels.base import (
    AccountNotice,
    Channel,
    ChannelName,
    Delivery,
    Echo,
    Edited,
    IdentityChange,
    Item,
    Message,
    OptPreference,
    Postback,
    Reachability,
    Reaction,
    Read,
    Unknown,
    Unsent,
)
from processes.clock import Clock
from processes.outage import AWAY
from projections.projection import Pool

SAME_BODY_WITHIN = timedelta(minutes=10)
LEFT_AFTER = timedelta(seconds=5)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handled:
    """What became of a delivery: where its messages were stored, and the log's position behind them."""

    delivery_id: UUID
    received: list[Received] = field(default_factory=list)
    position: int | None = None
    quarantined: str | None = None


class Deliveries:
    """The way in for every channel."""

    def __init__(
        self,
        pool: Pool,
        writer: Writer[Clonnect],
        channels: dict[ChannelName, Channel],
        sealer: Sealer,
        clock: Clock,
        namespace: UUID,
    ) -> None:
        self._pool = pool
        self._writer = writer
        self._channels = channels
        self._sealer = sealer
        self._clock = clock
        self._namespace = namespace
        self.settled: Counter[str] = Counter()
        """How many this program has handled since it began, by what became of them."""

    async def store(self, channel: ChannelName, account_id: str, creator_id: str, raw: bytes, origin: str) -> Handled:
        """Keep the body, then handle it. From the first commit on nothing is lost, whatever happens here."""
        received_at = self._clock()
        digest = sha256(raw).digest()
        if (known := await self._known(channel, account_id, digest, received_at)) is not None:
            return Handled(known)
        delivery_id = uuid4()
        async with self._pool.connection() as conn:
            await conn.execute(
                """INSERT INTO app.deliveries (delivery_id, channel, account_id, creator_id, body_sha256,
                                               body_sealed, received_at)
                   VALUES (%s, %s, %s, %s, %s, %s, %s)""",
                (
                    delivery_id,
                    channel,
                    account_id,
                    creator_id,
                    digest,
                    self._sealer.seal(raw, str(delivery_id)),
                    received_at,
                ),
            )
        try:
            return await self._handle(delivery_id, channel, account_id, creator_id, raw, received_at, origin)
        except AWAY as error:
            _logger.warning("delivery %s waits to be swept (%s)", delivery_id, type(error).__name__)
            return Handled(delivery_id)

    async def _known(self, channel: ChannelName, account_id: str, digest: bytes, received_at: datetime) -> UUID | None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT delivery_id FROM app.deliveries
                    WHERE body_sha256 = %s AND channel = %s AND account_id = %s AND received_at > %s
                      AND state <> 'stored'""",
                (digest, channel, account_id, received_at - SAME_BODY_WITHIN),
            )
            row = await cursor.fetchone()
        return None if row is None else UUID(str(row["delivery_id"]))

    async def sweep(self) -> int:
        """Handle what was stored and then left, by a crash or an error; answers how many."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT * FROM app.deliveries WHERE state = 'stored' AND received_at < %s
                    ORDER BY received_at LIMIT 100""",
                (self._clock() - LEFT_AFTER,),
            )
            rows = await cursor.fetchall()
        for row in rows:
            try:
                await self._resume(row)
            except AWAY:
                raise
            except Exception:
                _logger.exception("delivery %s stays where it is", row["delivery_id"])
        return len(rows)

    async def _resume(self, row: DictRow) -> None:
        await self._handle(
            row["delivery_id"],
            ChannelName(row["channel"]),
            row["account_id"],
            row["creator_id"],
            self._sealer.open(bytes(row["body_sealed"]), str(row["delivery_id"])),
            row["received_at"],
            row["channel"],
        )

    async def _handle(
        self,
        delivery_id: UUID,
        channel: ChannelName,
        account_id: str,
        creator_id: str,
        raw: bytes,
        received_at: datetime,
        origin: str,
    ) -> Handled:
        handled = Handled(delivery_id)
        position, trouble = None, []
        items = self._channels[channel].parse(raw, account_id, received_at)
        for number, item in enumerate(items):
            try:
                done, at = await self._take(creator_id, item, delivery_id, origin)
            except AWAY:
                raise
            except DomainError as error:
                trouble.append(f"item {number}: {error}")
                continue
            except Exception as error:
                _logger.exception("item %s of delivery %s went wrong", number, delivery_id)
                trouble.append(f"item {number}: {type(error).__name__}")
                continue
            if isinstance(done, Received):
                handled.received.append(done)
            elif done is not None:
                trouble.append(f"item {number}: {done}")
            position = at or position
        await self._settle(delivery_id, len(items), "; ".join(trouble) or None)
        return Handled(delivery_id, handled.received, position, "; ".join(trouble) or None)

    async def _settle(self, delivery_id: UUID, items: int, trouble: str | None) -> None:
        state = "processed" if trouble is None else "quarantined"
        self.settled[state] += 1
        async with self._pool.connection() as conn:
            await conn.execute(
                "UPDATE app.deliveries SET state = %s, reason = %s, items = %s WHERE delivery_id = %s",
                (state, trouble, items, delivery_id),
            )

    async def _take(
        self, creator_id: str, item: Item, delivery_id: UUID, origin: str
    ) -> tuple[Received | str | None, int | None]:
        """Carry out one item; answers what it became (a reason to quarantine it, as text), and the position."""
        platform = Platform(item.channel)
        match item:
            case Message() | Postback():
                return await self._receive(creator_id, _inbound(item, origin), delivery_id)
            case Reachability():
                with _because_of(f"platform:{item.channel}", delivery_id):
                    done = await self._writer.do(
                        Clonnect.report_reachability,
                        creator_id,
                        platform,
                        item.platform_user_id,
                        item.reachable,
                    )
                return None, done.position
            case Unknown(ignored=False):
                return f"{item.path}: {item.why}", None
            case (
                Unknown()
                | Edited()
                | Unsent()
                | Reaction()
                | Read()
                | Delivery()
                | Echo()
                | OptPreference()
                | AccountNotice()
                | IdentityChange()
            ):
                _logger.info("delivery %s: %s kept as delivered", delivery_id, type(item).__name__)
                return None, None
            case _:
                assert_never(item)

    async def _receive(self, creator_id: str, message: Inbound, delivery_id: UUID) -> tuple[Received, int | None]:
        follower_id = Follower.create_id(self._namespace, creator_id, message.platform, message.platform_user_id)
        with _because_of(f"follower:{follower_id}", delivery_id):
            try:
                done = await self._writer.do(Clonnect.receive_message, creator_id, message)
            except Conflict:
                if not await self._was_received(creator_id, message):
                    raise
                return Received(follower_id, follower_id, message.message_id, duplicate=True), None
        return done.result, done.position

    async def _was_received(self, creator_id: str, message: Inbound) -> bool:
        async with self._pool.connection() as conn:
            key = (creator_id, message.platform, message.account_id, message.dedupe_key)
            cursor = await conn.execute(WAS_RECEIVED, key)
            return await cursor.fetchone() is not None


def _because_of(actor: str, delivery_id: UUID) -> AbstractContextManager[context.Context]:
    """What a delivery causes belongs to the story of the request that brought it, if one did."""
    request = context.present()
    return context.acting(
        actor,
        correlation_id=request.correlation_id if request else None,
        request_id=request.request_id if request else None,
        delivery_id=delivery_id,
    )


def _inbound(item: Message | Postback, origin: str) -> Inbound:
    platform = Platform(item.channel)
    if isinstance(item, Postback):
        return Inbound(
            platform=platform,
            platform_user_id=item.platform_user_id,
            message_id=item.dedupe_key,
            dedupe_key=item.dedupe_key,
            text=item.title or item.payload,
            occurred_at=item.occurred_at,
            origin=origin,
            account_id=item.account_id,
            opens_window=item.opens_window,
        )
    return Inbound(
        platform=platform,
        platform_user_id=item.platform_user_id,
        message_id=item.message_id,
        dedupe_key=item.dedupe_key,
        text=item.text,
        occurred_at=item.occurred_at,
        origin=origin,
        account_id=item.account_id,
        opens_window=item.opens_window,
        attachments=tuple(Attachment(each.kind, each.ref, each.caption) for each in item.attachments),
        reply_to=item.reply_to,
        name=item.name,
        username=item.username,
    )
