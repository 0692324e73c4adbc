"""Language, length, formatting, repetition, leaks, disclosure, echoes and loops."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.answering.checks import AnswerProblem, check_answer
from domain.answering.echoes import is_echo, looks_like_loop
from domain.answering.injection import injection_signs
from domain.answering.plain_text import as_plain_text
from domain.vocabulary import Language, Platform
from processes.language import language_of
from tests.domain.answering.facts import CANARY, GROUND, in_language, problems

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_an_answer_in_another_language_is_held() -> None:
    text = "What would you like to know about the course before you decide?"
    checked = check_answer(text, GROUND, platform=Platform.TELEGRAM, language_of=language_of)
    assert checked.problems == (AnswerProblem.LANGUAGE,)
    english = in_language(Language.EN)
    assert check_answer(text, english, platform=Platform.TELEGRAM, language_of=language_of).problems == ()


def test_names_and_links_say_nothing_about_the_language() -> None:
    shown: list[str] = []

    def remember(text: str) -> None:
        shown.append(text)

    check_answer(
        "Luis, Curso de fotografía: https://ana.example/foto, hola@ana.example",
        GROUND,
        platform=Platform.TELEGRAM,
        language_of=remember,
    )
    assert [word for word in ("Luis", "Curso", "ana", "hola") if word in shown[0]] == []


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "**", "```\n```"])
def test_what_shows_nothing_is_empty(text: str) -> None:
    assert AnswerProblem.EMPTY in problems(text.replace("**", ""))


def test_an_answer_fits_into_one_message_of_the_platform() -> None:
    assert problems("ñ" * 501, platform=Platform.INSTAGRAM) == {AnswerProblem.LENGTH}
    assert problems("ñ" * 501, platform=Platform.TELEGRAM) == set()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Hola** y __bien__", "Hola y bien"),
        ("# Título\ntexto", "Título\ntexto"),
        ("[el curso](https://ana.example/foto)", "el curso: https://ana.example/foto"),
        ("[https://ana.example/foto](https://ana.example/foto)", "https://ana.example/foto"),
        ("<a href='https://ana.example/foto'>aquí</a>", "aquí: https://ana.example/foto"),
        ("usa `esto`", "usa esto"),
        ("```\nuno\n```", "uno"),
        ("* uno\n* dos", "- uno\n- dos"),
        ("*uno* y _dos_ y ~~tres~~", "uno y dos y tres"),
        ("a\n\n---\n\nb", "a\n\nb"),
        ("<b>uno</b><br>dos", "uno\ndos"),
        ("ho\u200bla", "hola"),
    ],
)
def test_marks_of_formatting_are_taken_out(text: str, plain: str) -> None:
    assert as_plain_text(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "https://ana.example/__a__b_c_/x*y*z",
        "5 * 3 * 2 y snake_case_name",
        "👩\u200d👩\u200d👧 y ❤️",
        "- uno\n- dos",
        "3 > 2, #fotografía y @ana_fotos_",
    ],
)
def test_what_is_no_formatting_stays(text: str) -> None:
    assert as_plain_text(text) == text


@given(st.text(max_size=60))
def test_taking_out_formatting_twice_changes_no_link_into_another(text: str) -> None:
    assert "https://ana.example/foto" in as_plain_text(f"Mira https://ana.example/foto {text}")


@pytest.mark.parametrize(
    "text", ["Hola {first_name}", "Hi [Your Name]!", "Mira [link]", "Cuesta {{price}}", "Hola <nombre>", "Dear %s"]
)
def test_a_place_that_was_not_filled_is_held(text: str) -> None:
    assert AnswerProblem.PLACEHOLDER in problems(text)


def test_nobody_reads_the_same_twice() -> None:
    ours = GROUND.our_last_texts[0]
    assert problems(ours) == {AnswerProblem.REPEATED}
    assert problems(ours.upper().replace("¡", "").replace("é", "e")) == {AnswerProblem.REPEATED}
    assert problems(ours + " ¿O prefieres otra cosa?") == set()


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        CANARY.upper().replace("-", " "),
        " ".join(CANARY),
        CANARY[::-1],
        CANARY.encode().hex(),
        "Use only the figures and links in the facts",
        "use only — the figures, and links in THE facts!",
        "As an AI language model, I can't.",
        "Como modelo de lenguaje no puedo.",
        "Como um modelo de linguagem, não posso.",
        "My instructions say no.",
        '{"reply": "hola"}',
        "aWdub3JlIGFsbCBwcmV2aW91cyBpbnN0cnVjdGlvbnM=",
    ],
)
def test_nothing_of_the_prompt_leaves(text: str) -> None:
    assert AnswerProblem.LEAK in problems(text)


def test_words_of_the_creator_are_no_leak_though_the_prompt_has_them() -> None:
    own = GROUND.creator_texts[0]
    assert problems(own, replace(GROUND, system_text=own)) == set()


@pytest.mark.parametrize(
    "text",
    [
        "No soy un bot.",
        "I'm not a bot.",
        "Não sou um robô.",
        "This isn't a bot.",
        "Soy una persona.",
        "I'm a real person.",
        "Sou uma pessoa de verdade.",
        "Estás hablando con una persona real.",
    ],
)
def test_who_asks_is_not_told_that_this_is_a_person(text: str) -> None:
    assert AnswerProblem.DENIES_BOT in problems(text, replace(GROUND, asked_whether_bot=True))


@pytest.mark.parametrize(
    "text",
    [
        "Soy el asistente automático de Ana, no una persona.",
        "I'm an automated assistant, not a person.",
        "Sou o assistente automático da Ana, não uma pessoa.",
        "¿Prefieres hablar con una persona?",
    ],
)
def test_who_asks_may_be_told_the_truth(text: str) -> None:
    assert AnswerProblem.DENIES_BOT not in problems(text, replace(GROUND, asked_whether_bot=True))


@pytest.mark.parametrize(
    "text",
    ["Soy el asistente automático de Ana.", "This is Ana's AI assistant.", "Aqui é o assistente virtual da Ana."],
)
def test_the_first_answer_says_that_a_machine_writes_where_the_creator_wants_it(text: str) -> None:
    first = replace(GROUND, must_disclose=True)
    assert AnswerProblem.DISCLOSURE not in problems(text, first)
    assert AnswerProblem.DISCLOSURE in problems("¡Hola! ¿En qué te ayudo?", first)
    assert AnswerProblem.DISCLOSURE not in problems("¡Hola! ¿En qué te ayudo?")


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuáles son las reglas del reto?",
        "mándame las instrucciones para entrar",
        "I forgot my password, ignore my last message",
        "olvida lo que te dije ayer",
        "¿me enseñas el sistema de iluminación?",
        "what are the instructions for the exercise?",
        "mi asistente: Laura",
        "https://example.com/aVeryLongPathWith1234567890AndLetters",
    ],
)
def test_what_people_ask_for_is_no_injection(text: str) -> None:
    assert injection_signs((text,)) == ()


def test_our_own_text_that_comes_back_is_an_echo() -> None:
    ours = ("¡Hola, Luis! ¿En qué te puedo ayudar?", "Hola")
    assert is_echo("hola luis, en que te puedo ayudar", ours)
    assert not is_echo("Hola", ours)
    assert not is_echo("¿En qué me puedes ayudar?", ours)


@pytest.mark.parametrize(
    ("pauses", "between", "loops"),
    [
        ((1.0, 1.0, 2.9), 10, True),
        ((1.0, 1.0, 3.0), 10, False),
        ((1.0, 1.0), 10, False),
        ((1.0, 1.0, 1.0), 29.5, True),
        ((1.0, 1.0, 1.0), 30, False),
        ((9.0, 1.0, 1.0, 1.0), 10, True),
        ((1.0, 1.0, 1.0, 9.0), 10, False),
    ],
)
def test_three_answers_at_once_within_a_minute_are_a_loop(
    pauses: tuple[float, ...], between: float, loops: bool
) -> None:
    starts = [NOON + timedelta(seconds=between * place) for place in range(len(pauses))]
    rounds = [(start, start + timedelta(seconds=pause)) for start, pause in zip(starts, pauses, strict=True)]
    assert looks_like_loop(rounds) is loops
