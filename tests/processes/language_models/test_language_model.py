"""What is done about each answer of the provider, and what is kept of each request."""

import asyncio
import json
import logging
from collections.abc import Callable
from uuid import UUID

import pytest

from api.logging_config import configure
from domain.follower.values import ModelCall, Urgency
from domain.vocabulary import Intent, Language
from processes.language_models.completions import (
    Completed,
    Completion,
    CompletionRefused,
    NoCompletion,
    Unusable,
)
from processes.language_models.language_model import MOST_CALLS, LanguageModel
from processes.language_models.prompt import Prompt
from tests.platforms.groq_api import GPT_OSS_20B, GPT_OSS_120B, GROQ_KEY, GroqApi
from tests.processes.language_models.conftest import JumpingClock, OpenModel

REPLY = {
    "reply": "Cuesta 49 €.",
    "language": "es",
    "intent": "question_product",
    "confidence": 0.9,
    "product_id": None,
    "facts_used": [],
    "needs_person": False,
    "person_reason": None,
}
PATIENT = 60.0

Step = Callable[[GroqApi], None]


async def ask(
    model: LanguageModel, prompt: Prompt, *, creator_id: str = "maria", patience: float = PATIENT
) -> Completion:
    return await model.complete(prompt, creator_id, urgency=Urgency.LIVE, patience=patience)


def outcomes(completion: Completion) -> list[str]:
    return [str(call.outcome) for call in completion.calls]


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.message == event]


async def test_a_follower_is_answered_in_their_language(open_model: OpenModel, prompt: Prompt) -> None:
    async with open_model() as model:
        done = await ask(model, prompt)
    assert isinstance(done, Completed)
    assert (done.reply.language, done.reply.intent) == (Language.ES, Intent.QUESTION_PRODUCT)


async def test_the_model_is_asked_as_decided(groq: GroqApi, open_model: OpenModel, prompt: Prompt) -> None:
    async with open_model() as model:
        await ask(model, prompt)
    (request,) = groq.requests
    schema = request.body["response_format"]["json_schema"]
    assert {**request.body, "response_format": None, "messages": None} == {
        "model": GPT_OSS_120B,
        "messages": None,
        "temperature": 0.4,
        "reasoning_effort": "low",
        "include_reasoning": False,
        "max_completion_tokens": 1500,
        "response_format": None,
    }
    assert request.body["messages"] == list(prompt.messages)
    assert schema["strict"] is True
    assert len(schema["schema"]["required"]) == 8


async def test_of_each_request_is_kept_what_went_out_and_what_came_back(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt
) -> None:
    groq.write_next(REPLY)
    async with open_model() as model:
        done = await ask(model, prompt)
    (call,) = done.calls
    output = json.dumps(REPLY, ensure_ascii=False)
    assert call == ModelCall(
        call_id=UUID(int=1),
        purpose="reply",
        model=GPT_OSS_120B,
        prompt_version=prompt.version,
        prompt_sha256=prompt.sha256,
        params={
            "temperature": 0.4,
            "reasoning_effort": "low",
            "include_reasoning": False,
            "max_completion_tokens": 1500,
        },
        output=output,
        prompt_tokens=sum(len(message["content"]) for message in prompt.messages) // 4,
        completion_tokens=len(output) // 4,
        latency_ms=0,  # the clock passes by waiting only
        outcome=call.outcome,
    )


