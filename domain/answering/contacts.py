"""Contacts: e-mail addresses, telephone and account numbers and handles in a text, and whose they may be."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from domain.answering.links import without_links
from domain.answering.number_words import dictates_digits
from domain.answering.reading import folded, seen

_MAIL: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]+@(?:[\w-]+\.){1,9}[\w-]{2,}")
_SPELLED_MAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{2,64}\s*[\[({<]?\s*(?:\b(?:at|arroba|a roba)\b|@)\s*[\])}>]?\s*[\w-]+\s*[\[({<]?\s*"
    r"(?:\.|\b(?:dot|punto|ponto)\b)\s*[\])}>]?\s*(?:com|net|org|es|br|io|co|example|pt|mx|ar)\b"
)
_HANDLE: Final = re.compile(r"(?<![\w.@/])@(?P<name>[A-Za-z0-9_](?:[\w.]*\w)?)(?!@)")
_NUMBER: Final = re.compile(r"(?<![\w.,:/])(?P<plus>\+|00)?\(?\d(?:[ ().\-/]{0,2}\d){6,24}(?![\w])")
_DATE_OR_TIME: Final = re.compile(
    r"\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b|\b(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d\b"
    r"|\b\d{1,2}[.:]\d\d\s?[-–]\s?\d{1,2}[.:]\d\d\b"
)
_MONEY: Final = re.compile(
    r"(?:[€$£]|\b(?:EUR|USD|BRL|GBP|MXN|COP|ARS|CLP))\s?\d[\d., ]*|\d[\d., ]*\s?(?:[€$£]|(?:EUR|USD|BRL|GBP|MXN|COP"
    r"|ARS|CLP|euros?|pesos|reais|d[oó]lares|dollars)\b)"
)
_CALLED: Final = re.compile(
    r"\b(?:tel|telefono|telefone|phone|movil|celular|cel|whatsapp|zap|wpp|call|llama\w*|ligu\w+|liga|marca|numero"
    r"|number|bizum|pix|sms|text)\b"
)
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b", re.IGNORECASE)
_WALLET: Final = re.compile(
    r"\b(?:0x[0-9a-f]{40}|bc1[a-z0-9]{20,60}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|T[1-9A-HJ-NP-Za-km-z]{33})\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    re.IGNORECASE,
)
_SHORTEST: Final = 9  # digits that no year, date or amount has
_SAME: Final = 7  # digits by whose end a number is known


def find_contacts(text: str) -> tuple[str, ...]:
    """Every e-mail address, telephone or account number, wallet and handle of a text, also where it is spelled out."""
    return tuple(_found(text))


def foreign_contacts(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of a text that are none of the known ones."""
    names = {_key(each) for each in known if each}
    return tuple(found for found in find_contacts(text) if not any(_is_same(_key(found), name) for name in names))


def _found(text: str) -> Iterator[str]:
    plain = seen(text)
    yield from _MAIL.findall(plain)
    plain = _MAIL.sub(" ", plain)
    yield from (match.group() for match in _SPELLED_MAIL.finditer(folded(plain)))
    plain = without_handles = without_links_but_handles(plain)
    yield from (match.group() for match in _HANDLE.finditer(without_handles))
    yield from (match.group() for match in _WALLET.finditer(plain))
    ibans = [match for match in _IBAN.finditer(plain) if sum(char.isdigit() for char in match.group()) >= 8]
    yield from (match.group() for match in ibans)
    rest = _DATE_OR_TIME.sub(" ", _MONEY.sub(" ", _WALLET.sub(" ", _IBAN.sub(" ", plain))))
    called = _CALLED.search(folded(plain)) is not None
    for match in _NUMBER.finditer(rest):
        digits = sum(char.isdigit() for char in match.group())
        if digits >= _SHORTEST or match["plus"] or called:
            yield match.group()
    if dictates_digits(folded(plain)):
        yield "digits"


def without_links_but_handles(text: str) -> str:
    """The text without web addresses; handles stay."""
    return " ".join(
        part if part.startswith("@") else without_links(part) for part in re.split(r"(?=(?<!\w)@\w)|\s+", text) if part
    )


def _key(contact: str) -> str:
    plain = re.sub(r"[^\w@.+-]", "", seen(contact).casefold()).lstrip("@").rstrip(".")
    digits = re.sub(r"\D", "", plain)
    return digits if len(digits) >= _SAME and re.fullmatch(r"[\d+.-]*", plain) else plain


def _is_same(one: str, other: str) -> bool:
    if one.isdecimal() and other.isdecimal():
        return len(min(one, other, key=len)) >= _SAME and (
            one.endswith(other.lstrip("0")) or other.endswith(one.lstrip("0"))
        )
    return one == other
