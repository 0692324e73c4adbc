"""Who is found by what: words by their beginnings, numbers with and without what stands before them."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.rows import DictRow

from domain.lead import Details
from domain.vocabulary import Platform
from projections.people.search_terms import MOST_WORDS, folded, question, words_of, words_of_id

MARTA = Details(
    name="Márta  López-Ñandú 🌸",
    username="MartaFit.99_es",
    email="m.lopez+dm@correo.example.com",
    phone="+34 611-22 33 44",
    notes="Quiere el 'curso'; llamar el lunes \\ martes",
    tags=("vip", "it's \\ a tag"),
)


def finds(
    conn: psycopg.Connection[DictRow],
    q: str | None,
    tags: tuple[str, ...] = (),
    *,
    details: Details = MARTA,
    creator_id: str = "ana",
    platform: Platform = Platform.INSTAGRAM,
    platform_user_id: str = "1789_x",
) -> bool:
    """Whether ana's question finds a person of `creator_id`."""
    row = conn.execute(
        "SELECT (%s::tsvector || %s::tsvector) @@ %s::tsquery AS found",
        (
            words_of(creator_id, details),
            words_of_id(creator_id, platform, platform_user_id),
            question("ana", q, tags),
        ),
    ).fetchone()
    assert row is not None
    return bool(row["found"])


@pytest.mark.parametrize("q", ["lukasz", "ŁUKASZ", "orsted", "ørs", "strasse", "Straße", "lukasz orsted"])
def test_a_letter_without_an_accent_to_lose_is_found_by_its_neighbour_on_the_keyboard(
    conn: psycopg.Connection[DictRow], q: str
) -> None:
    assert finds(conn, q, details=Details(name="Łukasz Ørsted", notes="Lange Straße"))


@pytest.mark.parametrize(
    "q",
    [
        "mar",
        "MÁRTA",
        "lopez",
        "lópez marta",
        "nandu",
        "López-Ñan",
        "🌸",
        "@martafit",
        "fit",
        "99",
        "martafit99es",
        "m.lopez",
        "mlopez",
        "correo.exa",
        "m.lopez+dm@correo.example.com",
        "+34 611 22 33 44",
        "34611223344",
        "611223344",
        "611 22 33",
        "611-22-33-44",
        "curso",
        "'curso'",
        "lunes marta",
        "ig_1789",
        "1789_x",
        "1789",
    ],
)
def test_a_person_is_found_by_what_somebody_would_type(conn: psycopg.Connection[DictRow], q: str) -> None:
    assert finds(conn, q)


@pytest.mark.parametrize(
    "q",
    ["arta", "marta pedro", "%", "_", "'", "\\", "' | '", "!marta", "61122335", "622", "vip", "ana", "x' | 'ana/mar"],
)
def test_nobody_else_is_found(conn: psycopg.Connection[DictRow], q: str) -> None:
    expected = q == "!marta"  # a sign asks for nothing
    assert finds(conn, q) is expected


def test_a_whatsapp_number_is_a_phone_number(conn: psycopg.Connection[DictRow]) -> None:
    for q in ("wa_34611", "611223344", "+34 611 22 33 44"):
        assert finds(conn, q, details=Details(), platform=Platform.WHATSAPP, platform_user_id="34611223344")


def test_a_word_that_is_asked_for_twice_or_that_another_begins_with_is_one_search() -> None:
    assert question("ana", "m ma mar marta MARTA m", ()) == question("ana", "marta", ())


def test_a_question_of_many_words_is_a_bounded_search(conn: psycopg.Connection[DictRow]) -> None:
    letters = " ".join("abcdefghijklmnopqrstuvwxyz0123456789ñø"[number % 38] for number in range(100))
    assert question("ana", letters, ()).count(":*") == MOST_WORDS
    assert finds(conn, "marta " + " ".join(letters.split()[:12]), details=Details(name="marta a b c d e f g h i j k l"))


def test_nobody_is_found_by_the_question_of_another_creator(conn: psycopg.Connection[DictRow]) -> None:
    for creator_id in ("an", "anabel", "eva"):
        assert not finds(conn, "marta", creator_id=creator_id)
        assert not finds(conn, None, ("vip",), creator_id=creator_id)


def test_a_tag_is_found_as_a_whole_and_one_of_several_is_enough(conn: psycopg.Connection[DictRow]) -> None:
    assert finds(conn, None, ("vip",))
    assert finds(conn, None, ("it's \\ a tag",))
    assert finds(conn, "marta", ("cold", "vip"))
    assert not finds(conn, None, ("vi",))
    assert not finds(conn, None, ("VIP",))
    assert not finds(conn, "pedro", ("vip",))


@given(st.text(max_size=30))
def test_searching_minds_neither_case_nor_accents(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded("  José  MARÍA ", None, "Ñandú") == "jose maria nandu"
    letters = "Łukasz Ørsted Đorđe Straße Ægir Œuvre Işık Ħal Ŧ Þór Guðrún Ŋ Əli"
    assert folded(letters) == "lukasz orsted dorde strasse aegir oeuvre isik hal t thor gudrun n eli"


def test_whatever_is_written_is_a_question_and_finds_who_has_it(conn: psycopg.Connection[DictRow]) -> None:
    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
    def asked(text: str) -> None:
        details = Details(name=text, username=text, email=text, phone=text, notes=text, tags=(text,) if text else ())
        has_words = any(char.isalnum() for char in folded(text))
        assert finds(conn, text, details=details) or not has_words
        assert not text or finds(conn, None, (text,), details=details)

    asked()
