"""A language model writes the answers: what leaves, what waits for a person, and what is on record."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import DictRow

from api.bootstrap import run
from api.runtime import Runtime
from api.settings import Settings
from api.simulator.time_travel import settle
from domain import context
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.vocabulary import Mode
from tests.harness.runtime import Start, acting, deliver, events, on_the_phone, say
from tests.harness.waiting import until
from tests.platforms.groq_api import GROQ_KEY, GroqApi
from tests.world import COURSE, CREATOR

Connection = psycopg.Connection[DictRow]
PRICE = "Hola, ¿cuánto cuesta el curso?"
GOOD = "¡Hola! El curso cuesta 97 €. ¿Te cuento qué incluye?"


@pytest.fixture
def groq() -> Iterator[GroqApi]:
    with GroqApi() as api:
        yield api


@pytest.fixture
def settings(data_dir: Path, groq: GroqApi) -> Settings:
    return Settings.model_validate({"data_dir": data_dir, "GROQ_API_KEY": GROQ_KEY, "model_base_url": groq.url})


def a_reply(text: str = GOOD, **fields: object) -> str:
    """What the model writes."""
    reply: dict[str, object] = {
        "reply": text,
        "language": "es",
        "intent": "question_product",
        "confidence": 0.93,
        "product_id": str(COURSE.product_id),
        "facts_used": [str(COURSE.product_id)],
        "needs_person": False,
        "person_reason": None,
    }
    return json.dumps(reply | fields)


def why(runtime: Runtime) -> set[str]:
    """Why the last answer waits for a person; empty when it left."""
    return set(events(runtime, Follower.ReplyDrafted)[-1].why_draft)


async def asks(runtime: Runtime, groq: GroqApi, *replies: str, text: str = PRICE) -> None:
    """Somebody whom we know asks, and the model answers so."""
    await say(runtime, "sim_1", "hola", "m0", "Luz")
    groq.write_next(*replies)
    await say(runtime, "sim_1", text, "m1")


async def test_what_a_model_writes_is_sent_when_nothing_speaks_against_it(
    runtime: Runtime, groq: GroqApi, conn: Connection
) -> None:
    await asks(runtime, groq, a_reply())
    assert on_the_phone(conn, "sim_1")[-1] == GOOD
    drafted = events(runtime, Follower.ReplyDrafted)[-1]
    called = events(runtime, Follower.ModelCalled)[-1]
    assert (drafted.source, drafted.call_id, drafted.why_draft) == ("model", called.call_id, ())
    assert (called.outcome, json.loads(called.output)["reply"]) == ("completed", GOOD)
    assert called.prompt_tokens > 0
    assert len(groq.requests) == len(events(runtime, Follower.ModelCalled)) == 2


async def test_the_model_is_told_the_facts_the_conversation_and_nothing_of_anybody_else(
    runtime: Runtime, groq: GroqApi
) -> None:
    await say(runtime, "sim_2", "me llamo Clara y quiero aprender retrato", "m1", "Clara")
    await asks(runtime, groq, a_reply())
    told = groq.requests[-1].text
    assert "Curso de fotografía" in told
    assert "97" in told
    assert PRICE in told
    assert "Clara" not in told


REFUSED = {
    "an invented price": (a_reply("El curso cuesta 47 €."), "amount"),
    "a discount": (a_reply("Te hago un 50 % de descuento en el curso."), "amount"),
    "a foreign link": (a_reply("Cuesta 97 €, págalo en https://pagos-rapidos.example.net/curso"), "link"),
    "a promise": (a_reply("Cuesta 97 €. Ya te he reservado una plaza."), "promise"),
    "somebody's address": (a_reply("Cuesta 97 €. Escribe a pagos@otra.example."), "contact"),
    "a doubt": (a_reply(confidence=0.4, intent="other"), ""),
    "a person is better": (a_reply(needs_person=True, person_reason="refund"), "needs_person"),
    "another reading": (a_reply(intent="support", confidence=0.97), "disagreement"),
}


@pytest.mark.parametrize(("written", "reason"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_nothing_bears_out_waits_for_a_person(
    runtime: Runtime, groq: GroqApi, conn: Connection, written: str, reason: str
) -> None:
    await asks(runtime, groq, written)
    if not reason:  # the classifier is sure of what was asked, and its word counts
        assert why(runtime) == set()
        return
    assert reason in why(runtime)
    assert len(on_the_phone(conn, "sim_1")) == 1


async def test_what_the_model_leaves_to_a_person_is_listed_for_one(runtime: Runtime, groq: GroqApi) -> None:
    await asks(runtime, groq, a_reply(needs_person=True, person_reason="refund"))
    assert [event.reason for event in events(runtime, Follower.Escalated)] == ["model"]


async def test_another_language_is_tried_once_more(runtime: Runtime, groq: GroqApi, conn: Connection) -> None:
    english = a_reply("The course is 97 €, and you can begin whenever you like. Shall I tell you more about it?")
    await asks(runtime, groq, english, a_reply())
    assert on_the_phone(conn, "sim_1")[-1] == GOOD
    assert len(events(runtime, Follower.ModelCalled)) == 3


async def test_two_answers_in_another_language_are_a_draft(runtime: Runtime, groq: GroqApi) -> None:
    english = a_reply("The course is 97 €, and you can begin whenever you like. Shall I tell you more about it?")
    await asks(runtime, groq, english, english)
    assert "language" in why(runtime)


FAILURES = {
    "garbage": lambda groq: (groq.answer_next("<html>"), groq.answer_next("<html>")),
    "half a JSON": lambda groq: (groq.write_next(GOOD[:20]), groq.write_next('{"reply": "Hola')),
    "a request that is refused": lambda groq: groq.refuse_next(400, "bad", "invalid_request_error"),
    "too large": lambda groq: groq.refuse_next(413, "too large"),
}


@pytest.mark.parametrize("fails", FAILURES.values(), ids=FAILURES.keys())
async def test_where_the_model_fails_a_person_gets_a_draft_from_the_templates(
    runtime: Runtime, groq: GroqApi, fails: object
) -> None:
    await say(runtime, "sim_1", "hola", "m0")
    fails(groq)  # type: ignore[operator]
    await say(runtime, "sim_1", PRICE, "m1")
    drafted = events(runtime, Follower.ReplyDrafted)[-1]
    assert (drafted.source, drafted.why_draft) == ("template", ("model_unavailable",))
    assert "97" in drafted.text
    assert len(groq.requests) == len(events(runtime, Follower.ModelCalled))


async def test_a_key_that_is_refused_lets_the_templates_answer_as_without_one(
    runtime: Runtime, groq: GroqApi, conn: Connection
) -> None:
    groq.refuse_next(401, "Invalid API Key", "invalid_api_key")
    await say(runtime, "sim_1", PRICE, "m1")
    await say(runtime, "sim_2", PRICE, "m1")
    assert [event.source for event in events(runtime, Follower.ReplyDrafted)] == ["template", "template"]
    assert len(on_the_phone(conn, "sim_1")) == len(on_the_phone(conn, "sim_2")) == 1
    assert len(groq.requests) == 1


@pytest.mark.usefixtures("demo")
async def test_over_the_budget_the_templates_answer(groq: GroqApi, settings: Settings, database_url: str) -> None:
    thrifty = settings.model_copy(update={"model_calls_per_day": 1})
    async with run(thrifty, database_url, work=True) as runtime:
        await say(runtime, "sim_1", PRICE, "m1")
        await say(runtime, "sim_2", PRICE, "m1")
        assert [event.source for event in events(runtime, Follower.ReplyDrafted)] == ["model", "template"]
        assert len(groq.requests) == 1


async def begins(runtime: Runtime, groq: GroqApi) -> None:
    """An answer is being written, and takes its time."""
    await say(runtime, "sim_1", "hola", "m0")
    groq.hold_next()
    await deliver(runtime, {"follower_id": "sim_1", "text": PRICE, "message_id": "m1"})
    await until(lambda: groq.holding == 1)


async def test_a_person_who_writes_meanwhile_is_not_spoken_over(
    runtime: Runtime, groq: GroqApi, conn: Connection
) -> None:
    await begins(runtime, groq)
    (lead_id,) = {event.lead_id for event in events(runtime, Follower.MessageReceived)}
    with context.acting("person:1"):
        await runtime.writer.do(Clonnect.send_by_hand, CREATOR, lead_id, "Te leo yo.", uuid4())
    groq.release()
    assert await settle(runtime)
    assert "crossed" in why(runtime)
    assert on_the_phone(conn, "sim_1")[1:] == ["Te leo yo."]


async def test_two_messages_while_a_model_writes_get_one_answer(
    runtime: Runtime, groq: GroqApi, conn: Connection
) -> None:
    await begins(runtime, groq)
    groq.write_next(a_reply())
    await deliver(runtime, {"follower_id": "sim_1", "text": "¿y tiene certificado?", "message_id": "m2"})
    await until(lambda: len(events(runtime, Follower.BurstUnderstood)) == 3)
    groq.release()
    assert await settle(runtime)
    assert [event.reason for event in events(runtime, Follower.AnswerDropped)] == ["superseded"]
    assert len(on_the_phone(conn, "sim_1")) == 2
    assert len(groq.requests) == len(events(runtime, Follower.ModelCalled))


async def test_after_a_restart_the_lost_call_is_on_record_and_the_answer_is_given_once(
    demo: Start, groq: GroqApi, conn: Connection
) -> None:
    async with demo() as runtime:
        assert await settle(runtime)
        await begins(runtime, groq)
    groq.release()
    groq.write_next(a_reply())
    async with demo() as runtime:
        assert await settle(runtime)
        outcomes = [event.outcome for event in events(runtime, Follower.ModelCalled)]
        assert outcomes == ["completed", "lost", "completed"]
        assert len(on_the_phone(conn, "sim_1")) == 2


async def test_what_was_called_is_told_by_the_log_and_a_rebuild_calls_nobody(
    demo: Start, groq: GroqApi, database_url: str
) -> None:
    async with demo() as runtime:
        await asks(runtime, groq, a_reply())
        usage = await runtime.usage.on_day_of(CREATOR, runtime.clock())
    before = len(groq.requests)
    async with demo(work=False) as runtime:
        assert await runtime.usage.on_day_of(CREATOR, runtime.clock()) == usage
    assert usage[0] == before == len(groq.requests)


async def test_another_wording_is_asked_of_the_model_and_waits(runtime: Runtime, groq: GroqApi) -> None:
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.REVIEW)
    await asks(runtime, groq, a_reply())
    first = events(runtime, Follower.ReplyDrafted)[-1]
    groq.write_next(a_reply("Son 97 € por todo el curso. ¿Qué te gustaría saber?"))
    await acting(runtime, Clonnect.regenerate_draft, CREATOR, first.lead_id, first.draft_id)
    assert events(runtime, Follower.ReplyDrafted)[-1].text.startswith("Son 97")
    assert why(runtime) == {"regenerated", "review"}
