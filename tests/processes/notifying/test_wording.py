"""What a person is told about a conversation, in their language, and how little of the follower is in it."""

import pytest

from domain.vocabulary import Language, NotificationKind
from processes.notifying.wording import LONGEST_EXCERPT, excerpt, worded


@pytest.mark.parametrize(
    ("language", "title"),
    [
        (Language.EN, "Inés needs a person"),
        (Language.ES, "Inés necesita a una persona"),
        (Language.PT, "Inés precisa de uma pessoa"),
    ],
)
def test_a_creator_reads_who_waits_in_their_own_language(language: Language, title: str) -> None:
    assert worded(NotificationKind.ESCALATED, language, "Inés García")[0] == title


@pytest.mark.parametrize("kind", NotificationKind)
@pytest.mark.parametrize("language", Language)
def test_every_occasion_has_its_sentences_in_every_language(kind: NotificationKind, language: Language) -> None:
    title, text = worded(kind, language, "Inés")
    assert ("Inés" in title) is (kind is not NotificationKind.TEST)
    assert text.endswith(".")
    assert "{" not in title + text


@pytest.mark.parametrize("name", [None, "", "xX_$$_Xx", "{who}"])
def test_who_has_no_name_that_can_be_said_is_somebody(name: str | None) -> None:
    assert worded(NotificationKind.ESCALATED, Language.ES, name)[0] == "Alguien necesita a una persona"
    assert worded(NotificationKind.DRAFT_WAITING, Language.ES, name)[0] == "Hay un borrador para alguien"


def test_of_the_name_only_the_first_is_told_and_of_the_message_the_beginning() -> None:
    title, text = worded(NotificationKind.ESCALATED, Language.EN, "Inés García", "quiero hablar con alguien " * 20)
    assert "García" not in title + text
    quoted = text.partition("“")[2].partition("”")[0]
    assert len(quoted) == LONGEST_EXCERPT
    assert quoted.endswith("…")


def test_without_a_message_nothing_is_quoted() -> None:
    assert "“" not in worded(NotificationKind.ESCALATED, Language.EN, "Inés", " \n ")[1]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("¿hola?", "¿hola?"),
        ("  dos\n\nlíneas\t y más ", "dos líneas y más"),
        ("\u202eatrás\u202c\x00\ud800", "atrás"),
        ("a" * 120, "a" * 120),
        ("a" * 121, "a" * 119 + "…"),
        ("a" * 118 + " bc", "a" * 118 + "…"),
    ],
)
def test_an_excerpt_is_a_line_of_what_can_be_seen(message: str, told: str) -> None:
    assert excerpt(message) == told
