"""What shows nothing is no name, and a text calls nobody what is no name."""

import pytest

from domain.person.names import first_name, visible


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        " ",
        "\u00a0\t",
        "\u200b",
        "\u200d",
        "\u2060",
        "\ufeff",
        "\u202e",
        "\u3164",
        "\u115f\u1160",
        "\u2800",
        "\u0301",
    ],
)
def test_what_shows_nothing_is_no_name(nothing: str) -> None:
    assert visible(nothing) is None
    assert first_name(nothing) is None


@pytest.mark.parametrize("name", ["Ñ", "مريم", "👩\u200d👩\u200d👧", "❤️", "🫩", "a" + "\u0301" * 200, "$", "ㅤAnaㅤ"])
def test_whatever_shows_something_is_one(name: str) -> None:
    assert visible(f" {name} ") == name


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Ana García", "Ana"),
        ("  Zoë  Ruiz", "Zoë"),
        ("Jose\u0301 Luis", "José"),
        ("O’Brien", "O’Brien"),
        ("{product_name}", None),
        ("https://spam.example/ganar", None),
        ("<b>Ana</b>", None),
        ("\u202eanA", None),
        ("👩", None),
        (None, None),
    ],
)
def test_a_text_calls_people_by_their_first_name_if_it_is_one(name: str | None, called: str | None) -> None:
    assert first_name(name) == called
