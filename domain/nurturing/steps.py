"""Value objects of a sequence: a step, the rules for steps, and the text that one says to one follower."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate
from typing import Final, Literal

from domain.errors import FieldError, Invalid
from domain.vocabulary import Language

MAX_STEPS: Final = 20
MAX_DELAY_HOURS: Final = 8760
MAX_TEXT: Final = 1000
MAX_WEIGHT: Final = 1000
VARIABLES: Final = ("product_name", "first_name", "creator_name", "link")

_PLACEHOLDER: Final = re.compile(r"\{(?P<name>[^{}|]*)(?:\|(?P<fallback>[^{}]*))?\}")


@dataclass(frozen=True)
class Variant:
    """One of several wordings of a step; it is chosen as often as its share of all weights."""

    text: str
    weight: int


@dataclass(frozen=True)
class Step:
    """One promised message; `delay_hours` counts from the message that enrolled the follower.

    `message` is the creator's own wording, `messages` the wording in a language, `variants` several wordings
    instead of `message`. `template` names the approved WhatsApp template per language. `human_task` leaves
    the step to a person where no machine may write any more; a `compressible` step may come early rather
    than not at all; with `late: skip` it is dropped when an outage has made it stale.
    """

    delay_hours: int
    message: str
    messages: Mapping[Language, str] | None = None
    template: Mapping[Language, str] | None = None
    human_task: bool = False
    compressible: bool = True
    late: Literal["skip", "always"] = "skip"
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A step's text as the follower would read it; with anything `unresolved` it must not be sent."""

    text: str
    unresolved: tuple[str, ...]


def validated(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, their texts trimmed; raises `Invalid` with every broken rule, each at its JSON pointer."""
    trimmed = tuple(_trimmed(step) for step in steps)
    errors = [*_count_errors(trimmed), *_delay_errors(trimmed)]
    for number, step in enumerate(trimmed):
        errors += _text_errors(f"/steps/{number}", step)
    if errors:
        raise Invalid(*errors)
    return trimmed


def chosen_variant(step: Step, language: Language, choose_by: str) -> int | None:
    """The index of the wording that `choose_by` always selects; None if the step leaves no choice."""
    if not step.variants or language in (step.messages or {}):
        return None
    bounds = list(accumulate(variant.weight for variant in step.variants))
    lot = int.from_bytes(sha256(choose_by.encode()).digest()) % bounds[-1]
    return bisect_right(bounds, lot)


def text_for(step: Step, language: Language, choose_by: str) -> str:
    """The step's text in this language, else the chosen variant, else its message; not yet rendered."""
    if step.messages and language in step.messages:
        return step.messages[language]
    index = chosen_variant(step, language, choose_by)
    return step.message if index is None else step.variants[index].text


def render(text: str, values: Mapping[str, str | None]) -> Rendered:
    """Fill `{name}` and `{name|fallback}`; a value that is missing or blank gives way to the fallback.

    Without fallback the variable is `unresolved`, and an ellipsis stands in its place.
    What stands in a value is not rendered in turn.
    """
    unresolved: list[str] = []

    def fill(match: re.Match[str]) -> str:
        value = (values.get(match["name"]) or "").strip()
        if value:
            return value
        if match["fallback"] is not None:
            return match["fallback"]
        unresolved.append(match["name"])
        return "…"

    filled = _PLACEHOLDER.sub(fill, text)
    return Rendered(filled, tuple(unresolved))


def _trimmed(step: Step) -> Step:
    return replace(
        step,
        message=step.message.strip(),
        messages=step.messages and {language: text.strip() for language, text in step.messages.items()},
        template=step.template and {language: name.strip() for language, name in step.template.items()},
        variants=tuple(replace(variant, text=variant.text.strip()) for variant in step.variants),
    )


def _count_errors(steps: Sequence[Step]) -> Iterator[FieldError]:
    if not 1 <= len(steps) <= MAX_STEPS:
        yield FieldError("/steps", "count", f"A sequence has 1 to {MAX_STEPS} steps.")


def _delay_errors(steps: Sequence[Step]) -> Iterator[FieldError]:
    latest = 0
    for number, step in enumerate(steps):
        field = f"/steps/{number}/delay_hours"
        if not _whole(step.delay_hours, 0, MAX_DELAY_HOURS):
            yield FieldError(field, "range", f"A delay is a whole number of hours from 0 to {MAX_DELAY_HOURS}.")
        elif step.delay_hours < latest:
            yield FieldError(field, "order", "A step cannot come before the step above it.")
        else:
            latest = step.delay_hours


def _text_errors(field: str, step: Step) -> Iterator[FieldError]:
    yield from _errors_of_text(f"{field}/message", step.message)
    for language, text in (step.messages or {}).items():
        yield from _errors_of_text(f"{field}/messages/{language}", text)
    for language, name in (step.template or {}).items():
        if not name:
            yield FieldError(f"{field}/template/{language}", "length", "A template needs its name.")
    for number, variant in enumerate(step.variants):
        yield from _errors_of_text(f"{field}/variants/{number}/text", variant.text)
        if not _whole(variant.weight, 1, MAX_WEIGHT):
            detail = f"A weight is a whole number from 1 to {MAX_WEIGHT}."
            yield FieldError(f"{field}/variants/{number}/weight", "range", detail)


def _errors_of_text(field: str, text: str) -> Iterator[FieldError]:
    if not 1 <= len(text) <= MAX_TEXT:
        yield FieldError(field, "length", f"A message has 1 to {MAX_TEXT} characters.")
    for match in _PLACEHOLDER.finditer(text):
        if match["name"] not in VARIABLES:
            known = ", ".join(f"{{{name}}}" for name in VARIABLES)
            yield FieldError(field, "variable", f"{match[0]} is none of the variables: {known}.")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        yield FieldError(field, "variable", "A brace opens or closes a variable; one of them stands alone.")


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
