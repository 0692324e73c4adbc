"""An answer takes its time: what happens in the meantime decides what becomes of it."""

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import Clonnect
from domain.errors import NotDue
from domain.follower.values import AnswerLimits, ModelCall, ProposedAnswer
from domain.vocabulary import Intent, Language, Mode
from tests.domain.builders import ANA, Business, an_id, nothing_happens, this_happens

MODEL = "openai/gpt-oss-120b"
LIMITS = AnswerLimits()
DRAFTED, REQUESTED = "follower.reply_drafted", "follower.send_requested"
CALLED, DROPPED = "follower.model_called", "follower.answer_dropped"


def a_call(number: int = 1) -> ModelCall:
    return ModelCall(an_id(number), "reply", MODEL, 1, "0" * 64, {}, "{}", 700, 50, 1200, "completed")


def asked(business: Business) -> UUID:
    """Somebody asks, and an answer is to be written."""
    business.says("¿Cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    assert business.do(Clonnect.request_answer, business.follower.id, burst_id, LIMITS)
    return burst_id


def starts(business: Business, burst_id: UUID) -> bool:
    """A worker takes it up; answers whether a language model may be asked."""
    started = business.do(Clonnect.start_generation, business.follower.id, burst_id, MODEL, LIMITS)
    return started is not None and started.may_call


def written(business: Business, burst_id: UUID, calls: Sequence[ModelCall] = (), text: str | None = "97 €") -> None:
    """The answer is there."""
    answer = ProposedAnswer(burst_id, text, Language.ES, Intent.QUESTION_PRODUCT, 0.9, "model", None) if text else None
    business.do(Clonnect.record_answer, business.follower.id, burst_id, calls, answer, LIMITS)


def test_an_answer_that_nothing_crossed_is_sent_and_its_call_is_on_record(business: Business) -> None:
    burst_id = asked(business)
    assert starts(business, burst_id)
    with this_happens(business, CALLED, DRAFTED, REQUESTED):
        written(business, burst_id, [a_call()])


CROSSED: dict[str, Callable[[Business], object]] = {
    "a person writes": lambda business: business.do(
        Clonnect.send_by_hand, ANA, business.lead.id, "Te contesto yo.", an_id(9)
    ),
    "a person takes over": lambda business: business.do(Clonnect.take_over, ANA, business.lead.id, None),
    "a person takes over and gives back": lambda business: (
        business.do(Clonnect.take_over, ANA, business.lead.id, None),
        business.do(Clonnect.hand_back, ANA, business.lead.id),
    ),
    "the conversation gets another mode": lambda business: business.do(
        Clonnect.set_mode, ANA, business.lead.id, Mode.REVIEW
    ),
}


@pytest.mark.parametrize("crossed", CROSSED.values(), ids=CROSSED.keys())
def test_what_a_person_does_meanwhile_makes_it_a_draft(
    business: Business, crossed: Callable[[Business], object]
) -> None:
    burst_id = asked(business)
    starts(business, burst_id)
    crossed(business)
    with this_happens(business, CALLED, DRAFTED):
        written(business, burst_id, [a_call()])
    assert "crossed" in business.last(DRAFTED)["why_draft"]


ENDED: dict[str, Callable[[Business], object]] = {
    "superseded": lambda business: business.says("¿Y tiene certificado?"),
    "bot_off": lambda business: business.do(Clonnect.switch_bot, ANA, False),
    "put_aside": lambda business: business.do(Clonnect.mark_as_spam, ANA, business.lead.id),
    "unreachable": lambda business: business.do(Clonnect.report_reachability, ANA, business.platform, "1001", False),
    "lead_deleted": lambda business: business.do(Clonnect.delete_lead, ANA, business.lead.id),
}


@pytest.mark.parametrize(("reason", "ended"), ENDED.items(), ids=ENDED.keys())
def test_what_ends_it_meanwhile_drops_it_and_its_call_is_on_record(
    business: Business, reason: str, ended: Callable[[Business], object]
) -> None:
    burst_id = asked(business)
    starts(business, burst_id)
    ended(business)
    with this_happens(business, CALLED, DROPPED):
        written(business, burst_id, [a_call()])
    assert business.last(DROPPED)["reason"] == reason


@pytest.mark.parametrize(("reason", "ended"), ENDED.items(), ids=ENDED.keys())
def test_nobody_is_called_for_an_answer_that_nobody_needs_any_more(
    business: Business, reason: str, ended: Callable[[Business], object]
) -> None:
    burst_id = asked(business)
    ended(business)
    with this_happens(business, DROPPED):
        assert not starts(business, burst_id)
    assert business.last(DROPPED)["reason"] == reason


def test_nobody_is_called_where_a_person_has_taken_over(business: Business) -> None:
    burst_id = asked(business)
    business.do(Clonnect.take_over, ANA, business.lead.id, None)
    with this_happens(business, DROPPED):
        assert not starts(business, burst_id)


def test_receipts_and_reads_do_not_cross_an_answer(business: Business) -> None:
    business.says("hola")
    order = business.attempted(business.answers(business.understood(Intent.GREETING)) or an_id(1))
    burst_id = asked(business)
    starts(business, burst_id)
    assert order is not None
    business.accepted(order)
    business.do(Clonnect.read_conversation, ANA, business.lead.id)
    with this_happens(business, DRAFTED, REQUESTED):
        written(business, burst_id)


def test_an_answer_that_nobody_could_write_leaves_the_person_to_a_person(business: Business) -> None:
    burst_id = asked(business)
    starts(business, burst_id)
    with this_happens(business, CALLED, DROPPED):
        written(business, burst_id, [a_call()], text=None)
    assert business.last(DROPPED)["reason"] == "nothing_to_say"


def test_after_a_crash_the_call_is_recorded_as_lost_and_made_once_more_and_no_third_time(business: Business) -> None:
    burst_id = asked(business)
    assert starts(business, burst_id)
    with this_happens(business, CALLED, "follower.generation_started"):
        assert starts(business, burst_id)
    assert business.last(CALLED)["outcome"] == "lost"
    assert not starts(business, burst_id)
    with this_happens(business, DRAFTED, REQUESTED):
        written(business, burst_id)


def test_an_answer_is_recorded_once_and_a_late_one_leaves_only_its_calls(business: Business) -> None:
    burst_id = asked(business)
    starts(business, burst_id)
    written(business, burst_id, [a_call(1)])
    with this_happens(business, CALLED):
        written(business, burst_id, [a_call(2)])
    with nothing_happens(business), pytest.raises(NotDue):
        starts(business, burst_id)


MEANWHILE = st.lists(st.sampled_from(["says", "hand", "over", "back", "off", "read"]), max_size=5)


@given(before=MEANWHILE, during=MEANWHILE)
def test_whatever_comes_in_between_nothing_is_sent_over_anybody(before: list[str], during: list[str]) -> None:
    business = Business()
    moves: dict[str, Callable[[], object]] = {
        "says": lambda: business.says("¿y?"),
        "hand": lambda: business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Yo.", an_id(len(business.log()))),
        "over": lambda: business.do(Clonnect.take_over, ANA, business.lead.id, None),
        "back": lambda: business.do(Clonnect.hand_back, ANA, business.lead.id),
        "off": lambda: business.do(Clonnect.switch_bot, ANA, None),
        "read": lambda: business.do(Clonnect.read_conversation, ANA, business.lead.id),
    }
    burst_id = asked(business)
    for move in before:
        moves[move]()
    may_call = starts(business, burst_id)
    version = business.follower.version
    for move in during:
        moves[move]()
    sent = len([topic for topic in business.happened() if topic == REQUESTED])
    if may_call:
        written(business, burst_id)
    requested = [event for event in business.log() if event["topic"] == REQUESTED][sent:]
    loud = {"follower.message_received", REQUESTED, "follower.bot_paused", "follower.bot_resumed"}
    crossed = [
        event
        for event in business.log()
        if event["stream"] == str(business.follower.id) and event["version"] > version and event["topic"] in loud
    ]
    assert not requested or crossed == requested
    assert not requested or business.creator.mode is Mode.AUTO


@pytest.fixture
def business() -> Business:
    return Business()


def test_what_a_model_leaves_to_a_person_is_listed_for_one(business: Business) -> None:
    burst_id = asked(business)
    starts(business, burst_id)
    answer = ProposedAnswer(burst_id, "Lo miro.", Language.ES, Intent.SUPPORT, 0.9, "model", None, ("needs_person",))
    with this_happens(business, DRAFTED, "follower.escalated"):
        business.do(Clonnect.record_answer, business.follower.id, burst_id, (), answer, LIMITS, needs_person=True)
    assert business.last("follower.escalated")["reason"] == "model"


def test_the_answer_to_newer_words_takes_the_place_of_one_that_is_being_written(business: Business) -> None:
    burst_id = asked(business)
    starts(business, burst_id)
    business.says("¿Y tiene certificado?")
    newer = business.understood(Intent.QUESTION_PRODUCT)
    with this_happens(business, DROPPED, "follower.answer_requested"):
        business.do(Clonnect.request_answer, business.follower.id, newer, LIMITS)
    with this_happens(business, CALLED):
        written(business, burst_id, [a_call()])
    assert starts(business, newer)
