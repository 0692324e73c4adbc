"""What a creator may promise in a sequence, and what a follower reads of it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.nurturing.default_steps import NAMES, SHIPPED
from domain.nurturing.steps import VARIABLES, Step, Variant, chosen_variant, render, text_for, validated
from domain.vocabulary import Language, SequenceType

HELLO = Step(3, "Hola")
ALL_SHIPPED = [
    pytest.param(step, language, id=f"{sequence_type}-{number}-{language}")
    for sequence_type, steps in SHIPPED.items()
    for number, step in enumerate(steps, start=1)
    for language in Language
]


def refusal_of(steps: Sequence[Step]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        validated(steps)
    return [(error.field, error.code) for error in refused.value.errors]


def test_a_sequence_has_one_to_twenty_steps() -> None:
    assert len(validated([HELLO] * 20)) == 20
    assert refusal_of([]) == [("/steps", "count")]
    assert refusal_of([HELLO] * 21) == [("/steps", "count")]


@pytest.mark.parametrize("delay", [0, 1, 8760])
def test_a_delay_of_up_to_a_year_is_accepted(delay: int) -> None:
    assert validated([Step(delay, "Hola")]) == (Step(delay, "Hola"),)


@pytest.mark.parametrize("delay", [-1, 8761, 1.5, True, "3"])
def test_any_other_delay_is_refused(delay: int) -> None:
    assert refusal_of([HELLO, Step(delay, "Hola")]) == [("/steps/1/delay_hours", "range")]


def test_two_steps_may_have_the_same_delay_but_none_may_come_before_the_one_above() -> None:
    validated([Step(3, "a"), Step(3, "b")])
    assert refusal_of([Step(20, "a"), Step(3, "b"), Step(21, "c")]) == [("/steps/1/delay_hours", "order")]


def test_texts_are_saved_trimmed_and_measured_so() -> None:
    (saved,) = validated([Step(3, "  " + "a" * 1000 + "\n", {Language.EN: " b "}, variants=(Variant(" c ", 1),))])
    assert saved.message == "a" * 1000
    assert saved.messages == {Language.EN: "b"}
    assert saved.variants == (Variant("c", 1),)


@pytest.mark.parametrize("text", ["", " \n ", "a" * 1001])
def test_an_empty_or_endless_text_is_refused_wherever_it_stands(text: str) -> None:
    step = Step(3, text, {Language.PT: text}, variants=(Variant(text, 1),))
    assert refusal_of([step]) == [
        ("/steps/0/message", "length"),
        ("/steps/0/messages/pt", "length"),
        ("/steps/0/variants/0/text", "length"),
    ]


def test_a_template_needs_its_name() -> None:
    assert refusal_of([replace(HELLO, template={Language.ES: " "})]) == [("/steps/0/template/es", "length")]


@pytest.mark.parametrize("weight", [0, -1, 1001, 0.5, True])
def test_a_weight_is_a_positive_whole_number(weight: int) -> None:
    assert refusal_of([replace(HELLO, variants=(Variant("a", weight),))]) == [("/steps/0/variants/0/weight", "range")]


@pytest.mark.parametrize("text", ["{surname}", "{First_name}", "{}", "{product name}", "{ first_name }"])
def test_a_variable_that_nobody_fills_is_refused_when_written(text: str) -> None:
    assert refusal_of([Step(3, f"Hola {text}")]) == [("/steps/0/message", "variable")]


@pytest.mark.parametrize("text", ["Hola {first_name", "Hola first_name}", "{first_name|{link}}"])
def test_a_brace_that_stands_alone_is_refused_when_written(text: str) -> None:
    assert ("/steps/0/message", "variable") in refusal_of([Step(3, text)])


def test_every_broken_rule_is_named_at_once() -> None:
    assert refusal_of([Step(-1, ""), Step(9000, "{x}")]) == [
        ("/steps/0/delay_hours", "range"),
        ("/steps/1/delay_hours", "range"),
        ("/steps/0/message", "length"),
        ("/steps/1/message", "variable"),
    ]


def test_a_follower_reads_their_language_else_the_creators_own_words() -> None:
    step = Step(3, "Hola", {Language.EN: "Hi"})
    assert text_for(step, Language.EN, "x") == "Hi"
    assert text_for(step, Language.PT, "x") == "Hola"


def test_variants_stand_in_for_the_creators_own_words_only() -> None:
    step = Step(3, "Hola", {Language.EN: "Hi"}, variants=(Variant("Buenas", 1),))
    assert text_for(step, Language.EN, "x") == "Hi"
    assert chosen_variant(step, Language.EN, "x") is None
    assert text_for(step, Language.ES, "x") == "Buenas"
    assert chosen_variant(step, Language.ES, "x") == 0


def test_the_same_follower_always_gets_the_same_variant() -> None:
    step = replace(HELLO, variants=(Variant("a", 1), Variant("b", 1), Variant("c", 1)))
    assert len({text_for(step, Language.ES, "ana/interest_cold/1/salt") for _ in range(20)}) == 1


def test_variants_are_chosen_as_often_as_their_weights_say() -> None:
    step = replace(HELLO, variants=(Variant("rare", 1), Variant("common", 3)))
    chosen = Counter(text_for(step, Language.ES, f"follower {number}") for number in range(2000))
    assert chosen.keys() == {"rare", "common"}
    assert 0.7 < chosen["common"] / 2000 < 0.8


def test_variables_are_filled_and_fallbacks_step_in() -> None:
    text = "{first_name}, {product_name|el curso}: {link|}"
    assert render(text, {"first_name": " Ana "}).text == "Ana, el curso: "
    assert render(text, {"first_name": "Ana", "product_name": "Foto", "link": "https://a.example"}).text == (
        "Ana, Foto: https://a.example"
    )


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_unresolved_variable_is_named_and_never_shown(value: str | None) -> None:
    rendered = render("Hola {first_name}, mira {link}", {"first_name": value})
    assert rendered.unresolved == ("first_name", "link")
    assert rendered.text == "Hola …, mira …"


def test_what_a_follower_calls_themselves_is_not_rendered_again() -> None:
    rendered = render("Hola {first_name}", {"first_name": "{link}", "link": "https://a.example"})
    assert rendered.text == "Hola {link}"


@given(
    pieces=st.lists(st.one_of(st.sampled_from(VARIABLES), st.text(alphabet=" ¡hola?", max_size=9)), max_size=9),
    known=st.dictionaries(st.sampled_from(VARIABLES), st.text(alphabet="abc", min_size=1, max_size=5)),
)
def test_a_text_is_complete_exactly_if_all_its_variables_are_known(
    pieces: list[str], known: dict[str, str | None]
) -> None:
    text = "".join(f"{{{piece}}}" if piece in VARIABLES else piece for piece in pieces)
    missing = tuple(piece for piece in pieces if piece in VARIABLES and piece not in known)
    rendered = render(text, known)
    assert rendered.unresolved == missing
    assert "{" not in rendered.text


def test_all_eight_sequences_are_shipped_with_their_delays_and_names() -> None:
    assert {kind: [step.delay_hours for step in steps] for kind, steps in SHIPPED.items()} == {
        SequenceType.INTEREST_COLD: [3, 20, 72],
        SequenceType.OBJECTION_PRICE: [4, 21],
        SequenceType.OBJECTION_TIME: [6, 22],
        SequenceType.OBJECTION_DOUBT: [3, 20],
        SequenceType.OBJECTION_LATER: [20, 48, 168],
        SequenceType.ABANDONED: [1, 20],
        SequenceType.RE_ENGAGEMENT: [0],
        SequenceType.POST_PURCHASE: [2, 20, 168],
    }
    assert list(SHIPPED) == list(NAMES) == list(SequenceType)
    assert NAMES[SequenceType.INTEREST_COLD] == "Cold Interest Followup"


def test_shipped_steps_between_one_day_and_seven_are_left_to_a_person_where_machines_may_not_write() -> None:
    left_to_a_person = {
        (kind, step.delay_hours) for kind, steps in SHIPPED.items() for step in steps if step.human_task
    }
    assert left_to_a_person == {(SequenceType.INTEREST_COLD, 72), (SequenceType.OBJECTION_LATER, 48)}


@pytest.mark.parametrize("kind", SequenceType)
def test_shipped_steps_obey_the_rules_for_creators(kind: SequenceType) -> None:
    assert validated(SHIPPED[kind]) == SHIPPED[kind]


@pytest.mark.parametrize(("step", "language"), ALL_SHIPPED)
def test_a_shipped_text_is_short_asks_something_and_invents_nothing(step: Step, language: Language) -> None:
    assert step.messages is not None
    text = step.messages[language]
    assert len(text.encode()) <= 300
    assert text.endswith("?")
    assert not re.search(r"\d|%|€|\$", text)
    assert not re.search(r"[úu]ltim[oa] (mensaje|mensagem)|last (message|time)|[úu]ltima vez", text, re.IGNORECASE)


@pytest.mark.parametrize(("step", "language"), ALL_SHIPPED)
def test_a_shipped_text_is_complete_even_if_nothing_is_known(step: Step, language: Language) -> None:
    assert render(text_for(step, language, ""), {}).unresolved == ()


def test_the_creators_own_words_of_a_shipped_step_are_the_spanish_ones() -> None:
    for steps in SHIPPED.values():
        for step in steps:
            assert step.message == (step.messages or {})[Language.ES]
