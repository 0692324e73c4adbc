"""The send gate: the attempt is recorded, the channel is called, its outcome is recorded."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from uuid import UUID

import psycopg

from domain.application import Clonnect
from domain.errors import NotDue
from domain.follower.values import RefusalClass, SendOrder
from eventstore.writer import Writer
from processes.channel_accounts import Connections
from processes.channels.base import (
    Accepted,
    Account,
    Channel,
    ChannelName,
    Content,
    ErrorClass,
    Outcome,
    Rejected,
    Uncertain,
)
from processes.transient_errors import TRANSIENT_ERRORS

TOO_LATE_AFTER = 2.0
"""Seconds between the run of the command that allows an attempt and the call; who slept longer does not call."""

Attempt = Callable[[Clonnect, UUID, UUID, str], SendOrder | None]
"""A command about a follower, something of theirs that is due, and a worker: the call that it allows, if it does."""

_logger = logging.getLogger(__name__)


def uptime() -> float:
    """Seconds that nobody can set, and that pass while the machine is suspended.

    `time.monotonic` stands still then (Linux, clock_gettime(2): CLOCK_MONOTONIC "does not count time that the system
    is suspended", CLOCK_BOOTTIME does); elsewhere it is the best there is.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Sending:
    """Makes the call that an order allows, once, and does not rest before its outcome is in the log."""

    def __init__(
        self,
        writer: Writer[Clonnect],
        channels: Mapping[ChannelName, Channel],
        connections: Connections,
        seconds: Callable[[], float] = uptime,
    ) -> None:
        self._writer = writer
        self._channels = channels
        self._connections = connections
        self._seconds = seconds

    async def attempt(self, decide: Attempt, follower_id: UUID, due: UUID, worker: str) -> None:
        """Let a command decide, and make the call if it allows one; raises what the command raises.

        The time counts from before the attempt was appended: between then and its answer this program may sleep, and
        the attempt be given up for it.
        """

        def timed(app: Clonnect) -> tuple[float, SendOrder | None]:
            return self._seconds(), decide(app, follower_id, due, worker)

        allowed_at, order = (await self._writer.do(timed)).result
        if order is not None:
            await self.send(order, allowed_at)

    async def send(self, order: SendOrder, allowed_at: float) -> None:
        """Carry out an attempt that was committed, and allowed at this reading of the clock."""
        account = await self._account(order)
        if account is None or self._seconds() - allowed_at > TOO_LATE_AFTER:
            outcome: Outcome = Rejected(ErrorClass.NOT_SENT, detail="not called")
        else:
            channel = self._channels[ChannelName(order.channel)]
            try:
                outcome = await channel.send(account, order.to, Content(order.text, order.thread), order.send_id)
            except asyncio.CancelledError:
                await self._record(order, Uncertain("stopped"))
                raise
        await self._record(order, outcome)

    async def _account(self, order: SendOrder) -> Account | None:
        try:
            return await self._connections.account(ChannelName(order.channel), order.account_id)
        except psycopg.Error as error:
            _logger.warning("send_without_account", extra={"send": order.send_id, "error": type(error).__name__})
            return None

    async def _record(self, order: SendOrder, outcome: Outcome) -> None:
        delay = 0.1
        while True:
            try:
                await self._record_once(order, outcome)
            except NotDue:
                _logger.warning("send_settled_before", extra={"send": order.send_id})
            except TRANSIENT_ERRORS:
                _logger.warning("send_outcome_waits", extra={"send": order.send_id})
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
                continue
            return

    async def _record_once(self, order: SendOrder, outcome: Outcome) -> None:
        do, follower_id, send_id = self._writer.do, order.follower_id, order.send_id
        match outcome:
            case Accepted(platform_message_ids=ids):
                await do(Clonnect.record_send_accepted, follower_id, send_id, order.attempt, ids, "response")
            case Rejected(error_class=ErrorClass.TREAT_AS_DONE):
                await do(Clonnect.record_send_accepted, follower_id, send_id, order.attempt, (), "response")
            case Rejected(error_class=ErrorClass.UNCERTAIN) as rejected:
                await self._uncertain(order, rejected.detail or "code")
            case Rejected() as rejected:
                await do(
                    Clonnect.record_send_rejected,
                    follower_id,
                    send_id,
                    order.attempt,
                    _refusal(rejected.error_class),
                    code=_text(rejected.code),
                    subcode=_text(rejected.subcode),
                    http_status=rejected.http_status,
                    retry_after=rejected.retry_after,
                )
            case Uncertain(cause=cause):
                await self._uncertain(order, cause)

    async def _uncertain(self, order: SendOrder, cause: str) -> None:
        await self._writer.do(
            Clonnect.record_send_uncertain,
            order.follower_id,
            order.send_id,
            order.attempt,
            cause,
            self._channels[ChannelName(order.channel)].evidence_for,
        )


def _refusal(error_class: ErrorClass) -> RefusalClass:
    if error_class is ErrorClass.READDRESS:
        return RefusalClass.REJECTED  # private chats, the only ones that are written to, do not move
    return RefusalClass(error_class.value)


def _text(code: int | None) -> str | None:
    return None if code is None else str(code)
