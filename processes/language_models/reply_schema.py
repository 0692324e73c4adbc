"""The schema of a reply: what the model is made to write, and the strict reading of what it wrote."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from uuid import UUID

from domain.vocabulary import Intent, Language

REPLY_SCHEMA_NAME: Final = "reply"
REPLY_SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "properties": {
        "reply": {"type": "string", "description": "The message to the follower."},
        "language": {"type": "string", "enum": [language.value for language in Language]},
        "intent": {"type": "string", "enum": [intent.value for intent in Intent]},
        "confidence": {"type": "number", "description": "How sure the intent is, from 0 to 1."},
        "product_id": {"type": ["string", "null"], "description": "The id of the product that it is about."},
        "facts_used": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Ids of the facts it rests on.",
        },
        "needs_person": {"type": "boolean"},
        "person_reason": {"type": ["string", "null"], "description": "Why a person should look, in a few words."},
    },
    "required": [
        "reply",
        "language",
        "intent",
        "confidence",
        "product_id",
        "facts_used",
        "needs_person",
        "person_reason",
    ],
    "additionalProperties": False,
}
"""`strict` wants every property required and no others (console.groq.com/docs/structured-outputs).

Ranges and forms are not in it, because the strict subset does not promise them: `read_reply` judges these.
"""

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class ModelReply:
    """What the model proposes: a message, how it read the burst, and whether a person should look first."""

    reply: str
    language: Language
    intent: Intent
    confidence: float
    product_id: UUID | None
    facts_used: tuple[str, ...]
    needs_person: bool
    person_reason: str | None


def read_reply(text: str) -> ModelReply | None:
    """The reply in a text that is nothing but JSON of the schema, else None; never raises.

    Whether the message may be sent, be it empty or untrue, is not judged here.
    """
    try:
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
        if not isinstance(found, dict) or found.keys() != set(_FIELDS):
            return None
        return ModelReply(
            reply=_text(found["reply"]),
            language=Language(_text(found["language"])),
            intent=Intent(_text(found["intent"])),
            confidence=_share(found["confidence"]),
            product_id=None if found["product_id"] is None else _uuid(_text(found["product_id"])),
            facts_used=_texts(found["facts_used"]),
            needs_person=_flag(found["needs_person"]),
            person_reason=None if found["person_reason"] is None else _text(found["person_reason"]),
        )
    except (ValueError, RecursionError):
        return None


_FIELDS: Final = tuple(ModelReply.__dataclass_fields__)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are unique: of two values for one name nobody knows which is meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _text(value: object) -> str:
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise ValueError("no text that can be stored")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("no list")
    return tuple(_text(each) for each in value)


def _share(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError("no number from 0 to 1")
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _uuid(value: str) -> UUID:
    if not _UUID.fullmatch(value):
        raise ValueError("no id")
    return UUID(value)
