"""What is said on both sides: each message once, each answer at most once, and silence when silence is wanted."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import Clonnect
from domain.errors import NotFound
from domain.follower import messages
from domain.follower.follower import Follower
from domain.follower.values import Inbound, Purpose
from domain.vocabulary import Intent, Language, Mode, Platform, Status
from tests.domain.builders import ANA, BEA, MARTA, NOW, Business, a_follower, a_message, an_id, at, nothing_happens

HOUR = timedelta(hours=1)


@pytest.fixture
def business() -> Business:
    return Business()


def test_a_stranger_who_writes_becomes_a_lead(business: Business) -> None:
    received = business.says("hola", name="Marta")
    assert business.happened() == ["lead.captured", "follower.met", "follower.message_received"]
    assert business.lead.id == received.lead_id
    assert (business.lead.details.name, business.lead.status) == ("Marta", Status.NEW)


def test_a_known_message_changes_nothing(business: Business) -> None:
    message = a_message("hola", 1, business.now)
    first = business.do(Clonnect.receive_message, ANA, message)
    with nothing_happens(business):
        again = business.do(Clonnect.receive_message, ANA, message)
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.lead_id == first.lead_id


def test_the_same_words_in_another_message_are_said_twice(business: Business) -> None:
    business.says("hola")
    business.says("hola")
    assert business.happened().count("follower.message_received") == 2


def test_a_person_is_called_what_the_platform_says_with_their_latest_message(business: Business) -> None:
    business.says("hola", name="\u3164")
    assert business.lead.details.name is None
    business.says("soy yo", name="Marta")
    business.says("otra vez", name="M.")
    business.says("ya no digo quién soy")
    assert business.lead.details.name == "M."


def test_the_same_person_is_another_follower_of_another_creator(business: Business) -> None:
    business.says("hola")
    business.signs_up(BEA)
    received = business.do(Clonnect.receive_message, BEA, a_message("hola", 1, business.now))
    assert not received.duplicate
    assert received.lead_id != business.lead.id


@given(st.permutations(range(4)))
def test_an_older_message_that_arrives_late_never_shortens_the_window(order: list[int]) -> None:
    follower = a_follower(Platform.INSTAGRAM)
    latest = None
    for hours in order:
        with at(NOW):
            occurred_at = NOW + hours * HOUR
            message = a_message("hola", hours, occurred_at, Platform.INSTAGRAM)
            messages.receive(follower, message, hard_stop=None, opts_in=False, now=NOW)
        latest = occurred_at if latest is None else max(latest, occurred_at)
        assert follower.window_end() == latest + timedelta(hours=24)


def test_a_telegram_bot_may_write_to_whoever_wrote_once(business: Business) -> None:
    business.says("hola")
    assert business.follower.window_end() is None
    assert business.follower.is_reachable(business.now + timedelta(days=365)) is None


def test_a_message_that_opens_no_window_leaves_it_closed(business: Business) -> None:
    business.says("❤", opens_window=False)
    assert business.follower.is_reachable(business.now) == "no_conversation"


@pytest.mark.parametrize(
    ("platform", "elapsed", "obstacle"),
    [
        (Platform.INSTAGRAM, 24 * HOUR - timedelta(seconds=1), None),
        (Platform.INSTAGRAM, 24 * HOUR, "window_closed"),
        (Platform.WHATSAPP, 24 * HOUR, "window_closed"),
    ],
)
def test_a_person_can_be_reached_while_the_window_is_open(
    platform: Platform, elapsed: timedelta, obstacle: str | None
) -> None:
    business = Business(platform)
    business.says("hola")
    assert business.follower.is_reachable(business.now + elapsed) == obstacle


def test_the_thousand_last_messages_are_known(business: Business) -> None:
    follower = a_follower()

    def say(number: int) -> bool:
        with at(NOW):
            return messages.receive(follower, a_message("hola", number, NOW), hard_stop=None, opts_in=False, now=NOW)

    assert all(say(number) for number in range(1001))
    assert not say(1)
    assert say(0)


def test_a_burst_is_understood_once(business: Business) -> None:
    business.says("¿cuánto cuesta?")
    business.understood(Intent.QUESTION_PRODUCT)
    with nothing_happens(business):
        business.understood(Intent.QUESTION_PRODUCT)


def test_a_burst_that_was_understood_is_known_after_the_next(business: Business) -> None:
    business.says("¿cuánto cuesta?")
    follower = business.follower
    business.understood(Intent.QUESTION_PRODUCT)
    business.says("me interesa")
    business.understood(Intent.INTEREST_SOFT)
    assert follower.burst_id(follower.id, "m1") in business.follower.known_bursts


def test_what_a_person_says_lifts_the_lead_and_never_makes_a_customer(business: Business) -> None:
    business.says("quiero comprarlo")
    business.understood(Intent.INTEREST_STRONG, direct_purchase=True)
    assert business.lead.status is Status.HOT
    assert business.lead.score.value(business.now) == pytest.approx(0.85)


def test_what_a_person_says_never_lifts_the_lead_above_where_a_person_put_it(business: Business) -> None:
    business.says("quiero comprarlo")
    business.understood(Intent.INTEREST_STRONG)
    business.do(Clonnect.change_status, ANA, business.lead.id, Status.NEW)
    business.says("¡de verdad!")
    business.understood(Intent.INTEREST_STRONG)
    assert business.lead.status is Status.NEW


def test_who_asks_for_a_person_is_shown_to_one_once(business: Business) -> None:
    for _ in range(2):
        business.says("quiero hablar con una persona")
        business.understood(Intent.ESCALATION)
    assert business.happened().count("follower.escalated") == 1


def test_the_bot_answers_what_was_understood(business: Business) -> None:
    business.says("¿cuánto cuesta?")
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT), "Cuesta 97 €.")
    assert send_id is not None
    assert business.happened()[-2:] == ["follower.reply_drafted", "follower.send_requested"]
    assert business.follower.sends[send_id].purpose is Purpose.REPLY


def test_a_burst_is_answered_once(business: Business) -> None:
    business.says("¿cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    business.answers(burst_id)
    with nothing_happens(business):
        assert business.answers(burst_id) is None


def test_an_answer_is_dropped_when_the_person_has_written_again(business: Business) -> None:
    business.says("¿cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    business.says("y ¿cuánto dura?")
    with nothing_happens(business):
        assert business.answers(burst_id) is None


def test_a_bot_that_is_off_answers_nothing(business: Business) -> None:
    business.says("¿cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    business.do(Clonnect.change_mode, ANA, Mode.OFF)
    with nothing_happens(business):
        assert business.answers(burst_id) is None


def test_who_asks_for_a_person_is_told_that_one_comes_and_nothing_else(business: Business) -> None:
    business.says("quiero hablar con una persona")
    send_id = business.answers(business.understood(Intent.ESCALATION), "Ahora te escribe Ana.", Intent.ESCALATION)
    assert send_id in business.follower.sends
    business.says("¿cuánto cuesta?")
    with nothing_happens(business):
        business.do(Clonnect.resume_bot, business.follower.id, "person")
    assert business.answers(business.understood(Intent.QUESTION_PRODUCT)) not in business.follower.sends


def test_nobody_is_answered_more_than_twenty_times_in_an_hour(business: Business) -> None:
    def asks() -> bool:
        business.says("¿y?")
        return business.answers(business.understood(Intent.QUESTION_GENERAL)) is not None

    assert [asks() for _ in range(21)] == [True] * 20 + [False]
    business.passes(minutes=61)
    assert asks()


def test_a_text_that_the_channel_cannot_carry_is_shown_to_a_person_and_not_sent(business: Business) -> None:
    business.says("¿cuánto cuesta?")
    business.drafts(business.understood(Intent.QUESTION_PRODUCT), "ñ" * 4097)
    assert business.last("follower.reply_drafted")["why_draft"] == ["length"]
    assert not business.follower.sends


def test_who_opted_out_of_follow_ups_is_still_answered(business: Business) -> None:
    business.says("STOP")
    business.says("¿cuánto cuesta?")
    assert business.answers(business.understood(Intent.QUESTION_PRODUCT)) is not None


@pytest.mark.parametrize("text", ["STOP", "Baja, por favor", "não quero mais mensagens"])
def test_who_says_stop_is_opted_out_with_the_proof_of_it(business: Business, text: str) -> None:
    business.says(text)
    assert business.follower.opted_out
    proof = business.last("follower.opted_out")
    assert (proof["source"], proof["message_id"]) == ("message", "m1")
    assert proof["matched"]


def test_who_says_stop_twice_is_opted_out_once(business: Business) -> None:
    business.says("STOP")
    business.says("STOP")
    assert business.happened().count("follower.opted_out") == 1


def test_who_comes_back_may_be_written_to_again(business: Business) -> None:
    business.says("STOP")
    business.says("alta")
    assert not business.follower.opted_out


def test_nobody_opts_in_who_was_never_out(business: Business) -> None:
    business.says("alta")
    assert "follower.opted_in" not in business.happened()


def test_a_person_who_blocked_us_is_not_written_to_until_they_come_back(business: Business) -> None:
    business.says("hola")
    business.do(Clonnect.report_reachability, ANA, Platform.TELEGRAM, MARTA, False)
    assert business.follower.is_reachable(business.now) == "unreachable"
    business.do(Clonnect.report_reachability, ANA, Platform.TELEGRAM, MARTA, True)
    assert business.follower.is_reachable(business.now) is None


def test_a_message_proves_that_a_person_can_be_reached(business: Business) -> None:
    business.says("hola")
    business.do(Clonnect.report_reachability, ANA, Platform.TELEGRAM, MARTA, False)
    business.says("ya estoy de vuelta")
    assert business.last("follower.unsuppressed")["cause"] == "message"
    assert business.follower.is_reachable(business.now) is None


def test_about_a_stranger_there_is_nothing_to_keep(business: Business) -> None:
    with nothing_happens(business):
        business.do(Clonnect.report_reachability, ANA, Platform.TELEGRAM, "9999", False)


def test_a_message_by_hand_silences_the_bot_for_twelve_hours(business: Business) -> None:
    business.says("hola")
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    assert business.follower.is_paused
    business.passes(hours=12, seconds=-1)
    with nothing_happens(business):
        business.do(Clonnect.resume_bot, business.follower.id, "timer")
    business.passes(seconds=1)
    business.do(Clonnect.resume_bot, business.follower.id, "timer")
    assert not business.follower.is_paused


def test_every_message_by_hand_begins_the_pause_anew(business: Business) -> None:
    business.says("hola")
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    business.passes(hours=11)
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "¿Sigues ahí?", an_id(2))
    business.passes(hours=2)
    with nothing_happens(business):
        business.do(Clonnect.resume_bot, business.follower.id, "timer")


def test_a_person_may_let_the_bot_speak_again_at_once(business: Business) -> None:
    business.says("hola")
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    business.do(Clonnect.resume_bot, business.follower.id, "person")
    business.says("¿cuánto cuesta?")
    assert business.answers(business.understood(Intent.QUESTION_PRODUCT)) is not None


def test_while_a_person_has_the_conversation_the_bot_answers_nothing(business: Business) -> None:
    business.says("hola")
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    business.says("¿cuánto cuesta?")
    assert business.answers(business.understood(Intent.QUESTION_PRODUCT)) is None


def test_a_message_by_hand_settles_what_a_person_was_asked_for(business: Business) -> None:
    business.says("quiero hablar con una persona")
    business.understood(Intent.ESCALATION)
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    assert business.follower.escalation is None


@pytest.mark.parametrize("when", ["no channel", "window closed", "blocked"])
def test_what_cannot_leave_is_kept_and_says_why(when: str) -> None:
    business = Business(Platform.INSTAGRAM)
    business.says("hola")
    lead_id = business.lead.id
    expected = {"no channel": "channel_not_connected", "window closed": "window_closed", "blocked": "unreachable"}[when]
    if when == "no channel":
        business.signs_up(BEA)
        other = Inbound(Platform.INSTAGRAM, "77", "m", "k", "hola", business.now, "webhook")
        lead_id = business.do(Clonnect.receive_message, BEA, other).lead_id
    elif when == "window closed":
        business.passes(hours=24)
    else:
        business.do(Clonnect.report_reachability, ANA, Platform.INSTAGRAM, MARTA, False)
    creator_id = BEA if when == "no channel" else ANA
    requested = business.do(Clonnect.send_by_hand, creator_id, lead_id, "Soy yo", an_id(1))
    assert requested.held == expected
    cancelled = business.last("follower.send_cancelled")
    assert (cancelled["send_id"], cancelled["reason"]) == (str(requested.send_id), expected)


def test_what_was_said_to_somebody_without_a_channel_is_kept_as_said() -> None:
    business = Business(Platform.MANUAL)
    business.says("me llamó por teléfono", opens_window=False)
    requested = business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Le llamé", an_id(1))
    assert requested.is_record
    assert business.last("follower.send_accepted")["via"] == "person"
    assert not business.follower.is_paused


def test_a_message_after_a_deletion_begins_a_new_life(business: Business) -> None:
    first = business.says("hola").lead_id
    business.do(Clonnect.delete_lead, ANA, first)
    second = business.says("he vuelto").lead_id
    assert second != first
    assert business.follower.lead_id == second
    assert (business.lead.source, business.lead.status) == ("dm", Status.NEW)
    with pytest.raises(NotFound):
        business.app.lead(ANA, first)


def test_a_known_message_does_not_bring_a_deleted_lead_back(business: Business) -> None:
    message = a_message("hola", 1, business.now)
    lead_id = business.do(Clonnect.receive_message, ANA, message).lead_id
    business.do(Clonnect.delete_lead, ANA, lead_id)
    with nothing_happens(business):
        assert business.do(Clonnect.receive_message, ANA, message).duplicate


def test_a_new_life_begins_without_the_opt_out_the_language_or_the_score_of_the_last(business: Business) -> None:
    business.says("quiero comprarlo")
    business.understood(Intent.INTEREST_STRONG)
    business.says("STOP")
    assert business.follower.language is Language.ES
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    business.says("he vuelto")
    follower = business.follower
    assert (follower.opted_out, follower.language, follower.bursts) == (False, None, 0)
    assert business.lead.score.value(business.now) == 0


def test_a_deleted_lead_is_neither_understood_nor_answered(business: Business) -> None:
    business.says("¿cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    business.says("hola")
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    with nothing_happens(business):
        business.understood(Intent.GREETING)
        assert business.answers(burst_id) is None


def test_every_event_names_the_life_that_it_belongs_to(business: Business) -> None:
    first = business.says("hola").lead_id
    business.do(Clonnect.delete_lead, ANA, first)
    second = business.says("he vuelto").lead_id
    lives = [
        event["lead_id"] for event in business.log() if event["topic"] in (Follower.LifeEnded.TOPIC, "follower.met")
    ]
    assert lives == [str(first), str(first)]
    assert business.last("follower.returned")["lead_id"] == str(second)