TABLE: dict[str, tuple[list[Step], type[Completion], list[str], list[float]]] = {
    "a reply": ([lambda groq: groq.write_next(REPLY)], Completed, ["completed"], []),
    "no reply, and then one": (
        [lambda groq: groq.write_next("¡Hola!", REPLY)],
        Completed,
        ["not_the_schema", "completed"],
        [],
    ),
    "no reply twice": (
        [lambda groq: groq.write_next("¡Hola!", REPLY | {"confidence": 2})],
        Unusable,
        ["not_the_schema", "not_the_schema"],
        [],
    ),
    "nothing written": ([lambda groq: groq.write_next("", "")], Unusable, ["not_the_schema", "not_the_schema"], []),
    "cut off, and then not": (
        [lambda groq: groq.write_next('{"reply": "Cues', finish_reason="length"), lambda groq: groq.write_next(REPLY)],
        Completed,
        ["cut_off", "completed"],
        [],
    ),
    "cut off twice": (
        [lambda groq: groq.write_next(REPLY, REPLY, finish_reason="length")],
        Unusable,
        ["cut_off", "cut_off"],
        [],
    ),
    "200 and no JSON": (
        [lambda groq: groq.answer_next("<html>")],
        Completed,
        ["not_the_schema", "completed"],
        [],
    ),
    "200 and JSON of another kind": (
        [lambda groq: groq.answer_next('{"choices": [[]], "usage": "none"}')],
        Completed,
        ["not_the_schema", "completed"],
        [],
    ),
    "400 with what was written, and it is a reply": (
        [lambda groq: groq.refuse_next(400, code="json_validate_failed", failed_generation=json.dumps(REPLY))],
        Completed,
        ["completed"],
        [],
    ),
    "400 with what was written, and it is none": (
        [lambda groq: groq.refuse_next(400, code="json_validate_failed", failed_generation="{no")],
        Unusable,
        ["not_the_schema"],
        [],
    ),
    "400 without what was written": (
        [lambda groq: groq.refuse_next(400, code="json_validate_failed")],
        Unusable,
        ["not_the_schema"],
        [],
    ),
    "400 otherwise": ([lambda groq: groq.refuse_next(400)], CompletionRefused, ["request_refused"], []),
    "404 otherwise": (
        [lambda groq: groq.refuse_next(404, code="unknown_url")],
        CompletionRefused,
        ["request_refused"],
        [],
    ),
    "413": ([lambda groq: groq.refuse_next(413)], CompletionRefused, ["request_refused"], []),
    "422": ([lambda groq: groq.refuse_next(422)], CompletionRefused, ["request_refused"], []),
    "401": ([lambda groq: groq.refuse_next(401, code="invalid_api_key")], CompletionRefused, ["key_refused"], []),
    "403": ([lambda groq: groq.refuse_next(403)], CompletionRefused, ["key_refused"], []),
    "a redirect, which is not followed": (
        [lambda groq: groq.answer_next("", 307, {"location": "/openai/v1/chat/completions"})],
        CompletionRefused,
        ["request_refused"],
        [],
    ),
    "404, the model is gone": (
        [lambda groq: groq.refuse_next(404, code="model_not_found")],
        Completed,
        ["model_retired", "completed"],
        [],
    ),
    "400, the model is gone": (
        [lambda groq: groq.refuse_next(400, code="model_decommissioned")],
        Completed,
        ["model_retired", "completed"],
        [],
    ),
    "403, the model is closed for us": (
        [lambda groq: groq.refuse_next(403, code="model_permission_blocked_org")],
        Completed,
        ["model_retired", "completed"],
        [],
    ),
    "both models are gone": (
        [lambda groq: groq.retire(GPT_OSS_120B), lambda groq: groq.retire(GPT_OSS_20B)],
        NoCompletion,
        ["model_retired", "model_retired"],
        [],
    ),
    "429 with a wait": (
        [lambda groq: groq.refuse_next(429, headers={"retry-after": "7"})],
        Completed,
        ["rate_limited", "completed"],
        [7.0],
    ),
    "429 with the time of a reset": (
        [
            lambda groq: groq.refuse_next(
                429, headers={"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9.5s"}
            )
        ],
        Completed,
        ["rate_limited", "completed"],
        [9.5],
    ),
    "429 without a word": (
        [lambda groq: groq.refuse_next(429)],
        Completed,
        ["rate_limited", "completed"],
        [2.0],
    ),
    "429 for longer than there is patience": (
        [lambda groq: groq.refuse_next(429, headers={"retry-after": "61"})],
        NoCompletion,
        ["rate_limited"],
        [],
    ),
    "429 again and again": (
        [lambda groq: groq.refuse_next(429, headers={"retry-after": "0"})] * MOST_CALLS,
        NoCompletion,
        ["rate_limited"] * MOST_CALLS,
        [],
    ),
    "498": ([lambda groq: groq.refuse_next(498)], Completed, ["server_error", "completed"], [2.0]),
    "503": ([lambda groq: groq.refuse_next(503)], Completed, ["server_error", "completed"], [2.0]),
    "500 twice": (
        [lambda groq: groq.refuse_next(500), lambda groq: groq.refuse_next(502)],
        NoCompletion,
        ["server_error", "server_error"],
        [2.0],
    ),
    "a lost connection": (
        [lambda groq: groq.drop_next()],
        Completed,
        ["no_connection", "completed"],
        [2.0],
    ),
    "a lost connection twice": (
        [lambda groq: groq.drop_next(), lambda groq: groq.drop_next()],
        NoCompletion,
        ["no_connection", "no_connection"],
        [2.0],
    ),
}


