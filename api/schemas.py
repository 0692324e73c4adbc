"""The words, texts and times that bodies and answers are made of."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from domain.lead import TAGS_AT_MOST
from domain.vocabulary import Status

STATUSES: Final[Mapping[str, Status]] = {
    "cold": Status.NEW,
    "warm": Status.ACTIVE,
    **{status.value: status for status in Status},
}
"""What may be said for a stage: the words of the board, and two older ones."""

StatusWord = Literal["cold", "new", "warm", "active", "hot", "customer"]
SequenceWord = Literal[
    "interest_cold",
    "objection_price",
    "objection_time",
    "objection_doubt",
    "objection_later",
    "abandoned",
    "re_engagement",
    "post_purchase",
]
FollowUpStatus = Literal["pending", "sent", "cancelled", "held", "skipped", "converted", "uncertain", "failed"]


class Body(BaseModel):
    """A body: no unknown fields, no guessing of types; texts are trimmed, then measured."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class Answer(BaseModel):
    """A part of an answer: every field is always there."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_serialization_defaults_required=True)


class Ok(Answer):
    """An answer to what was done or asked."""

    status: Literal["ok"] = "ok"


class Listed(Ok):
    """One page of a list: rows here, rows that match, and where to go on (`null` at the end)."""

    count: int
    total: int
    next_cursor: str | None


def _in_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("our_type", "A time is a text such as 2026-01-31T09:00:00+00:00.")
    return value


Time = Annotated[
    datetime,
    PlainSerializer(_in_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""RFC 3339 in UTC with microseconds."""

GivenTime = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_only_text)]


def _no_null(value: object) -> object:
    if value is None:
        raise PydanticCustomError("our_null", "This field cannot be null; leave it out instead.")
    return value


NotNull = BeforeValidator(_no_null)


def _email(text: str) -> str:
    name, at, host = text.partition("@")
    if text and not (name and at and "@" not in host and "." in host.strip(".") and not any(map(str.isspace, text))):
        raise PydanticCustomError("our_form", "An e-mail address looks like ana@example.com.")
    return text


def _phone(text: str) -> str:
    allowed = set("0123456789+().- ")
    if text and not (set(text) <= allowed and sum(map(str.isdecimal, text)) >= 5):
        raise PydanticCustomError("our_form", "A phone number has at least 5 digits, and else blanks and +().- only.")
    return text


def _money(value: object) -> object:
    """What a JSON number says, to the last digit; text in its place is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("our_type", "An amount is a number such as 97 or 97.50.")
    return Decimal(str(value))


Amount = Annotated[
    Decimal, Field(ge=0, le=1_000_000_000, decimal_places=4), BeforeValidator(_money, json_schema_input_type=float)
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

Name = Annotated[str, Field(min_length=1, max_length=255)]
Username = Annotated[str, Field(max_length=255), AfterValidator(lambda text: text.removeprefix("@").strip())]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Phone = Annotated[str, Field(max_length=32), AfterValidator(_phone)]
Notes = Annotated[str, Field(max_length=5000)]
Tag = Annotated[str, Field(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=TAGS_AT_MOST)]
MessageText = Annotated[str, Field(min_length=1, max_length=4096)]
Reason = Annotated[str, Field(max_length=500)]


def details_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body as `domain.lead.Details` has them: an empty text is nothing, tags are a tuple."""
    return {
        field: tuple(dict.fromkeys(value or ())) if field == "tags" else value or None for field, value in given.items()
    }
