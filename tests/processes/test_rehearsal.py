"""A rehearsal shows what would be answered to what a person has answered, and lets nothing out."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import psycopg
import pytest
from psycopg.rows import DictRow

from api.database.installation import vault_of
from domain import context
from domain.answering.checks import AnswerProblem
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.follower.values import AnswerLimits
from domain.random_ids import random_id
from domain.vocabulary import Intent, Mode
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from eventstore.vault import destroying
from processes.language_models.account import GroqAccount, ModelNames
from processes.language_models.language_model import LanguageModel
from processes.rehearsal import Rehearsal, RehearsedAnswer, rehearse_model, rehearse_templates
from processes.template_answers import template_answer
from tests.platforms.groq_api import GROQ_KEY, GroqApi
from tests.processes.recorded_bursts import answered_by_hand, burst
from tests.processes.test_model_answers import GOOD, a_reply
from tests.world import CREATOR

PRICE = "¿Cuánto cuesta el curso?"
BY_HAND = "Son 97 euros, te paso el enlace cuando quieras."


@pytest.fixture
def log(app: Clonnect) -> Log:
    return Log(cast(Recorder, app.recorder), cast(TypedMapper, app.mapper))


@pytest.fixture
def rehearsal(app: Clonnect, log: Log) -> Rehearsal:
    return Rehearsal(app, log, CREATOR)


@pytest.fixture
def groq() -> Iterator[GroqApi]:
    with GroqApi() as api:
        yield api


def by_templates(rehearsal: Rehearsal, last: int = 200) -> list[RehearsedAnswer]:
    return [rehearse_templates(*each) for each in rehearsal.cases(last)]


def by_model(rehearsal: Rehearsal, groq: GroqApi) -> RehearsedAnswer:
    async def ask() -> RehearsedAnswer:
        account = GroqAccount(api_key=GROQ_KEY, base_url=groq.url, timeout=5.0, connect_timeout=5.0)
        names = ModelNames(reply="openai/gpt-oss-120b", second="openai/gpt-oss-20b")
        (case,) = rehearsal.cases(1)
        async with LanguageModel(
            account, names, seconds=time.monotonic, sleep=asyncio.sleep, new_id=random_id
        ) as language_model:
            return await rehearse_model(language_model, *case)

    return asyncio.run(ask())


def proposed(app: Clonnect, follower: Follower) -> None:
    """The bot answers, or proposes an answer, as the creator's mode says."""
    assert follower.understood is not None
    with context.acting("system", at=datetime.now(UTC)), context.instead("bot"):
        answer = template_answer(app.creator(CREATOR), follower, app.lead_of(follower), follower.understood)
        assert answer is not None
        app.reply(follower.id, answer, AnswerLimits())


def test_what_a_person_sent_stands_beside_what_the_templates_would_say(app: Clonnect, rehearsal: Rehearsal) -> None:
    burst(app, "1", "hola")
    follower = burst(app, "1", PRICE)
    answered_by_hand(app, follower, BY_HAND)
    (answer,) = by_templates(rehearsal)
    assert (answer.lead_id, answer.said, answer.sent) == (follower.lead_id, PRICE, BY_HAND)
    assert answer.answer is not None
    assert "97" in answer.answer.text
    assert answer.is_acceptable
    assert answer.differs


@pytest.mark.parametrize(("edited", "differs"), [(None, False), (BY_HAND, True)], ids=["approved", "edited"])
def test_a_draft_that_a_person_let_out_is_their_answer(
    app: Clonnect, rehearsal: Rehearsal, edited: str | None, differs: bool
) -> None:
    with context.acting("person:1", at=datetime.now(UTC)):
        app.change_mode(CREATOR, Mode.REVIEW)
    follower = burst(app, "1", PRICE)
    proposed(app, follower)
    draft = app.follower(follower.id).draft
    assert draft is not None
    with context.acting("person:1", at=datetime.now(UTC)):
        app.approve_draft(CREATOR, follower.lead_id, draft.draft_id, edited, although_outdated=False)
    (answer,) = by_templates(rehearsal)
    assert (answer.sent, answer.differs) == (edited or draft.text, differs)


def test_what_the_bot_answered_alone_is_no_example(app: Clonnect, rehearsal: Rehearsal) -> None:
    follower = burst(app, "1", PRICE)
    proposed(app, follower)
    answered_by_hand(app, app.follower(follower.id), "¿Te ayudo en algo más?")
    assert by_templates(rehearsal) == []


def test_the_last_answers_count_and_one_burst_has_one(app: Clonnect, rehearsal: Rehearsal) -> None:
    for phone in ("1", "2", "3"):
        follower = burst(app, phone, f"{PRICE} Soy {phone}")
        answered_by_hand(app, follower, BY_HAND)
        answered_by_hand(app, app.follower(follower.id), "Y otra cosa.")
    assert [answer.said[-1] for answer in by_templates(rehearsal, last=2)] == ["2", "3"]


def test_only_what_was_known_at_the_time_is_known(app: Clonnect, rehearsal: Rehearsal) -> None:
    answered_by_hand(app, burst(app, "1", "hola"), "¡Hola!")
    burst(app, "1", PRICE)
    ((case, _),) = rehearsal.cases(200)
    assert case.follower.bursts == 1
    assert [message.text for message in case.memory.messages] == ["hola"]


def test_where_the_templates_have_nothing_to_say_there_is_nothing(app: Clonnect, rehearsal: Rehearsal) -> None:
    answered_by_hand(app, burst(app, "1", "hmm", intents=((Intent.OTHER, 0.9),)), "¿Cómo?")
    (answer,) = by_templates(rehearsal)
    assert (answer.answer, answer.is_acceptable, answer.differs) == (None, False, False)


def test_an_erased_answer_is_counted_and_left_out(
    app: Clonnect, rehearsal: Rehearsal, conn: psycopg.Connection[DictRow]
) -> None:
    follower = burst(app, "1", PRICE)
    answered_by_hand(app, follower, BY_HAND)
    for statement, values in destroying([follower.lead_id]):
        conn.execute(statement.encode(), values)
    vault_of(app).forget()
    assert by_templates(rehearsal) == []
    assert rehearsal.erased == 1


def test_a_model_is_asked_and_what_it_writes_is_checked(
    app: Clonnect, log: Log, rehearsal: Rehearsal, groq: GroqApi
) -> None:
    burst(app, "1", "hola")
    answered_by_hand(app, burst(app, "1", PRICE), BY_HAND)
    head = log.head()
    groq.write_next(a_reply())
    good = by_model(rehearsal, groq)
    groq.write_next(a_reply("El curso cuesta 47 €."))
    bad = by_model(rehearsal, groq)
    assert good.answer is not None
    assert (good.answer.text, good.is_acceptable, good.calls) == (GOOD, True, 1)
    assert (bad.problems, bad.why_draft, bad.is_acceptable) == ((AnswerProblem.AMOUNT,), (), False)
    assert len(groq.requests) == 2
    assert log.head() == head


def test_where_the_model_writes_nothing_the_templates_wait_for_a_person(
    app: Clonnect, rehearsal: Rehearsal, groq: GroqApi
) -> None:
    answered_by_hand(app, burst(app, "1", PRICE), BY_HAND)
    groq.refuse_next(400, "bad", "invalid_request_error")
    answer = by_model(rehearsal, groq)
    assert answer.answer is not None
    assert (answer.answer.source, answer.why_draft, answer.calls) == ("template", ("model_unavailable",), 1)
