"""Stories of people of two creators, made up at random: what may happen to a lead and to what was promised them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from domain.application import Clonnect
from domain.errors import DomainError
from domain.follower.follower import Follower
from domain.follower.values import AnswerLimits, Inbound, Proposal, ProposedAnswer, RefusalClass
from domain.vocabulary import Intent, Language, Mode, Platform, SequenceType, Status
from tests.projections.conftest import TimedCommands
from tests.world import CREATOR

EVA = "eva"
"""The other creator, whose only follower is the last one."""

_LAST = 2
_PEOPLE = st.integers(0, _LAST)
_SEQUENCES = st.sampled_from([SequenceType.OBJECTION_PRICE, SequenceType.ABANDONED])
_MEANINGS = st.sampled_from([Intent.INTEREST_STRONG, Intent.INTEREST_SOFT, Intent.ESCALATION, Intent.OBJECTION_PRICE])
_OUTCOMES = st.sampled_from(["accepted", "refused", "blocked", "lost", "found", "open"])
_OFTEN = (
    st.tuples(st.just("says"), _PEOPLE, _MEANINGS),
    st.tuples(st.just("enrol"), _PEOPLE, _SEQUENCES),
    st.tuples(st.just("due"), _PEOPLE, _OUTCOMES),
    st.tuples(st.just("due"), _PEOPLE, _OUTCOMES),
)
_AT_TIMES = (
    st.tuples(st.just("add"), _PEOPLE, st.sampled_from(Status), st.sampled_from([None, 0.3, 0.5, 0.9])),
    st.tuples(st.just("answer"), _PEOPLE),
    st.tuples(st.just("propose"), _PEOPLE, st.sampled_from([(), ("unsure",)])),
    st.tuples(st.just("settle"), _PEOPLE, st.sampled_from(["approve", "edit", "reject", "regenerate", "expire"])),
    st.tuples(st.just("resolve"), _PEOPLE),
    st.tuples(st.just("move"), _PEOPLE, st.sampled_from(Status)),
    st.tuples(st.just("put_aside"), _PEOPLE, st.sampled_from([Clonnect.archive_lead, Clonnect.mark_as_spam])),
    st.tuples(st.just("put_aside"), _PEOPLE, st.just(Clonnect.restore_lead)),
    st.tuples(st.just("delete"), _PEOPLE),
    st.tuples(st.just("erase"), _PEOPLE),
    st.tuples(st.just("cancel"), _PEOPLE),
    st.tuples(st.just("switch"), _PEOPLE, st.sampled_from([Mode.AUTO, Mode.AUTO, Mode.OFF])),
    st.tuples(st.just("release"), _PEOPLE),
    st.tuples(st.just("wait"), st.integers(1, 40)),
)
MOVES = st.integers(0, 4).flatmap(lambda number: st.one_of(*(_OFTEN if number else _AT_TIMES)))
"""One thing that happens: the name of a method of `Story`, and what it is given."""


class NobodyThere(Exception):
    """What is to happen needs somebody, or something promised, that there is not."""


class RecordedStory:
    """What happens to three people who have all said something; what the present state refuses does not happen."""

    def __init__(self, people: TimedCommands) -> None:
        self.people = people
        self.do = people.do
        self._name = uuid4().hex
        for number in range(_LAST + 1):
            self.switch(number, Mode.AUTO)
            self.says(number, Intent.INTEREST_SOFT)
            self.enrol(number, SequenceType.ABANDONED)

    def happens(self, move: tuple[Any, ...]) -> None:
        try:
            getattr(self, move[0])(*move[1:])
        except (DomainError, NobodyThere):
            return

    @staticmethod
    def _creator(number: int) -> str:
        return EVA if number == _LAST else CREATOR

    def _follower(self, number: int) -> Follower:
        app = self.people.app
        lead = app.lead_known_as(self._creator(number), f"tg_{self._name}.{number}")
        return app.follower(lead.follower_id)

    def add(self, number: int, status: Status, intent: float | None) -> None:
        user_id = f"{self._name}.{number}"
        self.people.lead(user_id, creator_id=self._creator(number), status=status, purchase_intent=intent)

    def says(self, number: int, intent: Intent) -> None:
        key = uuid4().hex
        message = Inbound(Platform.TELEGRAM, f"{self._name}.{number}", key, key, "…", self.people.at, "telegram")
        follower_id: UUID = self.do(Clonnect.receive_message, self._creator(number), message).follower_id
        burst = self.people.app.follower(follower_id).burst
        proposal = Proposal(
            burst_id=burst.burst_id if burst else Follower.burst_id(follower_id, key),
            message_ids=(key,),
            language=Language.ES,
            evidence={},
            intents=((intent, 0.9),),
            best=((intent, 0.9),),
            product_id=None,
            refusal=False,
            direct_purchase=False,
            hard_stop=False,
            soft_stop=False,
            needs_reply=True,
            reason=intent,
            classifier_version=1,
        )
        self.do(Clonnect.understand_burst, follower_id, proposal)

    def answer(self, number: int) -> None:
        self.do(Clonnect.send_by_hand, self._creator(number), self._follower(number).lead_id, "Buenas", uuid4())

    def propose(self, number: int, why: tuple[str, ...]) -> None:
        """The bot answers what was said last, or proposes to."""
        follower = self._follower(number)
        if follower.last_burst is None:
            raise NobodyThere
        answer = ProposedAnswer(
            follower.last_burst, "97 €", Language.ES, Intent.QUESTION_PRODUCT, 0.9, "template", None, why
        )
        self.do(Clonnect.reply, follower.id, answer, AnswerLimits())

    def settle(self, number: int, how: str) -> None:
        """Somebody, or time, decides about the draft that waits."""
        follower = self._follower(number)
        if follower.draft is None:
            raise NobodyThere
        creator_id, lead_id, draft_id = self._creator(number), follower.lead_id, follower.draft.draft_id
        match how:
            case "approve" | "edit":
                text = "Son 97 €" if how == "edit" else None
                self.do(Clonnect.approve_draft, creator_id, lead_id, draft_id, text, although_outdated=True)
            case "reject":
                self.do(Clonnect.reject_draft, creator_id, lead_id, draft_id, None)
            case "regenerate":
                self.do(Clonnect.regenerate_draft, creator_id, lead_id, draft_id)
            case _:
                self.do(Clonnect.expire_draft, follower.id, draft_id)

    def resolve(self, number: int) -> None:
        """A person has dealt with whoever asked for one."""
        follower = self._follower(number)
        if follower.escalation is None:
            raise NobodyThere
        self.do(Clonnect.resolve_escalation, self._creator(number), follower.lead_id, follower.escalation, None)

    def move(self, number: int, status: Status) -> None:
        self.do(Clonnect.change_status, self._creator(number), self._follower(number).lead_id, status)

    def put_aside(self, number: int, command: Callable[..., Any]) -> None:
        """The lead is archived, called spam, or brought back."""
        self.do(command, self._creator(number), self._follower(number).lead_id)

    def delete(self, number: int) -> None:
        self.do(Clonnect.delete_lead, self._creator(number), self._follower(number).lead_id)

    def erase(self, number: int) -> None:
        self.do(Clonnect.request_erasure, self._creator(number), f"tg_{self._name}.{number}")

    def enrol(self, number: int, sequence_type: SequenceType) -> None:
        self.do(
            Clonnect.enrol,
            self._follower(number).id,
            sequence_type,
            trigger="intent",
            trigger_event_id=uuid4(),
            anchor_at=self.people.at,
        )

    def due(self, number: int, outcome: str) -> None:
        """Time passes until the next follow-up is due, and what its rules say is done."""
        follower = self._follower(number)
        if follower.run is None:
            raise NobodyThere
        follow_up = min(follower.run.follow_ups.values(), key=lambda each: each.due_at)
        self.people.at = max(self.people.at, follow_up.due_at)
        if follow_up.state in ("held", "converted"):
            self.do(Clonnect.expire_follow_up, follower.id, follow_up.follow_up_id)
            return
        order = self.do(Clonnect.decide_follow_up, follower.id, follow_up.follow_up_id, "worker")
        if order is None:
            return
        attempt = (follower.id, order.send_id, order.attempt)
        if outcome in ("lost", "found"):
            self.do(Clonnect.record_send_uncertain, *attempt, "timeout", timedelta(0))
        if outcome in ("accepted", "found"):
            self.do(Clonnect.record_send_accepted, *attempt, ("1",), "response")
        if outcome in ("refused", "blocked"):
            refusal = RefusalClass.REJECTED if outcome == "refused" else RefusalClass.SUPPRESS
            self.do(Clonnect.record_send_rejected, *attempt, refusal)

    def cancel(self, number: int) -> None:
        self.do(Clonnect.cancel_follow_ups, self._creator(number), self._follower(number).lead_id, None)

    def switch(self, number: int, mode: Mode) -> None:
        self.do(Clonnect.change_mode, self._creator(number), mode)

    def release(self, number: int) -> None:
        follower = self._follower(number)
        for follow_up_id in list(follower.run.follow_ups) if follower.run else ():
            self.do(Clonnect.release_follow_up, follower.id, follow_up_id, "sending_on")

    def wait(self, hours: int) -> None:
        self.people.at += timedelta(hours=hours)