@pytest.mark.parametrize(("steps", "kind", "expected", "waits"), TABLE.values(), ids=TABLE)
async def test_each_answer_of_the_provider_has_its_way(
    groq: GroqApi,
    open_model: OpenModel,
    clock: JumpingClock,
    prompt: Prompt,
    steps: list[Step],
    kind: type[Completion],
    expected: list[str],
    waits: list[float],
) -> None:
    for step in steps:
        step(groq)
    async with open_model() as model:
        done = await ask(model, prompt)
    assert (type(done), outcomes(done), clock.waits) == (kind, expected, waits)
    assert len(groq.requests) == len(done.calls)


async def test_what_was_cut_off_is_asked_for_with_more_room(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt
) -> None:
    groq.write_next(REPLY, finish_reason="length")
    async with open_model() as model:
        done = await ask(model, prompt)
    assert [request.body["max_completion_tokens"] for request in groq.requests] == [1500, 3000]
    assert [call.params["max_completion_tokens"] for call in done.calls] == [1500, 3000]


async def test_what_the_provider_throws_away_is_kept_all_the_same(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt
) -> None:
    groq.refuse_next(400, code="json_validate_failed", failed_generation='{"reply": "Cues')
    async with open_model() as model:
        done = await ask(model, prompt)
    assert [call.output for call in done.calls] == ['{"reply": "Cues']


