"""What a good answer says passes: prices, links and dates that are so, offers as questions, refusals to promise."""

from pathlib import Path

import pytest

from domain.answering.checks import check_answer
from domain.vocabulary import Language, Platform
from processes.language import language_of
from tests.domain.answering.facts import in_language

ORDINARY = [
    line.split("\t") for line in Path(__file__).with_name("ordinary.tsv").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(("language", "answer"), ORDINARY)
def test_an_ordinary_answer_passes(language: str, answer: str) -> None:
    text = answer.replace("\\n", "\n")
    checked = check_answer(text, in_language(Language(language)), platform=Platform.INSTAGRAM, language_of=language_of)
    assert checked.problems == ()
    assert checked.text == text
