"""A message is understood, scored, moved, answered and followed up, in the language of the person."""

import psycopg
import pytest
from psycopg.rows import DictRow

from api.bootstrap import run
from api.runtime import Runtime
from api.settings import Settings
from api.simulator.time_travel import settle
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.follower.values import Attachment, Inbound
from domain.lead import Lead
from domain.vocabulary import Intent, Language, Mode, Platform, SequenceType, Status
from tests.harness.runtime import acting, deliver, events, on_the_phone, recorded, say
from tests.world import CREATOR

Connection = psycopg.Connection[DictRow]

TOO_EXPENSIVE = {
    Language.ES: "Hola, ¿cuánto cuesta el curso? me parece caro",
    Language.EN: "Hi, how much is the course? it seems too expensive for me",
    Language.PT: "Olá, quanto custa o curso? acho que está muito caro",
}


@pytest.mark.parametrize("language", Language)
async def test_a_price_objection_is_answered_and_followed_up_in_its_language(
    runtime: Runtime, conn: Connection, language: Language
) -> None:
    lead_id = await say(runtime, "sim_1", TOO_EXPENSIVE[language], "m1", "Marta")

    (understood,) = events(runtime, Follower.BurstUnderstood)
    assert understood.language is language
    assert Intent.OBJECTION_PRICE in {intent for intent, _ in understood.intents}
    (scored,) = events(runtime, Lead.Scored)
    assert 0 < scored.value < 1
    card = await runtime.board.card(CREATOR, lead_id)
    assert card is not None
    assert Status(card["status"]) is Status.ACTIVE
    assert card["next_follow_up"]["sequence_type"] == SequenceType.OBJECTION_PRICE
    (drafted,) = events(runtime, Follower.ReplyDrafted)
    assert drafted.language is language
    assert on_the_phone(conn, "sim_1") == [drafted.text]
    assert [event.language for event in events(runtime, Follower.FollowUpScheduled)] == [language, language]


async def test_everything_that_follows_from_a_message_belongs_to_its_story(runtime: Runtime) -> None:
    before = runtime.log.head()
    await say(runtime, "sim_1", TOO_EXPENSIVE[Language.ES], "m1")
    story = recorded(runtime, before)
    assert len({each.metadata["correlation_id"] for each in story}) == 1
    known = {str(each.event_id) for each in story}
    caused = [each for each in story if "causation_id" in each.metadata]
    assert {each.metadata["causation_id"] for each in caused} <= known
    assert {each.metadata["actor"] for each in caused} == {"bot"}


async def test_a_bot_that_is_off_understands_and_keeps_silent(runtime: Runtime, conn: Connection) -> None:
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.OFF)
    lead_id = await say(runtime, "sim_1", TOO_EXPENSIVE[Language.ES], "m1")

    assert len(events(runtime, Follower.BurstUnderstood)) == 1
    card = await runtime.board.card(CREATOR, lead_id)
    assert card is not None
    assert Status(card["status"]) is Status.ACTIVE
    assert len(events(runtime, Follower.FollowUpScheduled)) == 2
    assert events(runtime, Follower.SendRequested) == []
    assert on_the_phone(conn, "sim_1") == []


async def test_a_purchase_intent_makes_a_lead_hot(runtime: Runtime) -> None:
    lead_id = await say(runtime, "ig_5", "Quiero comprar el curso, ¿me pasas el link de pago?", "m1")
    card = await runtime.board.card(CREATOR, lead_id)
    assert card is not None
    assert Status(card["status"]) is Status.HOT


async def test_who_asks_for_a_person_gets_one_and_no_follow_up(runtime: Runtime) -> None:
    lead_id = await say(runtime, "sim_1", "Quiero hablar con una persona, no con un bot", "m1")
    assert len(events(runtime, Follower.Escalated)) == 1
    assert events(runtime, Follower.Enrolled) == []
    conversation = await runtime.conversations.one(CREATOR, lead_id)
    assert conversation is not None
    assert conversation["needs_person"]


