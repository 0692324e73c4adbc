"""Field types and base models of bodies and answers: words, texts, times, amounts."""

from collections.abc import Callable, Mapping
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
    GetJsonSchemaHandler,
    JsonValue,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from domain.errors import Invalid
from domain.lead import TAGS_AT_MOST
from domain.person import email_addresses, phones
from domain.person.names import checked_name
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


class RequestModel(BaseModel):
    """A body: no unknown fields, no guessing of types; texts are trimmed, then measured."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, given: object) -> object:
        """JSON has one kind of number: 50.0 is the whole number 50."""
        if not isinstance(given, dict):
            return given
        return {name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in given.items()}


def given(*fields: str) -> dict[str, JsonValue]:
    """The description's words for a rule across fields: these are there, and not null."""
    return {"required": [*fields], "properties": {field: {"not": {"type": "null"}} for field in fields}}


class ResponseModel(BaseModel):
    """A part of an answer: every field is always there."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_serialization_defaults_required=True)


class Ok(ResponseModel):
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


class _NeverNull(BeforeValidator):
    """Also describes the field as it is: it may be left out, but not be null."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, describe: GetJsonSchemaHandler) -> JsonSchemaValue:
        described: JsonSchemaValue = describe(core)
        alternatives = [each for each in described.pop("anyOf", []) if each != {"type": "null"}]
        return {**described, **alternatives[0]} if alternatives else described


NotNull = _NeverNull(_no_null)


def _checked_by(check: Callable[[str], str]) -> AfterValidator:
    """A rule of the domain for a text that may be empty; its refusal is told as the field's."""

    def checked(text: str) -> str:
        try:
            return check(text) if text else text
        except Invalid as refused:
            error = refused.errors[0]
            raise PydanticCustomError(f"our_{error.code}", error.detail) from refused

    return AfterValidator(checked)


def _money(value: object) -> object:
    """What a JSON number says, to the last digit; text in its place is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("our_type", "An amount is a number such as 97 or 97.50.")
    return Decimal(str(value))


Amount = Annotated[
    Decimal, Field(ge=0, le=1_000_000_000, decimal_places=4), BeforeValidator(_money, json_schema_input_type=float)
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

NOT_BLANK: Final[dict[str, JsonValue]] = {"pattern": r"\S"}
AN_EMAIL: Final[dict[str, JsonValue]] = {"pattern": rf"^\s*{email_addresses.SHAPE}\s*$"}
AN_EMAIL_OR_NONE: Final[dict[str, JsonValue]] = {"pattern": rf"^\s*({email_addresses.SHAPE})?\s*$"}
A_PHONE: Final[dict[str, JsonValue]] = {"pattern": rf"^\s*({phones.SHAPE})?\s*$"}
"""What is judged after trimming, in the description's words."""

Name = Annotated[str, Field(min_length=1, max_length=255, json_schema_extra=NOT_BLANK), _checked_by(checked_name)]
Username = Annotated[str, Field(max_length=255), AfterValidator(lambda text: text.removeprefix("@").strip())]
Email = Annotated[
    str, Field(max_length=254, json_schema_extra=AN_EMAIL_OR_NONE), _checked_by(email_addresses.checked_address)
]
NeededEmail = Annotated[
    str, Field(min_length=1, max_length=254, json_schema_extra=AN_EMAIL), _checked_by(email_addresses.checked_address)
]
Phone = Annotated[str, Field(max_length=32, json_schema_extra=A_PHONE), _checked_by(phones.checked_phone)]
Notes = Annotated[str, Field(max_length=5000)]
TAG_LENGTH: Final = 50
Tag = Annotated[str, Field(min_length=1, max_length=TAG_LENGTH, json_schema_extra=NOT_BLANK), _checked_by(checked_name)]
Tags = Annotated[list[Tag], Field(max_length=TAGS_AT_MOST)]
MessageText = Annotated[str, Field(min_length=1, max_length=4096, json_schema_extra=NOT_BLANK)]
Reason = Annotated[str, Field(max_length=500)]


def details_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body as `domain.lead.Details` has them: an empty text is nothing, tags are a tuple."""
    return {
        field: tuple(dict.fromkeys(value or ())) if field == "tags" else value or None for field, value in given.items()
    }
