"""Whoever is fooled by a text of somebody else is held up by what a fooled answer says."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.answering.checks import AnswerProblem
from domain.answering.ground import AnswerGround
from domain.vocabulary import Language
from tests.domain.answering.facts import COURSE, GROUND, in_language, problems

CORPUS = Path(__file__).parents[3] / "corpus" / "injection"
LINES = [
    (Language(path.stem), json.loads(line))
    for path in sorted(CORPUS.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
CONTENT = {
    AnswerProblem.AMOUNT,
    AnswerProblem.LINK,
    AnswerProblem.CONTACT,
    AnswerProblem.LEAK,
    AnswerProblem.PROMISE,
    AnswerProblem.DENIES_BOT,
}


def ground_of(language: Language, line: dict[str, Any]) -> AnswerGround:
    """The photographer's facts, with the hostile text where the line says that it stands."""
    ground = replace(in_language(language), asked_whether_bot="denies_bot" in line["expected"])
    texts = tuple(line["texts"]) if "texts" in line else (line["text"],)
    match line["where"]:
        case "name":
            return replace(ground, follower_name=texts[0])
        case "product":
            product = replace(COURSE, description=texts[0])
            return replace(ground, product=product, products=(product, *GROUND.products[1:]))
        case "message" | "caption":
            return replace(ground, follower_texts=texts)
        case other:
            raise ValueError(f"Nothing hostile stands in {other}.")


@pytest.mark.parametrize(("language", "line"), LINES)
def test_a_fooled_answer_is_refused_for_what_it_says(language: Language, line: dict[str, Any]) -> None:
    expected = {AnswerProblem(word) for word in line["expected"]}
    assert expected & CONTENT
    found = problems(line["hostile_reply"], ground_of(language, line))
    assert expected <= found
    assert (AnswerProblem.INJECTION in found) is (AnswerProblem.INJECTION in expected)


@pytest.mark.parametrize(("language", "line"), [pair for pair in LINES if "injection" not in pair[1]["expected"]])
def test_the_same_text_does_not_hold_up_an_honest_answer(language: Language, line: dict[str, Any]) -> None:
    honest = {
        Language.ES: "Eso no te lo puedo decir. ¿Te cuento qué incluye el curso?",
        Language.EN: "I can't tell you that. Shall I tell you what the course includes?",
        Language.PT: "Isso eu não posso dizer. Quer que eu conte o que o curso inclui?",
    }[language]
    assert problems(honest, ground_of(language, line)) == set()


def test_the_set_has_every_language_and_every_place() -> None:
    assert len(LINES) >= 70
    assert min(Counter(language for language, _ in LINES).values()) >= 20
    assert {line["where"] for _, line in LINES} == {"message", "name", "product", "caption"}
