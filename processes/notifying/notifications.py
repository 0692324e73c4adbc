"""Notifications: who waits for a person is told of at every address of the creator's, and again where that failed."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from domain import context
from domain.application import Clonnect
from domain.commands.notifications import PlannedNotification
from domain.errors import DomainError, NotDue
from domain.follower.follower import DELIVERED
from domain.vocabulary import NotificationKind
from eventstore.writer import Writer
from processes.hands import Hands, carry_out_leased
from processes.notifying.attempts import DueRetry, NotificationAttempts
from processes.notifying.notification import Notification
from processes.notifying.notified import Delivered, Notified, Postponed, Refused, retry_delay
from processes.notifying.senders import Senders
from processes.notifying.targets import NotificationTarget, TargetKind
from processes.notifying.wording import worded
from processes.transient_errors import TRANSIENT_ERRORS
from projections.agenda import Agenda, Due

AT_ONCE = 16
"""Conversations of which somebody is being told at the same time."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
RECENTLY = "recently"
"""The outcome where nobody is told, because somebody was a moment ago."""

_logger = logging.getLogger(__name__)


class Notifications:
    """One worker's hands for notifications: a mail server that is slow keeps no message and no answer waiting.

    `url` is where a person goes on with a lead; None where the installation does not know how it is reached.
    """

    def __init__(
        self,
        agenda: Agenda,
        writer: Writer[Clonnect],
        senders: Senders,
        attempts: NotificationAttempts,
        url: Callable[[UUID], str | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._agenda = agenda
        self._writer = writer
        self._senders = senders
        self._attempts = attempts
        self._url = url
        self._clock = clock
        self._hands: Hands[str] = Hands(AT_ONCE)

    @property
    def is_busy(self) -> bool:
        return self._hands.unfinished > 0

    async def work_off(self, worker: str) -> None:
        """Claim as many notifications as there are hands free for."""
        while worker and (free := AT_ONCE - self._hands.unfinished) > 0:
            claimed = await self._agenda.claim_notifications(self._clock(), free, worker)
            for due in claimed:
                self._hands.put(due.key, partial(carry_out_leased, self._agenda, due, self._tell))
            if len(claimed) < free:
                return

    async def sweep(self) -> None:
        """Try again what is due to be, by the hands that are free."""
        await self._attempts.forget_settled()
        if (free := AT_ONCE - self._hands.unfinished) > 0:
            for retry in await self._attempts.claim(free):
                self._hands.put(f"{retry.notification_id}/{retry.target}", partial(self._try_again, retry))

    async def finish(self) -> None:
        """Wait for what was begun; what takes too long is broken off, and told again by who goes on."""
        await self._hands.finish()

    async def _tell(self, due: Due) -> None:
        if due.ref is None:
            raise LookupError("a notification is about an escalation")
        kind = NotificationKind.UNRESOLVED if due.attempt else NotificationKind.ESCALATED
        planned = (await self._writer.do(Clonnect.plan_notification, due.follower_id, due.ref, kind)).result
        targets = [target for target in await self._senders.targets.of(due.creator_id) if not target.is_off]
        if planned.is_recent:
            outcomes = [(target.kind.value, RECENTLY) for target in targets]
        else:
            known = await self._attempts.outcomes(planned.notification_id)
            notification = self._notification(planned, kind, due.due_at)
            outcomes = await asyncio.gather(
                *(self._told_at(target, notification, due.ref, known.get(target.kind)) for target in targets)
            )
        await self._record(Clonnect.record_notified, due.follower_id, due.ref, kind, tuple(outcomes))

    async def _told_at(
        self, target: NotificationTarget, notification: Notification, escalation_id: UUID, known: str | None
    ) -> tuple[str, str]:
        """The outcome at one address; what is `known` was tried there before this worker took it in hand."""
        if known is None:
            outcome = await self._senders.notify(target, notification)
            known = _word(outcome)
            again = retry_delay(1, outcome.retry_after) if isinstance(outcome, Postponed) else None
            await self._attempts.tried(notification, escalation_id, target.kind, known, again)
            _log(target.kind, outcome)
        return target.kind.value, known

    async def _try_again(self, retry: DueRetry) -> None:
        with context.acting("bot"):
            try:
                outcome = await self._retried(retry)
                if isinstance(outcome, Postponed):
                    delay = retry_delay(retry.attempts, outcome.retry_after)
                    if delay is not None:
                        await self._attempts.postpone(retry, delay)
                        return
                    outcome = Refused(outcome.reason)
                # First, so that what was delivered is not told twice if the log is away.
                await self._attempts.settle(retry)
                await self._record(
                    Clonnect.record_notified_again,
                    retry.follower_id,
                    retry.escalation_id,
                    retry.kind,
                    retry.target.value,
                    _word(outcome),
                )
            except DomainError:  # nobody is to be told any more, or the person is gone
                await self._attempts.settle(retry)
            except TRANSIENT_ERRORS as error:
                waits = {"kind": retry.kind, "key": retry.notification_id, "error": type(error).__name__}
                _logger.warning("due_work_postponed", extra=waits)
            except Exception:
                _logger.exception("due_work_failed", extra={"kind": retry.kind, "key": retry.notification_id})

    async def _retried(self, retry: DueRetry) -> Notified:
        """Raises `NotDue` when nobody is to be told there any more."""
        plan = partial(Clonnect.plan_notification, retried=True)
        planned = (await self._writer.do(plan, retry.follower_id, retry.escalation_id, retry.kind)).result
        target = await self._senders.targets.find(retry.creator_id, retry.target)
        if target is None or target.is_off:
            raise NotDue("This address is there no more.")
        outcome = await self._senders.notify(target, self._notification(planned, retry.kind, retry.at))
        _log(target.kind, outcome)
        return outcome

    def _notification(self, planned: PlannedNotification, kind: NotificationKind, at: datetime) -> Notification:
        title, text = worded(kind, planned.language, planned.name, planned.said)
        return Notification(
            notification_id=planned.notification_id,
            creator_id=planned.creator_id,
            lead_id=planned.lead_id,
            follower_id=planned.follower_id,
            kind=kind,
            title=title,
            text=text,
            url=self._url(planned.lead_id),
            at=at,
        )

    async def _record(self, command: Callable[..., None], *args: object) -> None:
        """Record what was told, however long the database is away; raises `NotDue`."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._writer.do(command, *args)
            except TRANSIENT_ERRORS:
                _logger.warning("notification_outcome_waits")
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return


def _word(outcome: Notified) -> str:
    match outcome:
        case Delivered():
            return DELIVERED
        case Postponed(reason):
            return f"postponed:{reason}"
        case Refused(reason):
            return f"failed:{reason}"


def _log(target: TargetKind, outcome: Notified) -> None:
    if not isinstance(outcome, Delivered):
        _logger.warning("notification_not_delivered", extra={"target": target, "reason": outcome.reason})
