"""Validation errors of pydantic in our words: the field as a JSON pointer, a code, a sentence."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.errors import FieldError


def field_error(error: Mapping[str, Any]) -> FieldError:
    """One of pydantic's errors in our words."""
    source, *path = error["loc"]
    field = pointer(path) if source == "body" else ":".join(str(part) for part in (source, *path[:1]))
    named = [part for part in path if isinstance(part, str)]
    name = str(named[-1]) if named else "body"
    code, detail = _words(name, error)
    return FieldError(field, code, detail)


def pointer(path: Iterable[object]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _words(name: str, error: Mapping[str, Any]) -> tuple[str, str]:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "required", f"`{name}` is missing."
        case "extra_forbidden":
            return "unknown", f"`{name}` cannot be written here."
        case "string_too_short":
            return "length", f"`{name}` is empty or too short: at least {_characters(context['min_length'])}."
        case "string_too_long":
            return "length", f"`{name}` is too long: at most {_characters(context['max_length'])}."
        case "too_long" | "too_short":
            return "count", f"`{name}`: {error['msg']}."
        case "literal_error" | "enum":
            return "unknown_word", f"`{name}` must be one of {context['expected']}."
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than" | "finite_number":
            return "range", f"`{name}`: {error['msg'].removeprefix('Input ')}."
        case "string_pattern_mismatch":
            return "form", f"`{name}` does not have the right form."
        case "model_attributes_type" | "dict_type" | "model_type" if name == "body":
            return "type", "The body must be a JSON object."
        case kind if kind.startswith("our_"):
            return kind.removeprefix("our_"), str(error["msg"])
        case kind:
            return "type" if kind.endswith(("_type", "_parsing")) else kind, f"`{name}`: {_sentence(error['msg'])}"


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count:,} characters"


def _sentence(message: str) -> str:
    return message.removeprefix("Input ").rstrip(".") + "."
