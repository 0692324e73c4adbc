"""A creator's business in memory: people write, runs begin, work falls due, and time passes only when told to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4, uuid5

from domain import context
from domain.application import Clonnect
from domain.commands.conversations import ReceivedMessage
from domain.creator import Creator, CreatorSettings, Product
from domain.follower.follower import Follower
from domain.follower.values import (
    AnswerLimits,
    FollowUp,
    Inbound,
    Proposal,
    ProposedAnswer,
    RefusalClass,
    Run,
    SendOrder,
)
from domain.lead import Details, Lead
from domain.vocabulary import Intent, Language, Mode, Platform, SequenceType, Status

NOW = datetime(2026, 3, 3, 11, tzinfo=UTC)
"""A Tuesday noon in Madrid, where the creator lives."""

ANA = "ana"
BEA = "bea"
MARTA = "1001"
NAMESPACE = UUID("6f9d2c36-6a55-4c0e-8d0b-0f6cbb1d6a11")
COURSE = Product(
    UUID("4b3a2d10-0b0e-4a44-9a55-3f1f9b6a0c01"),
    "Curso de fotografía",
    Decimal(97),
    "EUR",
    payment_link="https://x.y/z",
)

P = ParamSpec("P")
R = TypeVar("R")


def a_lead(status: Status = Status.NEW, details: Details | None = None, source: str = "dm") -> Lead:
    """A lead as it was captured at noon."""
    follower_id = Follower.create_id(NAMESPACE, ANA, Platform.TELEGRAM, MARTA)
    with at(NOW):
        return Lead.capture(
            lead_id=Lead.create_id(follower_id, 1),
            creator_id=ANA,
            follower_id=follower_id,
            platform=Platform.TELEGRAM,
            platform_user_id=MARTA,
            details=details or Details(),
            status=status,
            source=source,
        )


def a_follower(platform: Platform = Platform.TELEGRAM) -> Follower:
    """Somebody who was met at noon and has not said anything yet."""
    follower_id = Follower.create_id(NAMESPACE, ANA, platform, MARTA)
    with at(NOW):
        return Follower.meet(
            follower_id=follower_id,
            lead_id=Lead.create_id(follower_id, 1),
            creator_id=ANA,
            platform=platform,
            platform_user_id=MARTA,
        )


@contextmanager
def at(moment: datetime, actor: str = "person:ana") -> Iterator[None]:
    """Let what happens inside be done by somebody at a moment."""
    with context.acting(actor, at=moment):
        yield


def a_message(
    text: str,
    number: int | str,
    occurred_at: datetime,
    platform: Platform = Platform.TELEGRAM,
    who: str = MARTA,
    **fields: Any,
) -> Inbound:
    """One message as a channel delivers it."""
    return Inbound(
        platform, who, f"m{number}", f"key-{who}-{number}", text, occurred_at, **{"origin": "webhook"} | fields
    )


class Business:
    """One creator with all eight sequences on, the bot on and one product; the clock stands at noon."""

    def __init__(self, platform: Platform = Platform.TELEGRAM, mode: Mode = Mode.AUTO) -> None:
        self.app = Clonnect({"NAMESPACE": str(NAMESPACE), "MAPPER_TOPIC": "eventstore.mapper:TypedMapper"})
        self.platform = platform
        self.now = NOW
        self._messages = 0
        self._loaded: tuple[int | None, Follower] | None = None
        self.signs_up(ANA)
        if platform is not Platform.MANUAL:
            self.do(Clonnect.connect_channel, ANA, platform, "ana-account", in_transaction=None)
        self.do(Clonnect.add_product, ANA, COURSE)
        for sequence_type in SequenceType:
            self.do(Clonnect.switch_sequence, ANA, sequence_type, True)
        self.do(Clonnect.change_mode, ANA, mode)

    def do(self, command: Callable[Concatenate[Clonnect, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Give a command now."""
        with at(self.now):
            return command(self.app, *args, **kwargs)

    def passes(self, **elapsed: float) -> None:
        """Let time pass: `passes(hours=4)`."""
        self.now += timedelta(**elapsed)

    def signs_up(self, creator_id: str) -> None:
        self.do(Clonnect.sign_up_creator, creator_id, None, CreatorSettings("Europe/Madrid"))

    # What a person says, and what follows from it.

    def says(
        self, text: str = "¿Cuánto cuesta?", *, ago: timedelta = timedelta(0), who: str = MARTA, **fields: Any
    ) -> ReceivedMessage:
        """A new message, which the person wrote some time ago."""
        self._messages += 1
        message = a_message(text, self._messages, self.now - ago, self.platform, who, **fields)
        return self.do(Clonnect.receive_message, ANA, message)

    def understood(
        self,
        *intents: Intent,
        direct_purchase: bool = False,
        refusal: bool = False,
        hard_stop: bool = False,
        soft_stop: bool = False,
        confidence: float = 0.9,
        product_id: UUID | None = None,
        own_words: bool = True,
    ) -> UUID:
        """The last message is understood so; answers its burst."""
        follower = self.follower
        burst = follower.burst
        burst_id = burst.burst_id if burst else follower.burst_id(follower.id, f"m{self._messages}")
        proposal = Proposal(
            burst_id=burst_id,
            message_ids=(f"m{self._messages}",),
            language=Language.ES,
            evidence={Language.ES: 0.0},
            intents=tuple((intent, confidence) for intent in intents),
            best=tuple((intent, confidence) for intent in intents),
            product_id=product_id,
            refusal=refusal,
            direct_purchase=direct_purchase,
            hard_stop=hard_stop,
            soft_stop=soft_stop,
            needs_reply=True,
            reason=intents[0],
            classifier_version=1,
            own_words=own_words,
        )
        self.do(Clonnect.understand_burst, follower.id, proposal)
        return burst_id

    def answers(
        self, burst_id: UUID, text: str = "Cuesta 97 €.", intent: Intent = Intent.QUESTION_PRODUCT
    ) -> UUID | None:
        """The bot's answer to a burst is requested; answers the send's id."""
        draft_id = self.drafts(burst_id, text, intent)
        return None if draft_id is None else uuid5(draft_id, "send")

    def drafts(
        self,
        burst_id: UUID,
        text: str = "Cuesta 97 €.",
        intent: Intent = Intent.QUESTION_PRODUCT,
        why: tuple[str, ...] = (),
    ) -> UUID | None:
        """An answer to a burst is proposed; answers the draft's id."""
        answer = ProposedAnswer(burst_id, text, Language.ES, intent, 0.8, "template", None, why)
        return self.do(Clonnect.reply, self.follower.id, answer, AnswerLimits())

    def enrolled(self, sequence_type: SequenceType = SequenceType.OBJECTION_PRICE, trigger: str = "intent") -> bool:
        """A new occasion calls for a sequence, now."""
        return self.do(
            Clonnect.enrol,
            self.follower.id,
            sequence_type,
            trigger=trigger,
            trigger_event_id=uuid4(),
            anchor_at=self.now,
        )

    # What is sent.

    def decided(self, follow_up: FollowUp) -> SendOrder | None:
        """A worker decides what becomes of a follow-up now."""
        return self.do(Clonnect.decide_follow_up, self.follower.id, follow_up.follow_up_id, "worker")

    def attempted(self, send_id: UUID) -> SendOrder | None:
        """A worker is about to make the call, or rules it out."""
        return self.do(Clonnect.attempt_send, self.follower.id, send_id, "worker")

    def accepted(self, order: SendOrder) -> None:
        ids = (f"out-{order.send_id}",)
        self.do(Clonnect.record_send_accepted, self.follower.id, order.send_id, order.attempt, ids, "response")

    def rejected(self, order: SendOrder, refusal: RefusalClass, retry_after: timedelta | None = None) -> None:
        self.do(
            Clonnect.record_send_rejected,
            self.follower.id,
            order.send_id,
            order.attempt,
            refusal,
            retry_after=retry_after,
        )

    def silent(self, order: SendOrder, reconcile_for: timedelta = timedelta(minutes=5)) -> None:
        """No answer came: it may have arrived."""
        self.do(
            Clonnect.record_send_uncertain, self.follower.id, order.send_id, order.attempt, "timeout", reconcile_for
        )

    def unresolved(self, order: SendOrder) -> None:
        self.do(Clonnect.record_send_unresolved, self.follower.id, order.send_id, order.attempt)

    def falls_due(self, step: int = 1) -> FollowUp:
        """Wait until a step is due, and answer it."""
        follow_up = self.steps[step]
        self.now = max(self.now, follow_up.due_at)
        return follow_up

    def goes_out(self, step: int = 1) -> SendOrder:
        """Wait until a step is due; the call for it is about to be made."""
        order = self.decided(self.falls_due(step))
        assert order is not None
        return order

    # What there is.

    @property
    def follower(self) -> Follower:
        """The person as the log has them now; loaded again only when something was recorded since."""
        head = self.app.recorder.max_notification_id()
        if self._loaded is None or self._loaded[0] != head:
            follower_id = Follower.create_id(NAMESPACE, ANA, self.platform, MARTA)
            self._loaded = head, self.app.follower(follower_id)
        return self._loaded[1]

    @property
    def lead(self) -> Lead:
        return self.app.lead_of(self.follower)

    @property
    def creator(self) -> Creator:
        return self.app.creator(ANA)

    @property
    def run(self) -> Run | None:
        return self.follower.run

    @property
    def steps(self) -> dict[int, FollowUp]:
        """The follow-ups that wait for their outcome, by step."""
        run = self.follower.run
        return {} if run is None else {each.step: each for each in run.follow_ups.values()}

    def log(self) -> list[dict[str, Any]]:
        """Everything that was recorded, in order: topic, stream, version, position and fields, as plain JSON."""
        return [
            {
                "topic": found.topic,
                "stream": str(found.originator_id),
                "version": found.originator_version,
                "position": found.id,
                **json.loads(found.state),
            }
            for found in self.app.recorder.select_notifications(1, 100_000)
        ]

    def happened(self) -> list[str]:
        """The topics of everything that was recorded about the person, in order."""
        streams = {str(self.follower.id), str(self.lead.id)}
        return [event["topic"] for event in self.log() if event["stream"] in streams]

    def last(self, topic: str) -> dict[str, Any]:
        """The last event with a topic."""
        return next(event for event in reversed(self.log()) if event["topic"] == topic)


@contextmanager
def nothing_happens(business: Business) -> Iterator[None]:
    """What is done inside must leave no trace in the log."""
    before = business.log()
    yield
    assert business.log()[len(before) :] == []


@contextmanager
def this_happens(business: Business, *topics: str) -> Iterator[None]:
    """What is done inside must leave exactly these events, in this order."""
    before = len(business.log())
    yield
    assert [event["topic"] for event in business.log()[before:]] == list(topics)


def an_id(number: int) -> UUID:
    """An id that stands for nothing in particular."""
    return uuid5(NAMESPACE, f"id/{number}")
