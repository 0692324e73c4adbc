"""Steps of sequences as bodies and answers, and a step's text as one person would read it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.http.fields import RequestModel, ResponseModel
from domain.commands.judging import values_for
from domain.creator import Creator
from domain.nurturing.steps import MAX_DELAY_HOURS, MAX_TEXT, MAX_WEIGHT, VARIABLES, Step, Variant, render
from domain.vocabulary import Language

LanguageWord = Literal["en", "es", "pt"]

PLACEHOLDERS = r"([^{}]*\{(" + "|".join(VARIABLES) + r")(\|[^{}]*)?\})*[^{}]*"
# The domain judges them all at once; this only describes what it will accept.
Text = Annotated[
    str,
    Field(
        json_schema_extra={
            "minLength": 1,
            "maxLength": MAX_TEXT,
            "allOf": [{"pattern": f"^{PLACEHOLDERS}$"}, {"pattern": r"\S"}],
        }
    ),
]
TemplateName = Annotated[str, Field(json_schema_extra={"pattern": r"\S"})]
Delay = Annotated[int, Field(json_schema_extra={"minimum": 0, "maximum": MAX_DELAY_HOURS})]
Weight = Annotated[int, Field(json_schema_extra={"minimum": 1, "maximum": MAX_WEIGHT})]


class VariantItem(ResponseModel):
    """One of several wordings, chosen as often as its share of all weights."""

    text: str
    weight: int


class StepItem(ResponseModel):
    """One step; `delay_hours` counts from the message that enrolled the person."""

    delay_hours: int
    message: str
    messages: dict[LanguageWord, str] | None
    template: dict[LanguageWord, str] | None
    human_task: bool
    compressible: bool
    late: Literal["skip", "always"]
    variants: list[VariantItem]

    @classmethod
    def of(cls, step: Step) -> "StepItem":
        """From a step of the domain."""
        return cls(
            delay_hours=step.delay_hours,
            message=step.message,
            messages=_words(step.messages),
            template=_words(step.template),
            human_task=step.human_task,
            compressible=step.compressible,
            late=step.late,
            variants=[VariantItem(text=variant.text, weight=variant.weight) for variant in step.variants],
        )


def _words(texts: Mapping[Language, str] | None) -> dict[LanguageWord, str] | None:
    return None if texts is None else {language.value: text for language, text in texts.items()}


class VariantIn(RequestModel):
    """A wording with its weight."""

    text: Text
    weight: Weight


class StepIn(RequestModel):
    """A step as a person writes it; what is left out stays as it was with the same message."""

    delay_hours: Delay
    message: Text
    messages: dict[LanguageWord, Text] | None = None
    template: dict[LanguageWord, TemplateName] | None = None
    human_task: bool = False
    compressible: bool = True
    late: Literal["skip", "always"] = "skip"
    variants: Annotated[list[VariantIn], Field(default_factory=list)]

    def step(self, present: Sequence[Step]) -> Step:
        """The step of the domain: unnamed fields come from the present step with this message, if there is one."""
        same = next((step for step in present if step.message == self.message), Step(0, self.message))
        named = self.model_fields_set
        return Step(
            self.delay_hours,
            self.message,
            _by_language(self.messages) if "messages" in named else same.messages,
            _by_language(self.template) if "template" in named else same.template,
            self.human_task if "human_task" in named else same.human_task,
            self.compressible if "compressible" in named else same.compressible,
            self.late if "late" in named else same.late,
            tuple(Variant(each.text, each.weight) for each in self.variants) if "variants" in named else same.variants,
        )


def _by_language(texts: Mapping[LanguageWord, str] | None) -> dict[Language, str] | None:
    return None if texts is None else {Language(language): text for language, text in texts.items()}


def preview(template: str, creator: Creator, name: str | None, product_id: UUID | None) -> str:
    """A step's text as the person would read it today."""
    return render(template, values_for(creator, name, product_id)).text
