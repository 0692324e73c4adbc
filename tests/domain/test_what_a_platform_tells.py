"""Forwarded words, albums, topics and the platform's own notes: only what a person says in their own words counts."""

import pytest

from domain.application import Clonnect
from domain.follower.values import ServiceNote
from domain.vocabulary import Intent, Platform, SequenceType, Status
from tests.domain.builders import ANA, MARTA, Business, nothing_happens, this_happens


@pytest.fixture
def business() -> Business:
    return Business()


def noted(business: Business, kind: str = "pinned_message", key: str = "note-1", who: str = MARTA) -> None:
    note = ServiceNote(kind, key, business.now, "telegram")
    business.do(Clonnect.keep_note, ANA, Platform.TELEGRAM, who, note)


def test_a_forwarded_stop_opts_nobody_out(business: Business) -> None:
    business.says("BAJA", forwarded=True)
    assert business.last("follower.message_received")["forwarded"]
    assert not business.follower.opted_out
    business.says("BAJA")
    assert business.follower.opted_out


def test_a_forwarded_wish_to_be_written_to_again_is_nobodys(business: Business) -> None:
    business.says("BAJA")
    business.says("ALTA", forwarded=True)
    assert business.follower.opted_out


def test_words_of_somebody_else_score_nothing_and_move_nobody(business: Business) -> None:
    business.says("hola")
    business.understood(Intent.GREETING)
    with this_happens(business, "follower.message_received", "follower.burst_understood"):
        business.says("quiero comprarlo ya", forwarded=True)
        business.understood(Intent.INTEREST_STRONG, direct_purchase=True, own_words=False)
    assert business.lead.status is Status.NEW


def test_who_forwards_something_has_written_all_the_same(business: Business) -> None:
    business.says("me parece caro")
    business.enrolled(SequenceType.OBJECTION_PRICE)
    business.says("mira esto", forwarded=True)
    assert business.run is None


def test_an_answer_goes_where_it_was_asked(business: Business) -> None:
    business.says("¿cuánto cuesta?", thread="55")
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT))
    assert send_id is not None
    business.says("gracias")  # written elsewhere before the answer is out
    order = business.attempted(send_id)
    assert order is not None
    assert order.thread == "55"


@pytest.mark.parametrize("thread", ["55", None])
def test_a_follow_up_goes_where_the_person_last_wrote(business: Business, thread: str | None) -> None:
    business.says("hola", thread="54")
    business.says("¿cuánto cuesta?", thread=thread)
    business.enrolled()
    assert business.goes_out().thread == thread


def test_an_album_is_answered_once_by_the_question_on_it(business: Business) -> None:
    business.says("¿cuánto cuesta?", album="9")
    asked = business.understood(Intent.QUESTION_PRODUCT)
    for _ in range(3):
        business.says("", album="9")
        assert not business.last("follower.message_received")["opens_burst"]
    assert business.answers(asked) is not None


def test_a_question_that_comes_later_in_an_album_is_what_is_answered(business: Business) -> None:
    business.says("", album="9")
    business.understood(Intent.OTHER)
    business.says("¿cuánto cuesta?", album="9")
    assert business.last("follower.message_received")["opens_burst"]
    asked = business.understood(Intent.QUESTION_PRODUCT)
    business.says("", album="9")
    assert business.answers(asked) is not None


@pytest.mark.parametrize("album", [None, "10"])
def test_a_picture_that_is_no_part_of_the_album_speaks_for_itself(business: Business, album: str | None) -> None:
    business.says("¿cuánto cuesta?", album="9")
    asked = business.understood(Intent.QUESTION_PRODUCT)
    business.says("", album=album)
    assert business.last("follower.message_received")["opens_burst"]
    assert business.answers(asked) is None


def test_what_the_platform_notes_is_kept_once_and_ends_nothing(business: Business) -> None:
    business.says("me parece caro")
    business.enrolled()
    asked = business.understood(Intent.OBJECTION_PRICE)
    with this_happens(business, "follower.service_noted"):
        noted(business)
        noted(business)
    assert business.run is not None
    assert business.answers(asked) is not None


def test_what_the_platform_notes_opens_no_conversation(business: Business) -> None:
    business.says("hola", opens_window=False)
    noted(business)
    assert business.follower.is_reachable(business.now) == "no_conversation"


def test_what_the_platform_notes_brings_nobody_back(business: Business) -> None:
    business.says("hola")
    business.do(Clonnect.archive_lead, ANA, business.lead.id)
    noted(business)
    assert business.lead.mark is not None
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    with nothing_happens(business):
        noted(business, key="note-2")
        noted(business, who="a stranger")
