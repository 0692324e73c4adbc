"""The provider on this machine takes what the real one documents, and nothing else."""

import copy
from typing import Any

import httpx
import pytest

from processes.language_models.reply_schema import REPLY_SCHEMA, REPLY_SCHEMA_NAME
from tests.platforms.groq_api import GPT_OSS_120B, GROQ_KEY, GroqApi

PATH = "/openai/v1/chat/completions"
BODY: dict[str, Any] = {
    "model": GPT_OSS_120B,
    "messages": [{"role": "user", "content": "hola"}],
    "temperature": 0.4,
    "reasoning_effort": "low",
    "include_reasoning": False,
    "max_completion_tokens": 1500,
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": REPLY_SCHEMA_NAME, "strict": True, "schema": REPLY_SCHEMA},
    },
}


def post(groq: GroqApi, body: Any, *, path: str = PATH, key: str = GROQ_KEY) -> httpx.Response:
    with httpx.Client() as client:
        return client.post(f"{groq.url}{path}", json=body, headers={"Authorization": f"Bearer {key}"})


def changed(path: str, value: object) -> dict[str, Any]:
    body: Any = copy.deepcopy(BODY)
    *parents, last = path.split("/")
    part = body
    for name in parents:
        part = part[int(name) if name.isdigit() else name]
    part[last] = value
    return dict(body)


def test_a_completion_has_the_providers_form(groq: GroqApi) -> None:
    answer = post(groq, BODY).json()
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"].keys() >= {"prompt_tokens", "completion_tokens", "total_tokens"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("logprobs", True),
        ("thinking", "low"),
        ("temperature", 2.1),
        ("temperature", "0.4"),
        ("reasoning_effort", "none"),
        ("reasoning_format", "hidden"),
        ("include_reasoning", "false"),
        ("max_completion_tokens", 0),
        ("n", 2),
        ("messages", []),
        ("messages/0/role", "narrator"),
        ("messages/0/name", "ana"),
        ("messages/0/content", None),
        ("response_format/type", "json"),
        ("response_format/json_schema/name", "a reply"),
        ("response_format/json_schema/strict", "yes"),
        ("response_format/json_schema/version", 1),
        ("response_format/json_schema/schema/required", ["reply"]),
        ("response_format/json_schema/schema/additionalProperties", True),
        ("response_format/json_schema/schema/properties/confidence", {"type": "number", "minimum": 0}),
        ("response_format/json_schema/schema/properties/reply", {}),
        ("response_format/json_schema/schema/properties/facts_used", {"type": "array"}),
    ],
)
def test_what_is_not_documented_is_refused_in_the_providers_form(groq: GroqApi, path: str, value: object) -> None:
    answer = post(groq, changed(path, value))
    assert answer.status_code == 400
    assert answer.json()["error"].keys() >= {"message", "type"}


@pytest.mark.parametrize(
    ("status", "code", "asked"),
    [
        (401, "invalid_api_key", {"key": "gsk_other"}),
        (404, "unknown_url", {"path": "/v1/chat/completions"}),
        (404, "unknown_url", {"path": f"/openai/v1{PATH}"}),
    ],
)
def test_a_wrong_key_or_address_is_refused(groq: GroqApi, status: int, code: str, asked: dict[str, str]) -> None:
    answer = post(groq, BODY, **asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert groq.requests == []


def test_a_model_that_is_not_there_is_not_found(groq: GroqApi) -> None:
    answer = post(groq, BODY | {"model": "llama-3.3-70b-versatile"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


def test_every_answer_tells_the_limits_and_a_refusal_how_long_to_wait(groq: GroqApi) -> None:
    groq.limit(requests=2, tokens=100_000, per=600)
    first, _, third = (post(groq, BODY) for _ in range(3))
    assert first.headers["x-ratelimit-limit-requests"] == "2"
    assert first.headers["x-ratelimit-remaining-requests"] == "1"
    assert first.headers["x-ratelimit-reset-requests"] in ("5m0s", "4m60s")
    assert "retry-after" not in first.headers
    assert (third.status_code, third.headers["x-ratelimit-remaining-requests"]) == (429, "0")
    assert 290 < float(third.headers["retry-after"]) <= 300


def test_a_reply_is_in_the_language_that_the_prompt_names(groq: GroqApi) -> None:
    content = post(groq, changed("messages/0/content", "rules\nlanguage: pt (Portuguese)\n")).json()
    assert '"language": "pt"' in content["choices"][0]["message"]["content"]
