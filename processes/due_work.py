"""Due work: claims rows of the agenda by lease, and lets each have its one outcome."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from domain import context
from domain.application import Clonnect
from domain.errors import DomainError, NotDue
from eventstore.writer import Writer
from processes.channels.base import Evidence
from processes.generation import Generation
from processes.hands import AGAIN_AFTER, Hands
from processes.notifying.notifications import Notifications
from processes.prefetch import prefetch
from processes.sending import Sending
from processes.transient_errors import TRANSIENT_ERRORS
from processes.understanding import understand_burst
from projections.agenda import Agenda, Due, Kind

CLAIM = 128
AT_ONCE = 64
"""People for whom something is done at the same time, and so the calls that are in the air at most."""

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
        generation: Generation,
        notifications: Notifications,
        evidence: Evidence | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._agenda = agenda
        self._generation = generation
        self._notifications = notifications
        self._writer = writer
        self._sending = sending
        self._evidence = evidence
        self._clock = clock
        self._hands: Hands[UUID | str] = Hands(AT_ONCE)
        self.worker = ""

    @property
    def is_busy(self) -> bool:
        return self._hands.unfinished > 0 or self._generation.is_busy or self._notifications.is_busy

    async def work_off(self) -> datetime | None:
        """Claim what is due, again and again until nothing is; answers when the next row falls due.

        Claimed rows are carried out by hands that go on meanwhile: those of one person one behind the other, for only
        one message may be on its way, and an attempt is recorded by the hand that makes the call at once.
        """
        await self._generation.work_off(self.worker)
        await self._notifications.work_off(self.worker)
        due_at = await self._agenda.next_due_at()
        while self.worker and due_at is not None and due_at <= self._clock():
            await self._hands.wait_until_below(CLAIM)
            claimed = await self._agenda.claim(self._clock(), CLAIM, self.worker)
            if len(claimed) > 1:
                await prefetch(self._writer, {due.follower_id for due in claimed})
            for due in claimed:
                self._put(due)
            if len(claimed) < CLAIM:
                due_at = await self._agenda.next_due_at()
            if not claimed:
                break
        return due_at

    def _put(self, due: Due) -> None:
        """Have a row carried out; a burst is understood while a message to the same person is on its way."""
        self._hands.put(due.key if due.kind is Kind.BURST else due.follower_id, partial(self._carry_out, due))

    async def finish(self) -> None:
        """Wait for what was begun; what takes too long is broken off, and its send recorded as uncertain."""
        await self._hands.finish()
        await self._generation.finish()
        await self._notifications.finish()

    async def _carry_out(self, due: Due) -> None:
        if self.worker:
            try:
                await self._do(due)
            except Exception:
                _logger.exception("due_work_failed", extra={"kind": due.kind, "key": due.key})

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
            case Kind.BURST, ref if ref is not None:
                await do(understand_burst, due.follower_id, ref)
            case Kind.DRAFT, ref if ref is not None:
                await do(Clonnect.expire_draft, due.follower_id, ref)
            case Kind.RESUME, _:
                await do(Clonnect.resume_bot, due.follower_id, "timer")
            case Kind.SILENCE, ref if ref is not None:
                await do(Clonnect.break_silence, due.follower_id, ref, due.due_at)
            case _:
                raise LookupError(f"the agenda holds {due.kind} without what it is about")

    def abandon(self, due: Due) -> None:
        """Record what a dead worker can record no more."""
        self._put(due)

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
