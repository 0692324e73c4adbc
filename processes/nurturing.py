"""Process manager of sequences: enrols people when what they said, or did, calls for it."""

from datetime import datetime
from uuid import UUID

from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.follower.values import STALE_AFTER
from domain.lead import Lead
from domain.vocabulary import Intent, SequenceType, Status
from eventstore.log import Recorded
from eventstore.writer import Writer
from processes.process import Process, caused_by, reacts_to

SEQUENCE_FOR: dict[Intent, SequenceType] = {
    Intent.INTEREST_STRONG: SequenceType.ABANDONED,
    Intent.OBJECTION_PRICE: SequenceType.OBJECTION_PRICE,
    Intent.OBJECTION_TIME: SequenceType.OBJECTION_TIME,
    Intent.OBJECTION_DOUBT: SequenceType.OBJECTION_DOUBT,
    Intent.OBJECTION_WORKS: SequenceType.OBJECTION_DOUBT,
    Intent.OBJECTION_NOT_FOR_ME: SequenceType.OBJECTION_DOUBT,
    Intent.OBJECTION_COMPLICATED: SequenceType.OBJECTION_DOUBT,
    Intent.OBJECTION_LATER: SequenceType.OBJECTION_LATER,
    Intent.INTEREST_SOFT: SequenceType.INTEREST_COLD,
}
"""In the order in which one of several intents decides."""

NEVER_ENROLS = {Intent.OPT_OUT, Intent.ESCALATION, Intent.SUPPORT}
COURTESY = {Intent.THANKS, Intent.GOODBYE}


class SequenceEnrolment(Process):
    """What was understood, or a purchase → a sequence begins."""

    name = "nurturing"

    def __init__(self, writer: Writer[Clonnect]) -> None:
        super().__init__()
        self._writer = writer

    @reacts_to(Follower.BurstUnderstood, when=lambda event: _is_courtesy(event) or _sequence_for(event) is not None)
    async def burst_understood(self, event: Follower.BurstUnderstood, recorded: Recorded) -> None:
        if _is_courtesy(event):
            with caused_by(recorded):
                await self._writer.do(Clonnect.resume_run, event.originator_id, recorded.event_id)
        elif (sequence_type := _sequence_for(event)) is not None:
            await self._enrol(event.originator_id, sequence_type, "intent", event.timestamp, recorded)

    @reacts_to(Lead.StatusChanged, when=lambda event: event.after is Status.CUSTOMER and event.reason != "purchase")
    async def status_changed(self, event: Lead.StatusChanged, recorded: Recorded) -> None:
        follower_id = recorded.owner("follower_id")
        await self._enrol(follower_id, SequenceType.POST_PURCHASE, "status", event.timestamp, recorded)

    # Nobody is asked how it begins who bought long ago and is only now entered.
    @reacts_to(Lead.Purchased, when=lambda event: event.timestamp - event.at <= STALE_AFTER)
    async def purchased(self, event: Lead.Purchased, recorded: Recorded) -> None:
        follower_id = recorded.owner("follower_id")
        await self._enrol(
            follower_id, SequenceType.POST_PURCHASE, "purchase", event.at, recorded, product_id=event.product_id
        )

    async def _enrol(
        self,
        follower_id: UUID,
        sequence_type: SequenceType,
        trigger: str,
        anchor_at: datetime,
        recorded: Recorded,
        product_id: UUID | None = None,
    ) -> None:
        with caused_by(recorded):
            await self._writer.do(
                Clonnect.enrol,
                follower_id,
                sequence_type,
                trigger=trigger,
                trigger_event_id=recorded.event_id,
                anchor_at=anchor_at,
                product_id=product_id,
            )


def _never_enrols(event: Follower.BurstUnderstood) -> bool:
    return event.refusal or any(intent in NEVER_ENROLS for intent, _ in event.intents)


def _is_courtesy(event: Follower.BurstUnderstood) -> bool:
    """Whether nothing but thanks was said."""
    return not _never_enrols(event) and all(intent in COURTESY for intent, _ in event.intents)


def _sequence_for(event: Follower.BurstUnderstood) -> SequenceType | None:
    """What a burst calls for."""
    if _never_enrols(event):
        return None
    intents = {intent for intent, _ in event.intents}
    return next((sequence for intent, sequence in SEQUENCE_FOR.items() if intent in intents), None)
