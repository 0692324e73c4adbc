"""What the model writes is taken to the letter of the schema, or not at all."""

import json
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.vocabulary import Intent, Language
from processes.language_models.reply_schema import REPLY_SCHEMA, ModelReply, read_reply

PRODUCT = "0b0f6f1e-6f0c-4b63-9c3e-2f6f3c1d9a55"
GOOD: dict[str, Any] = {
    "reply": "Cuesta 49 €.",
    "language": "es",
    "intent": "question_product",
    "confidence": 0.9,
    "product_id": PRODUCT,
    "facts_used": [PRODUCT],
    "needs_person": False,
    "person_reason": None,
}


def test_a_reply_is_read_with_all_that_it_says() -> None:
    assert read_reply(json.dumps(GOOD)) == ModelReply(
        "Cuesta 49 €.", Language.ES, Intent.QUESTION_PRODUCT, 0.9, UUID(PRODUCT), (PRODUCT,), False, None
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"confidence": 0},
        {"confidence": 1},
        {"product_id": None},
        {"facts_used": []},
        {"reply": "", "needs_person": True, "person_reason": "a refund"},
    ],
    ids=str,
)
def test_what_the_schema_allows_is_taken(changed: dict[str, Any]) -> None:
    assert read_reply(json.dumps(GOOD | changed)) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"reply": None},
        {"reply": 5},
        {"reply": "a\x00b"},
        {"reply": "\ud83d"},
        {"language": "fr"},
        {"language": None},
        {"intent": "wants_to_buy"},
        {"intent": ["greeting"]},
        {"confidence": 1.01},
        {"confidence": -0.1},
        {"confidence": "0.9"},
        {"confidence": True},
        {"confidence": 10**400},
        {"product_id": "the course"},
        {"product_id": f"{{{PRODUCT}}}"},
        {"product_id": ""},
        {"facts_used": "price"},
        {"facts_used": [1]},
        {"facts_used": None},
        {"needs_person": "no"},
        {"needs_person": 0},
        {"person_reason": False},
        {"send": True},
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_what_is_not_of_the_schema_is_no_reply(changed: dict[str, Any]) -> None:
    assert read_reply(json.dumps(GOOD | changed)) is None


@pytest.mark.parametrize("missing", GOOD)
def test_nothing_may_be_missing(missing: str) -> None:
    assert read_reply(json.dumps({name: value for name, value in GOOD.items() if name != missing})) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Cuesta 49 €.",
        "null",
        "[]",
        "[" * 100_000,
        f"```json\n{json.dumps(GOOD)}\n```",
        json.dumps(GOOD) + " and more",
        json.dumps(GOOD)[:-1] + ', "needs_person": true}',
        json.dumps(GOOD).replace("0.9", "NaN"),
        json.dumps(GOOD).replace("0.9", "Infinity"),
    ],
    ids=lambda text: text[:20] or "nothing",
)
def test_what_is_not_json_or_says_something_twice_is_no_reply(text: str) -> None:
    assert read_reply(text) is None


@given(
    st.fixed_dictionaries(
        {
            "reply": st.text(),
            "language": st.sampled_from(["en", "es", "pt", "de"]),
            "intent": st.sampled_from([*Intent, "sale"]),
            "confidence": st.floats(-0.5, 1.5),
            "product_id": st.none() | st.uuids().map(str),
            "facts_used": st.lists(st.text(max_size=3), max_size=2),
            "needs_person": st.booleans() | st.none(),
            "person_reason": st.none() | st.text(),
        }
    )
)
def test_whatever_is_read_obeys_the_schema_that_the_model_is_given(written: dict[str, Any]) -> None:
    reply = read_reply(json.dumps(written))
    if not jsonschema_rs.is_valid(REPLY_SCHEMA, written):
        assert reply is None
    elif reply is not None:
        assert (reply.reply, reply.intent, reply.confidence) == (
            written["reply"],
            written["intent"],
            written["confidence"],
        )
