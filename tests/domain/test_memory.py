"""What is remembered of a conversation: what was really said, and nothing for ever."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.follower.values import RefusalClass
from domain.memory import MAX_FACTS, MAX_MESSAGES, Memory, MetObjection, RememberedMessage, SaidFact, remember
from domain.vocabulary import Intent, Language, SequenceType
from tests.domain.builders import ANA, COURSE, NOW, Business


@pytest.fixture
def business() -> Business:
    return Business()


def remembered(business: Business, country: str | None = None) -> Memory:
    return remember(events(business), country=country)


def events(business: Business) -> Iterator[Follower.Event]:
    for event in business.app.events.get(business.follower.id):
        assert isinstance(event, Follower.Event)
        yield event


def says_by_hand(business: Business, text: str) -> UUID:
    return business.do(Clonnect.send_by_hand, ANA, business.lead.id, text, uuid4()).send_id


def test_somebody_who_has_said_nothing_is_a_stranger() -> None:
    assert remember([]) == Memory()


def test_both_sides_are_remembered_and_who_spoke_for_us(business: Business) -> None:
    business.says("¿Cuánto cuesta?", ago=timedelta(minutes=1))
    business.answers(business.understood(Intent.QUESTION_PRODUCT), "Cuesta 97 €.")
    business.passes(minutes=5)
    says_by_hand(business, "Soy Ana, ¿te ayudo?")
    assert remembered(business).messages == (
        RememberedMessage("follower", NOW - timedelta(minutes=1), "¿Cuánto cuesta?"),
        RememberedMessage("bot", NOW, "Cuesta 97 €."),
        RememberedMessage("person", NOW + timedelta(minutes=5), "Soy Ana, ¿te ayudo?"),
    )


def test_a_follow_up_is_the_bots_word(business: Business) -> None:
    business.says()
    business.enrolled()
    order = business.goes_out()
    assert remembered(business).messages[-1] == RememberedMessage("bot", business.now, order.text)


def test_the_last_twenty_messages_are_enough(business: Business) -> None:
    for number in range(MAX_MESSAGES + 5):
        business.says(f"mensaje {number}")
    texts = [message.text for message in remembered(business).messages]
    assert texts == [f"mensaje {number}" for number in range(5, MAX_MESSAGES + 5)]


def test_a_message_without_words_is_none(business: Business) -> None:
    business.says("")
    assert remembered(business).messages == ()


def test_a_draft_was_never_said(business: Business) -> None:
    business.says()
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    business.answers(burst_id, "Cuesta 97 €.")
    drafts_only = [event for event in events(business) if not isinstance(event, Follower.SendRequested)]
    assert any(isinstance(event, Follower.ReplyDrafted) for event in drafts_only)
    assert [message.author for message in remember(drafts_only).messages] == ["follower"]


def test_what_never_left_was_never_said(business: Business) -> None:
    business.says()
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT), "Cuesta 97 €.")
    assert send_id is not None
    business.do(Clonnect.take_over, ANA, business.lead.id, None)
    assert business.attempted(send_id) is None
    assert business.happened()[-1] == "follower.send_cancelled"
    order = business.attempted(says_by_hand(business, "¿Te ayudo?"))
    assert order is not None
    business.rejected(order, RefusalClass.CONTENT)
    assert [message.text for message in remembered(business).messages] == ["¿Cuánto cuesta?"]


def test_what_was_sent_again_is_remembered_once(business: Business) -> None:
    business.says()
    send_id = says_by_hand(business, "¿Te ayudo?")
    order = business.attempted(send_id)
    assert order is not None
    business.silent(order)
    business.unresolved(order)
    again = business.do(Clonnect.repeat_send, ANA, business.lead.id, send_id)
    said = ["¿Cuánto cuesta?", "¿Te ayudo?"]
    assert [message.text for message in remembered(business).messages] == said
    # The first arrived after all: the repeat is given up, and what was said stays so.
    business.accepted(order)
    assert business.last("follower.send_cancelled")["send_id"] == str(again)
    assert [message.text for message in remembered(business).messages] == said


def test_erased_words_are_forgotten(business: Business) -> None:
    business.says("soy Marta, mi correo es marta@x.com")
    business.says("hola")
    erased = [
        Follower.MessageReceived(**{**event.__dict__, "text": "", "message_id": ""})
        if isinstance(event, Follower.MessageReceived)
        else event
        for event in events(business)
    ]
    assert remember(erased) == Memory()


def test_another_life_begins_with_nothing(business: Business) -> None:
    business.says("soy Marta")
    business.understood(Intent.OBJECTION_PRICE, product_id=COURSE.product_id)
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    business.passes(days=1)
    business.says("hola otra vez")
    assert remembered(business) == Memory(messages=(RememberedMessage("follower", business.now, "hola otra vez"),))


def test_what_somebody_says_of_themselves_is_kept_with_its_message(business: Business) -> None:
    business.says("Hola, soy Marta. Quiero vivir de la fotografía, pero solo tengo 3 horas a la semana")
    business.says("soy principiante, y mi móvil es el 612 34 56 78")
    assert remembered(business, country="ES").facts == (
        SaidFact("name", "Marta", "m1", NOW),
        SaidFact("goal", "vivir de la fotografía", "m1", NOW),
        SaidFact("constraint", "solo tengo 3 horas a la semana", "m1", NOW),
        SaidFact("phone", "+34612345678", "m2", NOW),
        SaidFact("level", "beginner", "m2", NOW),
    )


def test_who_corrects_themselves_is_believed(business: Business) -> None:
    business.says("mi correo es marta@x.com")
    business.says("perdona, mi correo bueno: marta@y.com")
    memory = remembered(business)
    assert memory.fact("email") == "marta@y.com"
    assert [fact.message_id for fact in memory.facts] == ["m2"]
    assert memory.fact("phone") is None


def test_several_goals_are_each_kept_once(business: Business) -> None:
    business.says("quiero aprender a editar")
    business.says("quiero vivir de esto")
    business.says("Quiero aprender a editar")
    assert [(fact.value, fact.message_id) for fact in remembered(business).facts] == [
        ("vivir de esto", "m2"),
        ("aprender a editar", "m3"),
    ]


def test_facts_are_bounded(business: Business) -> None:
    for number in range(MAX_FACTS + 3):
        business.says(f"quiero aprender la técnica {number}")
    facts = remembered(business).facts
    assert len(facts) == MAX_FACTS
    assert facts[-1].value == f"aprender la técnica {MAX_FACTS + 2}"


def test_forwarded_words_tell_nothing_about_who_forwards_them(business: Business) -> None:
    business.says("soy Luis y quiero aprender a editar", forwarded=True)
    memory = remembered(business)
    assert memory.facts == ()
    assert [message.forwarded for message in memory.messages] == [True]


def test_what_we_say_is_no_fact_about_them(business: Business) -> None:
    business.says()
    says_by_hand(business, "Soy Ana, mi correo es ana@x.com")
    assert remembered(business).facts == ()


def test_products_and_objections_are_kept_with_the_latest_at_the_end(business: Business) -> None:
    other = UUID(int=9)
    for intent, product_id in (
        (Intent.OBJECTION_PRICE, COURSE.product_id),
        (Intent.OBJECTION_TIME, other),
        (Intent.OBJECTION_PRICE, COURSE.product_id),
        (Intent.GREETING, None),
    ):
        business.passes(hours=1)
        business.says("…")
        business.understood(intent, product_id=product_id)
    memory = remembered(business)
    assert memory.products == (other, COURSE.product_id)
    assert memory.objections == (
        MetObjection(Intent.OBJECTION_TIME, NOW + timedelta(hours=2)),
        MetObjection(Intent.OBJECTION_PRICE, NOW + timedelta(hours=3)),
    )
    assert memory.language is Language.ES


def test_a_follow_up_that_was_skipped_is_a_promise_that_was_not_kept(business: Business) -> None:
    business.says()
    business.enrolled()
    first = business.steps[1]
    assert remembered(business).unkept_promises == ()
    business.now = first.due_at + timedelta(days=30)
    assert business.decided(first) is None
    (skipped,) = remembered(business).unkept_promises
    assert (skipped.follow_up_id, skipped.sequence_type, skipped.step) == (
        first.follow_up_id,
        SequenceType.OBJECTION_PRICE,
        1,
    )
    assert skipped.message_template == first.message_template
    assert skipped.reason == business.last("follower.follow_up_skipped")["reason"]


def test_a_follow_up_that_a_reply_made_needless_is_no_broken_promise(business: Business) -> None:
    business.says()
    business.enrolled()
    business.says("ya lo tengo")
    assert business.run is None
    assert remembered(business).unkept_promises == ()