async def test_who_presses_start_is_greeted(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", "/start", "m1")
    (understood,) = events(runtime, Follower.BurstUnderstood)
    assert understood.intents == ((Intent.GREETING, 1.0),)
    assert len(on_the_phone(conn, "tg_1")) == 1


async def test_two_messages_at_once_are_both_understood_and_the_answers_do_not_wait_for_each_other(
    runtime: Runtime, conn: Connection
) -> None:
    await say(runtime, "sim_1", "Hola", "m1")
    await say(runtime, "sim_1", "¿Cuánto cuesta el curso?", "m2")
    assert len(events(runtime, Follower.BurstUnderstood)) == 2
    assert len(on_the_phone(conn, "sim_1")) == 2


async def test_messages_of_many_people_are_each_answered_once(runtime: Runtime, conn: Connection) -> None:
    for number in range(30):
        text = f"Hola, ¿cuánto cuesta el curso? soy {number}"
        await deliver(runtime, {"follower_id": f"sim_{number}", "text": text, "message_id": "m"})
    assert await settle(runtime)
    assert [len(on_the_phone(conn, f"sim_{number}")) for number in range(30)] == [1] * 30


async def test_forwarded_words_are_left_to_a_person(runtime: Runtime, conn: Connection) -> None:
    lead_id = await say(runtime, "sim_1", "Hola", "m1")
    said = Inbound(
        Platform.SIMULATOR,
        "1",
        "m2",
        "m2",
        "Quiero comprar el curso ya, ¿cuánto cuesta?",
        runtime.clock(),
        "simulator",
        forwarded=True,
    )
    await acting(runtime, Clonnect.receive_message, CREATOR, said)
    assert await settle(runtime)
    *_, understood = events(runtime, Follower.BurstUnderstood)
    assert (understood.intents[0][0], understood.reason) == (Intent.OTHER, "forwarded")
    card = await runtime.board.card(CREATOR, lead_id)
    assert card is not None
    assert Status(card["status"]) is Status.NEW
    assert events(runtime, Follower.Enrolled) == []
    assert len(on_the_phone(conn, "sim_1")) == 1
    conversation = await runtime.conversations.one(CREATOR, lead_id)
    assert conversation is not None
    assert conversation["needs_person"]


async def test_an_album_is_answered_once_and_asks_for_nobody(runtime: Runtime, conn: Connection) -> None:
    for number in range(4):
        part = Inbound(
            Platform.SIMULATOR,
            "1",
            f"m{number}",
            f"m{number}",
            "" if number else "¿Cuánto cuesta el curso?",
            runtime.clock(),
            "simulator",
            attachments=(Attachment("image"),),
            album="9",
        )
        received = await acting(runtime, Clonnect.receive_message, CREATOR, part)
    assert await settle(runtime)
    assert len(events(runtime, Follower.BurstUnderstood)) == 1
    assert len(on_the_phone(conn, "sim_1")) == 1
    conversation = await runtime.conversations.one(CREATOR, received.lead_id)
    assert conversation is not None
    assert not conversation["needs_person"]


async def test_who_writes_too_much_is_heard_and_not_answered(
    database_url: str, settings: Settings, conn: Connection, app: Clonnect
) -> None:
    conn.execute("UPDATE app.clock SET is_demo = true")
    async with run(settings.model_copy(update={"answers_per_hour": 1}), database_url, work=True) as runtime:
        for number in range(2):
            lead_id = await say(runtime, "sim_1", "¿Cuánto cuesta el curso?", f"m{number}")
        assert len(events(runtime, Follower.BurstUnderstood)) == 2
        conversation = await runtime.conversations.one(CREATOR, lead_id)
    assert len(on_the_phone(conn, "sim_1")) == 1
    assert conversation is not None
    assert conversation["needs_person"]


async def test_a_thank_you_does_not_hide_the_question_that_nobody_has_answered(runtime: Runtime) -> None:
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.OFF)
    lead_id = await say(runtime, "sim_1", "¿Cuánto cuesta el curso?", "m1")
    await say(runtime, "sim_1", "gracias", "m2")
    conversation = await runtime.conversations.one(CREATOR, lead_id)
    assert conversation is not None
    assert conversation["needs_person"]


async def test_who_begins_with_a_greeting_is_welcomed_in_the_creators_own_words(
    runtime: Runtime, conn: Connection
) -> None:
    await acting(runtime, Clonnect.configure, CREATOR, {"welcome_message": "¡Bienvenida a mi rincón!"}, None)
    await say(runtime, "sim_1", "Hola", "m1")
    await say(runtime, "sim_1", "Hola", "m2")
    await say(runtime, "sim_2", "Hola, ¿cuánto cuesta el curso?", "m3")
    welcomed, *others = on_the_phone(conn, "sim_1") + on_the_phone(conn, "sim_2")
    assert welcomed == "¡Bienvenida a mi rincón!"
    assert len(others) == 2
    assert welcomed not in others


async def test_a_welcome_that_the_channel_cannot_carry_is_left_to_the_templates(
    runtime: Runtime, conn: Connection
) -> None:
    await acting(runtime, Clonnect.configure, CREATOR, {"welcome_message": "x" * 1001}, None)
    await say(runtime, "ig_1", "Hola", "m1")
    (drafted,) = events(runtime, Follower.ReplyDrafted)
    assert drafted.text
    assert "xx" not in drafted.text


async def test_whoever_writes_says_the_name_that_the_creator_gave(runtime: Runtime) -> None:
    await acting(runtime, Clonnect.configure, CREATOR, {"clone_name": "Ana de Fotos"}, None)
    await say(runtime, "sim_1", "Quiero hablar con una persona, no con un bot", "m1")
    (drafted,) = events(runtime, Follower.ReplyDrafted)
    assert "Ana de Fotos" in drafted.text
