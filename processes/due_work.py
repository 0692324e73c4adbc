"""Due work: claims rows of the agenda by lease, and lets each have its one outcome."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from domain import context
from domain.application import Clonnect
from domain.errors import DomainError, NotDue
from eventstore.writer import Writer
from processes.channels.base import Evidence
from processes.sending import Sending
from processes.transient_errors import TRANSIENT_ERRORS
from projections.agenda import Agenda, Due, Kind

CLAIM = 100
AT_ONCE = 16
FINISH_SECONDS = 2.5
AGAIN_AFTER = timedelta(seconds=2)
"""Until what failed for a moment may be claimed again."""

_logger = logging.getLogger(__name__)


class DueWork:
    """One worker's hands. `worker` names it in every attempt that it records.

    `evidence`: whoever sends for every platform, if they can be asked what became of a send.
    """

    def __init__(
        self,
        agenda: Agenda,
        writer: Writer[Clonnect],
        sending: Sending,
        evidence: Evidence | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._agenda = agenda
        self._writer = writer
        self._sending = sending
        self._evidence = evidence
        self._clock = clock
        self._hands = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self.worker = ""

    @property
    def is_busy(self) -> bool:
        return bool(self._under_way)

    async def work_off(self) -> None:
        """Claim what is due, again and again until nothing is; returns when all of it is under way."""
        while self.worker and (claimed := await self._agenda.claim(self._clock(), CLAIM)):
            for due in claimed:
                await self._hands.acquire()
                task = asyncio.create_task(self._carry_out(due))
                self._under_way.add(task)
                task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._hands.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.error("due_work_failed", exc_info=error)

    async def finish(self) -> None:
        """Wait for what was begun; what takes too long is broken off, and its send recorded as uncertain."""
        if self._under_way:
            _, late = await asyncio.wait(set(self._under_way), timeout=FINISH_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _carry_out(self, due: Due) -> None:
        """Do one thing; what concerns the same person waits its turn, for only one message may be on its way."""
        turn = self._turns.setdefault(due.follower_id, asyncio.Lock())
        async with turn:
            if self.worker:
                await self._do(due)

    async def _do(self, due: Due) -> None:
        with context.acting("bot", correlation_id=due.correlation_id, causation_id=due.event_id):
            try:
                await self._settle(due)
            except TRANSIENT_ERRORS as error:
                _logger.warning(
                    "due_work_postponed", extra={"kind": due.kind, "key": due.key, "error": type(error).__name__}
                )
                await self._agenda.give_back(due, AGAIN_AFTER)

    async def _settle(self, due: Due) -> None:
        """Have an outcome recorded, whatever it is; what is transient is raised."""
        if due.dismissed:
            await self._dismiss(due, "dismissed")
            return
        try:
            await self._decide(due)
        except NotDue:
            return
        except DomainError as refusal:
            _logger.warning("due_work_refused", extra={"kind": due.kind, "key": due.key, "reason": str(refusal)})
            await self._dismiss(due, f"refused:{type(refusal).__name__}")

    async def _dismiss(self, due: Due, reason: str) -> None:
        """Give a row up by an event, which outlives the tables; beside them where there can be none."""
        do = self._writer.do
        try:
            match due.kind, due.ref:
                case Kind.SILENCE, ref if ref is not None:
                    await do(Clonnect.leave_silent, due.follower_id, ref, reason)
                    return
                case ((Kind.FOLLOW_UP | Kind.EXPIRY | Kind.SEND), ref) if ref is not None:
                    if (await do(Clonnect.dismiss, due.follower_id, ref, reason)).result:
                        return
        except NotDue:
            return
        except DomainError as error:
            _logger.warning("due_work_dismissed", extra={"kind": due.kind, "key": due.key, "reason": str(error)})
        await self._agenda.dismiss(due, reason)

    async def _decide(self, due: Due) -> None:
        do = self._writer.do
        match due.kind, due.ref:
            case Kind.FOLLOW_UP, ref if ref is not None:
                await self._sending.attempt(Clonnect.decide_follow_up, due.follower_id, ref, self.worker)
            case Kind.SEND, ref if ref is not None:
                await self._sending.attempt(Clonnect.attempt_send, due.follower_id, ref, self.worker)
            case Kind.EXPIRY, ref if ref is not None:
                await do(Clonnect.expire_follow_up, due.follower_id, ref)
            case Kind.ATTEMPT, _:
                await self._give_up(due)
            case Kind.RECONCILE, _:
                await self._reconcile(due)
            case Kind.RESUME, _:
                await do(Clonnect.resume_bot, due.follower_id, "timer")
            case Kind.SILENCE, ref if ref is not None:
                await do(Clonnect.break_silence, due.follower_id, ref, due.due_at)
            case _:
                raise LookupError(f"the agenda holds {due.kind} without what it is about")

    async def abandon(self, due: Due) -> None:
        """Record what a dead worker can record no more."""
        await self._carry_out(due)

    async def _give_up(self, due: Due) -> None:
        """Its worker is gone, or far too late: whether it arrived nobody can know."""
        if due.ref is not None and due.attempt is not None:
            patience = timedelta(0) if self._evidence is None else self._evidence.evidence_for
            await self._writer.do(
                Clonnect.record_send_uncertain, due.follower_id, due.ref, due.attempt, "crash", patience
            )

    async def _reconcile(self, due: Due) -> None:
        if due.ref is None or due.attempt is None:
            raise LookupError("a send to reconcile has its id and attempt")
        found = None if self._evidence is None else await self._evidence.lookup(due.ref)
        if found is not None:
            await self._writer.do(
                Clonnect.record_send_accepted,
                due.follower_id,
                due.ref,
                due.attempt,
                found.platform_message_ids,
                "lookup",
            )
        else:
            await self._writer.do(Clonnect.record_send_unresolved, due.follower_id, due.ref, due.attempt)
