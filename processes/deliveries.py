"""The inbox of deliveries: kept, read, routed and turned into commands, each message once."""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, assert_never
from uuid import UUID

from cryptography.exceptions import InvalidTag
from psycopg.rows import DictRow

from domain import context
from domain.application import Clonnect
from domain.beside_log import SideStatement
from domain.commands.conversations import ReceivedMessage
from domain.errors import Conflict, DomainError, NotFound
from domain.follower.follower import Follower
from domain.follower.values import Attachment, Inbound, ServiceNote
from domain.person.identity import check_shape
from domain.random_ids import random_id
from domain.vocabulary import Platform
from eventstore.sealing import Sealer
from eventstore.writer import Writer
from processes.beside_log import WAS_RECEIVED
from processes.channels.base import (
    AccountNotice,
    Channel,
    ChannelName,
    Delivery,
    Echo,
    Edited,
    Item,
    Message,
    Postback,
    Reachability,
    Reaction,
    Read,
    Service,
    Unknown,
    Unsent,
)
from processes.clock import Clock
from processes.transient_errors import TRANSIENT_ERRORS
from projections.engine.projection import Pool

SAME_BODY_WITHIN = timedelta(minutes=10)
KEPT_WITHIN: Final = 0.4
"""Seconds that a delivery waits for a connection when it has waited for the writer in vain."""

LEFT_AFTER = timedelta(seconds=5)
SWEPT_AT_ONCE: Final = 100
TRIES: Final = 10
"""After so many, an hour and a half after the first, a delivery goes to quarantine and waits for a person."""
PAUSE = timedelta(seconds=10)
"""Behind the first try; each further pause is twice as long as the one before."""
PROCESSED: Final = "processed"
QUARANTINED: Final = "quarantined"

_KEEP: Final = """
    INSERT INTO app.deliveries
           (delivery_id, channel, account_id, creator_id, body_sha256, body_sealed, received_at, state, items)
    VALUES (%s, %s, %s, %s, %s, vault.sealed(%s, %s), %s, %s, %s)"""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handled:
    """What became of a delivery: where its messages were stored, and the log's position behind them.

    `quarantined` says in sentences why something of it waits for a person.
    """

    delivery_id: UUID
    received: list[ReceivedMessage] = field(default_factory=list)
    position: int | None = None
    quarantined: str | None = None


@dataclass(frozen=True)
class ItemTrouble:
    """Why an item went to quarantine: a code that is kept, and a sentence for whoever waits for the answer.

    The sentence may repeat what was delivered, so it is kept nowhere.
    """

    code: str
    sentence: str


