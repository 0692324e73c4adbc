"""Whatever happens to one person, in whatever order: the log keeps its promises, and nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.application import Clonnect
from domain.errors import DomainError
from domain.follower.values import RefusalClass, SendOrder
from domain.lead import Purchase
from domain.nurturing.steps import Step
from domain.vocabulary import Intent, Platform, SequenceType, Status
from tests.domain.builders import ANA, MARTA, Business, an_id
from tests.domain.invariants import broken, unfinished

MINUTES = st.sampled_from([0, 1, 3, 59, 240, 720, 1440, 2880, 10080])
FEW = st.sampled_from([0, 0, 0, 1, 2])
RETRIED = [RefusalClass.NOT_SENT, RefusalClass.DEFER]
CALLED_FOR = [SequenceType.OBJECTION_PRICE, SequenceType.OBJECTION_TIME, SequenceType.POST_PURCHASE]

RARER = ["mode", "sequence", "writes", *["lets go"] * 3, "buys", "moves", "cancels", "blocks", "blocks", "deletes"]
RARER += ["hastens", "hastens", "new steps", "new steps"]
RARER += ["archives", "archives", "marks as spam", "restores", "restores", "records a purchase", "takes", "gives back"]
RARER += ["takes for a while", "sends again"]


@contextmanager
def may_be_refused() -> Iterator[None]:
    """A refusal is as good as any answer; what is no refusal is a mistake."""
    try:
        yield
    except DomainError:
        return


class Anything(RuleBasedStateMachine):
    """One person, one creator, a clock, and workers that come at any time, twice or too late."""

    business: Business

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[SendOrder] = []
        self.numbers = count(1000)

    @initialize(platform=st.sampled_from([Platform.TELEGRAM, Platform.INSTAGRAM, Platform.WHATSAPP]))
    def a_follow_up_is_on_its_way(self, platform: Platform) -> None:
        self.business = Business(platform)
        self.business.says("me parece caro")
        self.business.enrolled()
        self.keep(self.business.goes_out())

    def new_id(self) -> UUID:
        return an_id(next(self.numbers))

    def keep(self, order: SendOrder | None) -> None:
        if order is not None:
            self.orders.append(order)

    @rule(
        text=st.sampled_from(["vale", "vale", "vale", "alta", "STOP"]),
        opens=st.sampled_from([True, True, False]),
        ago=MINUTES,
    )
    def a_message(self, text: str, opens: bool, ago: int) -> None:
        self.business.says(text, opens_window=opens, ago=timedelta(minutes=ago))

    @rule(
        intent=st.sampled_from([*[Intent.QUESTION_PRODUCT] * 5, Intent.ESCALATION, Intent.OTHER]),
        soft_stop=st.booleans(),
    )
    def the_message_is_understood_and_answered(self, intent: Intent, soft_stop: bool) -> None:
        self.business.answers(self.business.understood(intent, soft_stop=soft_stop and intent is Intent.OTHER))

    @rule(sequence_type=st.sampled_from(CALLED_FOR), occasion=st.sampled_from([None, None, 1, 2, 3]))
    def an_occasion(self, sequence_type: SequenceType, occasion: int | None) -> None:
        self.business.do(
            Clonnect.enrol,
            self.business.follower.id,
            sequence_type,
            trigger="intent",
            trigger_event_id=self.new_id() if occasion is None else an_id(occasion),
            anchor_at=self.business.now,
        )

    @rule()
    def a_thank_you(self) -> None:
        self.business.do(Clonnect.resume_run, self.business.follower.id, self.new_id())

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        self.business.passes(minutes=minutes)

    @precondition(lambda self: bool(self.business.steps))
    @rule(step=FEW, what=st.sampled_from(["decided", "decided", "decided", "expired", "released"]))
    def a_follow_up_falls_due(self, step: int, what: str) -> None:
        steps = list(self.business.steps.values())
        follow_up = steps[step % len(steps)]
        self.business.now = max(self.business.now, follow_up.due_at)
        follower_id, follow_up_id = self.business.follower.id, follow_up.follow_up_id
        with may_be_refused():
            match what:
                case "decided":
                    self.keep(self.business.decided(follow_up))
                case "expired":
                    self.business.do(Clonnect.expire_follow_up, follower_id, follow_up_id)
                case "released":
                    self.business.do(Clonnect.release_follow_up, follower_id, follow_up_id, "sending_on")

    @precondition(lambda self: bool(self.business.follower.sends))
    @rule(number=FEW)
    def a_worker_takes_a_send(self, number: int) -> None:
        sends = list(self.business.follower.sends)
        with may_be_refused():
            self.keep(self.business.attempted(sends[-1 - number % len(sends)]))

    @precondition(lambda self: bool(self.orders))
    @rule(back=FEW, outcome=st.sampled_from(["accepted", "silent", "unresolved", *RefusalClass, *RETRIED * 3]))
    def the_platform_answers(self, back: int, outcome: str) -> None:
        order = self.orders[-1 - back % len(self.orders)]
        with may_be_refused():
            match outcome:
                case "accepted":
                    self.business.accepted(order)
                case "silent":
                    self.business.silent(order, timedelta(minutes=back))
                case "unresolved":
                    self.business.unresolved(order)
                case refusal:
                    self.business.rejected(order, RefusalClass(refusal))

    @precondition(lambda self: bool(self.orders))
    @rule(minutes=FEW)
    def the_platform_says_nothing(self, minutes: int) -> None:
        with may_be_refused():
            self.business.silent(self.orders[-1], timedelta(minutes=minutes))

    @rule(what=st.sampled_from(RARER))
    def something_rarer(self, what: str) -> None:
        business = self.business
        follower = business.follower
        lead_id = follower.lead_id
        with may_be_refused():
            match what:
                case "mode":
                    business.do(Clonnect.switch_bot, ANA, None)
                case "sequence":
                    business.do(Clonnect.switch_sequence, ANA, SequenceType.OBJECTION_PRICE, None)
                case "writes":
                    business.do(Clonnect.send_by_hand, ANA, lead_id, "Soy Ana", self.new_id())
                case "sends again":
                    for order in self.orders:
                        with may_be_refused():
                            business.do(Clonnect.repeat_send, ANA, lead_id, order.send_id)
                case "lets go":
                    business.do(Clonnect.resume_bot, follower.id, "timer")
                case "buys":
                    business.do(Clonnect.change_status, ANA, lead_id, Status.CUSTOMER)
                case "moves":
                    business.do(Clonnect.change_status, ANA, lead_id, Status.ACTIVE)
                case "hastens":
                    waiting = [(follower.id, step.follow_up_id) for step in business.steps.values()]
                    business.do(Clonnect.hasten_follow_ups, waiting)
                case "new steps":
                    steps = tuple(Step(hours, f"¿{next(self.numbers)}?") for hours in (1, 5, 30))
                    business.do(Clonnect.change_steps, ANA, SequenceType.OBJECTION_PRICE, steps)
                    business.do(Clonnect.move_runs, ANA, SequenceType.OBJECTION_PRICE, [follower.id])
                case "archives":
                    business.do(Clonnect.archive_lead, ANA, lead_id)
                case "marks as spam":
                    business.do(Clonnect.mark_as_spam, ANA, lead_id)
                case "restores":
                    business.do(Clonnect.restore_lead, ANA, lead_id)
                case "records a purchase":
                    business.do(Clonnect.record_purchase, ANA, lead_id, Purchase(self.new_id(), Decimal(97), "EUR"))
                case "takes":
                    business.do(Clonnect.take_over, ANA, lead_id, None)
                case "takes for a while":
                    business.do(Clonnect.take_over, ANA, lead_id, business.now + timedelta(minutes=1))
                case "gives back":
                    business.do(Clonnect.hand_back, ANA, lead_id)
                case "cancels":
                    business.do(Clonnect.cancel_follow_ups, ANA, lead_id, None)
                case "blocks":
                    business.do(Clonnect.report_reachability, ANA, business.platform, MARTA, follower.suppressed)
                case "deletes":
                    business.do(Clonnect.delete_lead, ANA, lead_id)

    @invariant()
    def who_may_want_a_stop_is_left_to_a_person(self) -> None:
        follower = self.business.follower
        assert follower.is_paused or not follower.may_want_a_stop

    def teardown(self) -> None:
        assert broken(self.business.log()) == []
        self.work_off()
        log = self.business.log()
        assert broken(log) == []
        assert unfinished(log) == []

    def work_off(self) -> None:
        """Let the workers finish, as they would in time; the platform answers from here on."""
        for order in self.orders:
            with may_be_refused():
                self.business.silent(order)
            with may_be_refused():
                self.business.unresolved(order)
        for _ in range(60):
            for send_id in list(self.business.follower.sends):
                with may_be_refused():
                    self.answered(self.business.attempted(send_id))
            if not self.business.steps:
                return
            follow_up = min(self.business.steps.values(), key=lambda each: each.due_at)
            self.business.now = max(self.business.now, follow_up.due_at)
            if follow_up.state == "pending":
                self.answered(self.business.decided(follow_up))
            else:
                self.business.do(Clonnect.expire_follow_up, self.business.follower.id, follow_up.follow_up_id)

    def answered(self, order: SendOrder | None) -> None:
        if order is not None:
            self.business.accepted(order)


Anything.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAnything = Anything.TestCase
