"""A telephone number is the same number however it is written, and none that a spreadsheet has rewritten."""

import pytest

from domain.errors import Invalid
from domain.person.phones import checked_phone, e164


@pytest.mark.parametrize("given", ["+34 (600) 111.222-3", "12345", "91.123.45.00", "600111222"])
def test_a_number_is_kept_as_it_is_written(given: str) -> None:
    assert checked_phone(given) == given


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("1234", "form"),
        ("call me", "form"),
        ("3.46E+10", "form"),
        ("34600111222,0", "form"),
        ("600\u00a0111\u202f222", "form"),
        ("34600111222.0", "damaged"),
        ("+34600111222.00", "damaged"),
    ],
)
def test_what_is_no_number_or_was_rewritten_is_refused(given: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_phone(given)
    assert [(error.field, error.code) for error in refused.value.errors] == [("/phone", code)]


@pytest.mark.parametrize(
    ("given", "country", "digits"),
    [
        ("34600111222", None, "34600111222"),
        ("+34600111222", None, "34600111222"),
        ("34600111222", "DE", "34600111222"),
        ("600111222", "ES", "34600111222"),
        ("11961234567", "BR", "5511961234567"),
        ("51987654321", "BR", "51987654321"),  # whole numbers first: this one is Peru's
        ("5215512345678", "MX", "5215512345678"),
    ],
)
def test_a_number_is_known_by_all_its_digits(given: str, country: str | None, digits: str) -> None:
    assert e164(given, country) == digits


@pytest.mark.parametrize(
    ("given", "country"),
    [
        ("600111222", None),
        ("+600111222", "ES"),
        ("3460011122", "ES"),
        ("346001112220", "ES"),
        ("0034600111222", "ES"),
        ("034600111222", "ES"),
        ("999999999999", None),
        ("34 600 111 222", "ES"),
        ("3.46E+10", "ES"),
        ("٣٤٦٠٠١١١٢٢٢", "ES"),
        ("600111222", "AQ"),
        ("1" * 16, None),
        ("", None),
    ],
)
def test_a_number_with_too_many_or_too_few_digits_is_nobodys(given: str, country: str | None) -> None:
    assert e164(given, country) is None