async def test_after_a_refused_key_nothing_is_asked_any_more(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_model(api_key="gsk_of_somebody_else") as model:
        refused = [model.key_is_refused]
        first, second = await ask(model, prompt), await ask(model, prompt)
        refused.append(model.key_is_refused)
    assert refused == [False, True]
    assert (type(first), outcomes(first)) == (CompletionRefused, ["key_refused"])
    assert second == CompletionRefused(())
    assert groq.answered == {401: 1}
    assert len(told(caplog, "model_key_refused")) == 1


async def test_who_waits_while_the_key_is_refused_is_refused_too(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt
) -> None:
    groq.refuse_next(401)
    for _ in range(31):
        groq.hold_next()
    async with open_model() as model:
        asked = [asyncio.create_task(ask(model, prompt, creator_id=f"creator {n}")) for n in range(40)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.to_thread(groq.wait_until, lambda: groq.holding == 31)
        groq.release()
        done = await asyncio.gather(*asked)
    assert done.count(CompletionRefused(())) == 8
    assert len(groq.requests) == 32


async def test_a_retired_model_is_asked_once_and_told_loudly(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt, caplog: pytest.LogCaptureFixture
) -> None:
    groq.retire(GPT_OSS_120B)
    async with open_model() as model:
        for _ in range(3):
            assert isinstance(await ask(model, prompt), Completed)
    assert [request.model for request in groq.requests] == [GPT_OSS_120B, *[GPT_OSS_20B] * 3]
    (record,) = told(caplog, "model_retired")
    assert record.levelno == logging.ERROR
    assert (record.__dict__["model"], record.__dict__["second"]) == (GPT_OSS_120B, GPT_OSS_20B)


async def test_without_any_model_nothing_is_asked(groq: GroqApi, open_model: OpenModel, prompt: Prompt) -> None:
    groq.retire(GPT_OSS_120B)
    groq.retire(GPT_OSS_20B)
    async with open_model() as model:
        await ask(model, prompt)
        assert await ask(model, prompt) == NoCompletion("model_retired", ())


async def test_a_request_that_is_refused_is_told_once(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_model() as model:
        for code in ("context_length_exceeded", "context_length_exceeded", "another"):
            groq.refuse_next(400, code=code)
            await ask(model, prompt)
    codes = [record.__dict__["code"] for record in told(caplog, "model_request_refused")]
    assert codes == ["context_length_exceeded", "another"]


async def test_nothing_of_a_conversation_or_a_key_is_logged(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "processes")
    for status in (400, 401, 404, 429, 500):
        groq.refuse_next(status, f"¿Cuánto cuesta? {GROQ_KEY}")
        async with open_model() as model:
            await ask(model, prompt, patience=0)
    lines = [str(record.__dict__) for record in caplog.records if record.name.startswith("processes")]
    assert len(lines) == 5
    assert not any("cuesta" in line or GROQ_KEY in line for line in lines)


async def test_for_debugging_no_library_writes_down_a_prompt(
    open_model: OpenModel, prompt: Prompt, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure("debug", "text")
    try:
        async with open_model() as model:
            await ask(model, prompt)
    finally:
        root.handlers[:], root.level = before
    assert "cuesta" not in capsys.readouterr().err


async def test_a_model_that_does_not_answer_is_given_up_after_its_timeout(
    groq: GroqApi, open_model: OpenModel, clock: JumpingClock, prompt: Prompt
) -> None:
    groq.hold_next()
    async with open_model(timeout=0.05) as model:
        done = await ask(model, prompt, patience=1)
    assert (done, clock.waits) == (NoCompletion("timeout", done.calls), [])
    assert outcomes(done) == ["timeout"]


async def test_an_answer_that_drips_is_given_up_after_the_same_timeout(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt
) -> None:
    groq.trickle_next(0.01)
    async with open_model(timeout=0.2) as model:
        done = await ask(model, prompt, patience=1)
    assert outcomes(done) == ["timeout"]


async def test_an_answer_without_end_is_not_read_to_its_end(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt
) -> None:
    groq.answer_next(b" " * (1024 * 1024 + 1))
    async with open_model() as model:
        done = await ask(model, prompt, patience=1)
    assert outcomes(done) == ["no_connection"]


async def test_where_nobody_listens_there_is_no_completion(open_model: OpenModel, prompt: Prompt) -> None:
    with GroqApi() as gone:
        pass
    async with open_model(base_url=gone.url) as model:
        done = await ask(model, prompt)
    assert (type(done), outcomes(done)) == (NoCompletion, ["no_connection", "no_connection"])


async def test_no_second_try_begins_when_patience_is_over(
    groq: GroqApi, open_model: OpenModel, clock: JumpingClock, prompt: Prompt
) -> None:
    groq.refuse_next(500)
    async with open_model() as model:
        done = await ask(model, prompt, patience=1.9)
    assert (done, clock.waits) == (NoCompletion("server_error", done.calls), [])


async def test_a_limit_that_one_meets_holds_the_others_back_too(
    groq: GroqApi, open_model: OpenModel, clock: JumpingClock, prompt: Prompt
) -> None:
    groq.refuse_next(429, headers={"retry-after": "30"})
    async with open_model() as model:
        await ask(model, prompt, patience=10)
        hasty = await ask(model, prompt, creator_id="joao", patience=10)
        patient = await ask(model, prompt, creator_id="joao", patience=40)
    assert hasty == NoCompletion("busy", ())
    assert (type(patient), clock.waits) == (Completed, [30.0])


async def test_the_limits_that_answers_tell_are_kept_before_they_are_met(
    groq: GroqApi, open_model: OpenModel, clock: JumpingClock, prompt: Prompt
) -> None:
    groq.limit(requests=3, per=3000)
    async with open_model() as model:
        done = [await ask(model, prompt) for _ in range(5)]
    assert [type(each) for each in done] == [Completed] * 3 + [NoCompletion] * 2
    assert groq.answered == {200: 3}


async def test_a_call_that_is_broken_off_leaves_the_lane_free(
    groq: GroqApi, open_model: OpenModel, prompt: Prompt
) -> None:
    async with open_model() as model:
        for _ in range(32):
            groq.hold_next()
        held = [asyncio.create_task(ask(model, prompt)) for _ in range(32)]
        await asyncio.to_thread(groq.wait_until, lambda: groq.holding == 32)
        assert groq.most_in_air == 32
        assert await ask(model, prompt, patience=0) == NoCompletion("busy", ())
        held[0].cancel()
        await asyncio.wait([held[0]])
        assert isinstance(await ask(model, prompt, patience=0), Completed)
        groq.release()
        assert all(isinstance(done, Completed) for done in await asyncio.gather(*held[1:]))
