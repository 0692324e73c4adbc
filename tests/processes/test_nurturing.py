"""Follow-ups arrive once, at their minute, unless something has happened that makes them wrong."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import DictRow

from api.runtime import Runtime
from api.simulator.time_travel import move_clock
from domain.application import Clonnect
from domain.creator import Creator
from domain.follower.follower import Follower
from domain.lead import Purchase
from domain.vocabulary import Mode, SequenceType, Status
from tests.harness.runtime import acting, events, on_the_phone, say
from tests.world import COURSE, CREATOR

Connection = psycopg.Connection[DictRow]

TOO_EXPENSIVE = "Hola, ¿cuánto cuesta el curso? me parece caro"
TWO_DAYS = timedelta(days=2)


async def moved(runtime: Runtime, by: timedelta) -> None:
    assert await move_clock(runtime, runtime.clock() + by)


async def test_both_steps_arrive_once_each_at_the_minute_that_was_promised(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    promised = [event.due_at for event in events(runtime, Follower.FollowUpScheduled)]
    await moved(runtime, TWO_DAYS)

    attempts = [event.decided_at for event in events(runtime, Follower.SendAttempted)][1:]
    late = [at - due for at, due in zip(attempts, promised, strict=True)]
    assert all(timedelta(0) <= each < timedelta(minutes=1) for each in late)
    assert len(on_the_phone(conn, "tg_1")) == 1 + 2
    assert len(events(runtime, Follower.FollowUpSent)) == 2
    assert [event.reason for event in events(runtime, Follower.EnrolmentEnded)] == ["completed"]


async def test_nothing_is_sent_before_its_minute(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    first = min(event.due_at for event in events(runtime, Follower.FollowUpScheduled))
    assert await move_clock(runtime, first - timedelta(seconds=30))
    assert len(on_the_phone(conn, "tg_1")) == 1
    assert await move_clock(runtime, first)
    assert len(on_the_phone(conn, "tg_1")) == 2


async def test_who_answers_is_not_followed_up(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    await moved(runtime, timedelta(hours=5))
    await say(runtime, "tg_1", "No, gracias, ya no me interesa", "m2")
    arrived = len(on_the_phone(conn, "tg_1"))
    await moved(runtime, TWO_DAYS)

    assert len(on_the_phone(conn, "tg_1")) == arrived
    assert [event.reason for event in events(runtime, Follower.EnrolmentEnded)] == ["replied"]
    assert len(events(runtime, Follower.FollowUpSent)) == 1


async def test_who_wants_no_more_messages_gets_none(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    await say(runtime, "tg_1", "BAJA", "m2")
    arrived = on_the_phone(conn, "tg_1")
    await moved(runtime, timedelta(days=30))

    assert len(events(runtime, Follower.OptedOut)) == 1
    assert [event.reason for event in events(runtime, Follower.EnrolmentEnded)] == ["opted_out"]
    assert on_the_phone(conn, "tg_1") == arrived


async def test_a_customer_is_left_in_peace_and_welcomed(runtime: Runtime, conn: Connection) -> None:
    lead_id = await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    await acting(runtime, Clonnect.change_status, CREATOR, lead_id, Status.CUSTOMER)

    assert [event.reason for event in events(runtime, Follower.EnrolmentEnded)] == ["goal"]
    began = [event.sequence_type for event in events(runtime, Follower.Enrolled)]
    assert began == [SequenceType.OBJECTION_PRICE, SequenceType.POST_PURCHASE]
    await moved(runtime, TWO_DAYS)
    sent = {event.enrolment_id for event in events(runtime, Follower.FollowUpSent)}
    assert sent == {events(runtime, Follower.Enrolled)[1].enrolment_id}


async def test_a_sequence_that_is_off_enrols_nobody(runtime: Runtime) -> None:
    await acting(runtime, Clonnect.switch_sequence, CREATOR, SequenceType.OBJECTION_PRICE, False)
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    assert events(runtime, Follower.Enrolled) == []


async def test_a_mere_thank_you_does_not_lose_the_follow_up(runtime: Runtime) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    await say(runtime, "tg_1", "gracias!", "m2")
    first, second = events(runtime, Follower.Enrolled)
    assert (second.trigger, second.resumed_from) == ("courtesy", first.enrolment_id)


async def test_two_weeks_of_silence_bring_one_friendly_word(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", "Hola", "m1")
    await moved(runtime, timedelta(days=40))
    enrolled = [(event.sequence_type, event.trigger) for event in events(runtime, Follower.Enrolled)]
    assert enrolled == [(SequenceType.RE_ENGAGEMENT, "silence")]
    assert len(on_the_phone(conn, "tg_1")) == 2


async def test_what_cannot_be_sent_while_the_bot_is_off_is_held_and_sent_when_it_is_on(
    runtime: Runtime, conn: Connection
) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.OFF)
    await moved(runtime, timedelta(hours=6))
    assert [event.reason for event in events(runtime, Follower.FollowUpHeld)] == ["sending_off"]
    assert len(on_the_phone(conn, "tg_1")) == 1

    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.AUTO)
    assert [event.cause for event in events(runtime, Follower.FollowUpReleased)] == ["sending_on"]
    assert len(on_the_phone(conn, "tg_1")) == 2


async def test_what_is_held_too_long_is_let_go(runtime: Runtime, conn: Connection) -> None:
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.OFF)
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    await moved(runtime, timedelta(days=5))
    assert [event.reason for event in events(runtime, Follower.FollowUpSkipped)] == ["hold_expired"] * 2
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.AUTO)
    assert on_the_phone(conn, "tg_1") == []
    assert len(events(runtime, Creator.ModeChanged)) == 3


@pytest.mark.parametrize("hours", [1, 11])
async def test_where_a_person_has_taken_over_the_bot_waits(runtime: Runtime, conn: Connection, hours: int) -> None:
    lead_id = await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    await acting(runtime, Clonnect.send_by_hand, CREATOR, lead_id, "Te escribo yo mismo", uuid4())
    await moved(runtime, timedelta(hours=hours))
    await say(runtime, "tg_1", "¿Y cuánto dura el curso?", "m2")
    assert on_the_phone(conn, "tg_1")[1:] == ["Te escribo yo mismo"]


async def test_after_a_person_has_been_silent_for_half_a_day_the_bot_goes_on(
    runtime: Runtime, conn: Connection
) -> None:
    lead_id = await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    await acting(runtime, Clonnect.send_by_hand, CREATOR, lead_id, "Te escribo yo mismo", uuid4())
    await moved(runtime, timedelta(hours=13))
    assert [event.reason for event in events(runtime, Follower.BotResumed)] == ["timer"]
    await moved(runtime, timedelta(hours=24))
    assert len(events(runtime, Follower.FollowUpSent)) >= 1


async def test_a_purchase_that_is_recorded_enrols_once_about_what_was_bought(runtime: Runtime) -> None:
    lead_id = await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    purchase = Purchase(uuid4(), Decimal(97), "EUR", COURSE.product_id, "A-1", runtime.clock() - timedelta(hours=1))
    for _ in range(2):
        await acting(runtime, Clonnect.record_purchase, CREATOR, lead_id, purchase)
    _, enrolled = events(runtime, Follower.Enrolled)
    assert (enrolled.sequence_type, enrolled.trigger) == (SequenceType.POST_PURCHASE, "purchase")
    assert (enrolled.product_id, enrolled.anchor_at) == (COURSE.product_id, purchase.at)


async def test_nobody_is_asked_how_it_begins_who_bought_long_ago(runtime: Runtime) -> None:
    lead_id = await say(runtime, "tg_1", "hola", "m1")
    purchase = Purchase(uuid4(), Decimal(97), "EUR", at=runtime.clock() - timedelta(days=30))
    await acting(runtime, Clonnect.record_purchase, CREATOR, lead_id, purchase)
    assert events(runtime, Follower.Enrolled) == []


async def test_spam_is_kept_and_not_answered_and_nobody_is_promised_anything(
    runtime: Runtime, conn: Connection
) -> None:
    lead_id = await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    arrived = len(on_the_phone(conn, "tg_1"))
    await acting(runtime, Clonnect.mark_as_spam, CREATOR, lead_id)
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m2")
    await moved(runtime, timedelta(days=20))
    assert len(on_the_phone(conn, "tg_1")) == arrived
    assert [event.reason for event in events(runtime, Follower.EnrolmentEnded)] == ["spam"]
    conversation = await runtime.conversations.one(CREATOR, lead_id)
    assert conversation is not None
    assert (conversation["messages_in"], conversation["shelf"]) == (2, "spam")


async def test_who_was_archived_and_writes_is_in_the_inbox_answered_and_enrolled(
    runtime: Runtime, conn: Connection
) -> None:
    lead_id = await say(runtime, "tg_1", "hola", "m1")
    arrived = len(on_the_phone(conn, "tg_1"))
    await acting(runtime, Clonnect.archive_lead, CREATOR, lead_id)
    assert await say(runtime, "tg_1", TOO_EXPENSIVE, "m2") == lead_id
    assert len(on_the_phone(conn, "tg_1")) == arrived + 1
    assert len(events(runtime, Follower.Enrolled)) == 1
    conversation = await runtime.conversations.one(CREATOR, lead_id)
    assert conversation is not None
    assert conversation["shelf"] == "open"