@dataclass(frozen=True)
class Body:
    """What was delivered, and for whom."""

    delivery_id: UUID
    channel: ChannelName
    account_id: str
    creator_id: str
    raw: bytes
    received_at: datetime
    origin: str

    @property
    def digest(self) -> bytes:
        """By which the same body is known again."""
        return sha256(self.raw).digest()

    def row(self, sealer: Sealer, state: str, *, items: int) -> tuple[object, ...]:
        """The parameters of `_KEEP`."""
        sealed = sealer.seal(self.raw, str(self.delivery_id))
        who = (self.delivery_id, self.channel, self.account_id, self.creator_id)
        return (*who, self.digest, sealed, sealer.key_id, self.received_at, state, items)


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
        trace_of: Callable[..., bytes],
    ) -> None:
        self._pool = pool
        self._writer = writer
        self._channels = channels
        self._sealer = sealer
        self._clock = clock
        self._namespace = namespace
        self._trace_of = trace_of
        self.settled: Counter[str] = Counter()
        """How many this program has handled since it began, by what became of them."""

    async def store(self, channel: ChannelName, account_id: str, creator_id: str, raw: bytes, origin: str) -> Handled:
        """Keep a body and handle it. When this returns, nothing of it is lost, whatever happens afterwards.

        A message is kept in the transaction of its events; what is no message, or is refused, is kept first.
        """
        body = Body(random_id(), channel, account_id, creator_id, raw, self._clock(), origin)
        match self._channels[channel].parse(raw, account_id, body.received_at):
            case [Message() | Postback() as item]:
                try:
                    return await self._handle_at_once(body, item)
                except TRANSIENT_ERRORS as error:  # who has just waited for the writer does not wait for it again
                    await self._keep(body, KEPT_WITHIN)
                    return _left(body, error)
                except Exception as error:
                    _logger.warning("delivery_kept_first", extra={"error": type(error).__name__})
        return await self._handle_kept(body)

    async def _handle_at_once(self, body: Body, item: Message | Postback) -> Handled:
        received, position = await self._receive(body, item, kept_beside=True)
        self.settled[PROCESSED] += 1
        return Handled(body.delivery_id, [received], position)

    async def _handle_kept(self, body: Body) -> Handled:
        if (known := await self._known(body)) is not None:
            return Handled(known)
        await self._keep(body)
        try:
            return await self._handle(body)
        except TRANSIENT_ERRORS as error:
            return _left(body, error)

    async def _keep(self, body: Body, within: float | None = None) -> None:
        async with self._pool.connection(within) as conn:
            # It is there already if a command that nobody answered has been carried out all the same.
            await conn.execute(
                f"{_KEEP} ON CONFLICT (delivery_id) DO NOTHING", body.row(self._sealer, "stored", items=0)
            )

    async def _known(self, body: Body) -> UUID | None:
        """As which delivery the same body came just before; one that an erasure has taken is known for ever."""
        trace = self._trace_of(*traced(body.creator_id, body.channel, body.account_id, body.digest))
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT delivery_id FROM app.deliveries
                    WHERE body_sha256 = %s AND channel = %s AND account_id = %s AND received_at > %s
                      AND state <> 'stored'
                   UNION ALL SELECT %s FROM app.erased_messages WHERE trace = %s""",
                (
                    body.digest,
                    body.channel,
                    body.account_id,
                    body.received_at - SAME_BODY_WITHIN,
                    body.delivery_id,
                    trace,
                ),
            )
            row = await cursor.fetchone()
        return None if row is None else UUID(str(row["delivery_id"]))

    async def sweep(self) -> int:
        """Handle what was stored and then left, by a crash or an error; answers how many.

        What fails waits for its next try, and holds up nobody else.
        """
        now = self._clock()
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT delivery_id, channel, account_id, creator_id, body_sealed, received_at, tries
                     FROM app.deliveries
                    WHERE state = 'stored' AND (next_try_at IS NULL OR next_try_at <= %s) AND received_at < %s
                    ORDER BY next_try_at NULLS FIRST, received_at LIMIT %s""",
                (now, now - LEFT_AFTER, SWEPT_AT_ONCE),
            )
            rows = await cursor.fetchall()
        for row in rows:
            try:
                await self._resume(row)
            except TRANSIENT_ERRORS:
                raise
            except Exception as error:
                await self._set_aside(row, error)
        return len(rows)

    async def _set_aside(self, row: DictRow, error: Exception) -> None:
        """Try a delivery again after a pause, or leave it to a person."""
        tries = row["tries"] + 1
        state = "stored" if tries < TRIES else QUARANTINED
        if state == QUARANTINED:
            self.settled[QUARANTINED] += 1
        reason = "cannot_be_opened" if isinstance(error, InvalidTag) else f"failed:{type(error).__name__}"
        _logger.warning(
            "delivery_failed", extra={"delivery": row["delivery_id"], "reason": reason, "tries": tries, "of": TRIES}
        )
        async with self._pool.connection() as conn:
            await conn.execute(
                """UPDATE app.deliveries SET state = %s, reason = %s, tries = %s, next_try_at = %s
                    WHERE delivery_id = %s AND state = 'stored'""",
                (
                    state,
                    reason,
                    tries,
                    self._clock() + PAUSE * 2 ** (tries - 1),
                    row["delivery_id"],
                ),
            )

    async def _resume(self, row: DictRow) -> None:
        raw = self._sealer.open(bytes(row["body_sealed"]), str(row["delivery_id"]))
        channel = ChannelName(row["channel"])
        await self._handle(
            Body(
                row["delivery_id"],
                channel,
                row["account_id"],
                row["creator_id"],
                raw,
                row["received_at"],
                origin=channel,
            )
        )

    async def _handle(self, body: Body) -> Handled:
        received: list[ReceivedMessage] = []
        position, troubles = None, []
        items = self._channels[body.channel].parse(body.raw, body.account_id, body.received_at)
        for number, item in enumerate(items):
            try:
                done, at = await self._take(body, item)
            except TRANSIENT_ERRORS:
                raise
            except DomainError as error:
                done, at = ItemTrouble(f"refused:{type(error).__name__}", str(error)), None
            except Exception as error:
                _logger.exception("delivery_item_failed", extra={"delivery": body.delivery_id, "item": number})
                done, at = ItemTrouble(f"failed:{type(error).__name__}", type(error).__name__), None
            match done:
                case ReceivedMessage():
                    received.append(done)
                case ItemTrouble():
                    troubles.append((number, done))
            position = at or position
        reason = "; ".join(f"item {number}: {trouble.code}" for number, trouble in troubles) or None
        await self._settle(body.delivery_id, len(items), reason)
        said = "; ".join(f"item {number}: {trouble.sentence}" for number, trouble in troubles) or None
        return Handled(body.delivery_id, received, position, said)

    async def _settle(self, delivery_id: UUID, items: int, trouble: str | None) -> None:
        state = PROCESSED if trouble is None else QUARANTINED
        self.settled[state] += 1
        async with self._pool.connection() as conn:
            await conn.execute(
                "UPDATE app.deliveries SET state = %s, reason = %s, items = %s WHERE delivery_id = %s",
                (state, trouble, items, delivery_id),
            )

    async def try_again(self, delivery_id: UUID) -> None:
        """Have a delivery that was set aside swept as if it had just been left; raises `NotFound`."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """UPDATE app.deliveries SET state = 'stored', reason = NULL, tries = 0, next_try_at = NULL
                    WHERE delivery_id = %s AND (state = 'quarantined' OR state = 'stored' AND tries > 0)""",
                (delivery_id,),
            )
        if cursor.rowcount != 1:
            raise NotFound("This delivery is not set aside.")

    async def _take(self, body: Body, item: Item) -> tuple[ReceivedMessage | ItemTrouble | None, int | None]:
        """Carry out one item; answers what it became, and the position."""
        match item:
            case Message() | Postback():
                return await self._receive(body, item)
            case Reachability():
                with _because_of(f"platform:{item.channel}", body.delivery_id):
                    done = await self._writer.do(
                        Clonnect.report_reachability,
                        body.creator_id,
                        Platform(item.channel),
                        item.platform_user_id,
                        item.reachable,
                    )
                return None, done.position
            case Service():
                with _because_of(f"platform:{item.channel}", body.delivery_id):
                    note = ServiceNote(item.notes, item.dedupe_key, item.occurred_at, body.origin)
                    done = await self._writer.do(
                        Clonnect.keep_note, body.creator_id, Platform(item.channel), item.platform_user_id, note
                    )
                return None, done.position
            case Unknown(ignored=False):
                return ItemTrouble("unreadable", f"{item.path}: {item.why}"), None
            case Unknown() | Edited() | Unsent() | Reaction() | Read() | Delivery() | Echo() | AccountNotice():
                _logger.info("delivery_item_ignored", extra={"delivery": body.delivery_id, "kind": type(item).__name__})
                return None, None
            case _:
                assert_never(item)

    async def _receive(
        self, body: Body, item: Message | Postback, *, kept_beside: bool = False
    ) -> tuple[ReceivedMessage, int | None]:
        message = _inbound(item, body.origin)
        check_shape(message.platform, message.platform_user_id, field=item.channel)
        follower_id = Follower.create_id(self._namespace, body.creator_id, message.platform, message.platform_user_id)

        def beside(received: ReceivedMessage, _last_event_id: UUID | None) -> list[SideStatement]:
            if received.duplicate or not kept_beside:
                return []
            return [(_KEEP, body.row(self._sealer, PROCESSED, items=1))]

        with _because_of(f"follower:{follower_id}", body.delivery_id):
            try:
                done = await self._writer.do_with(beside, Clonnect.receive_message, body.creator_id, message)
            except Conflict:
                if not await self._was_received(body.creator_id, message):
                    raise
                return ReceivedMessage(follower_id, follower_id, message.message_id, duplicate=True), None
        return done.result, done.position

    async def _was_received(self, creator_id: str, message: Inbound) -> bool:
        async with self._pool.connection() as conn:
            key = (creator_id, message.platform, message.account_id, message.dedupe_key)
            cursor = await conn.execute(WAS_RECEIVED, key)
            return await cursor.fetchone() is not None


def traced(creator_id: str, channel: str, account_id: str, digest: bytes) -> tuple[str, ...]:
    """By what a body is known again after an erasure has taken it."""
    return (creator_id, channel, account_id, f"body:{digest.hex()}")


def _left(body: Body, error: Exception) -> Handled:
    _logger.warning("delivery_postponed", extra={"delivery": body.delivery_id, "error": type(error).__name__})
    return Handled(body.delivery_id)


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
            thread=item.thread,
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
        forwarded=item.forwarded,
        thread=item.thread,
        album=item.album,
    )
