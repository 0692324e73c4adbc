"""One address, one spelling; what only looks like an address, or like another one, is none."""

import pytest

from domain.errors import Invalid
from domain.person.email_addresses import checked_address


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ana@example.com", "ana@example.com"),
        ("Ana+dm@Example.COM", "Ana+dm@example.com"),
        ("ana@shop.test", "ana@shop.test"),
        ("e\u0301va@x.es", "\u00e9va@x.es"),
        ("ana@nandu\u0301.es", "ana@nand\u00fa.es"),
        ("ana@xn--and-6ma2c.es", "ana@ñandú.es"),
        ("тест@почта.рф", "тест@почта.рф"),
        ("straße@x.es", "straße@x.es"),
    ],
)
def test_an_address_has_one_spelling(given: str, kept: str) -> None:
    assert checked_address(given) == kept
    assert checked_address(kept) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "notanemail",
        "ana@host",
        "a@b@c.de",
        "a b@c.de",
        "ana@x..es",
        "ana@x.es.",
        "ana@.x.es",
        "ana@-x.es",
        "a..b@x.es",
        '"a b"@x.es',
        "Ana <ana@x.es>",
        "test\u043e@gmail.com",  # a Cyrillic o
        "testo@gm\u0430il.com",  # a Cyrillic a
        "te\u200bsto@gmail.com",
        "testo@gmail.com\u200b",
        "test\u00ado@gmail.com",
        "ｔesto@gmail.com",
        "testo@ｇmail.com",
        "ﬁna@x.es",
        "a\u3164@x.es",
        "a\ufe0f@x.es",
        "a\u2800b@x.es",
        "a@x。es",
    ],
)
def test_what_is_no_address_or_looks_like_another_is_refused(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_address(given, field="/owner")
    assert [(error.field, error.code) for error in refused.value.errors] == [("/owner", "form")]
