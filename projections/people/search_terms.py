"""Search terms of people: without case and accents, split where people split them, one creator's apart."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from domain.lead import Details
from domain.person.identity import format_id
from domain.vocabulary import Platform

WORD = re.compile(r"[^\W_]+")
PIECE = re.compile(r"\d+|[^\W\d_]+")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
PHONE = re.compile(r"[\d\s+().-]+")

LONGEST = 200
"""Of a longer word only its beginning is kept; no question is longer."""

MOST_WORDS = 16
"""Of a question; each is one more search."""
WHOLE_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th"} | dict(zip("ðđħıĸłŋøŧə", "ddhiklnote", strict=True)),
)
"""Latin letters that Unicode does not take apart, as keyboards without them write them (CLDR, Latin-ASCII)."""

SHORTEST_PHONE = 5
COUNTRY_CODE = 3
"""Digits that may stand before the part of a number that people know by heart."""


def folded(*texts: str | None) -> str:
    """Texts as they are sorted and searched: without case, accents and letters of their own, on one line."""
    joined = " ".join(text for text in texts if text)
    if joined.isascii():
        return " ".join(joined.lower().split())
    # Compatible forms of capitals become plain capitals first.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", joined).casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.translate(WHOLE_LETTERS).split())


def words_of(creator_id: str, details: Details) -> str:
    """What a creator's search finds a person's details by, as a `tsvector`."""
    found: set[str] = set()
    if details.name or details.notes:
        found.update(split(folded(details.name, details.notes)))
    for handle in filter(None, (details.username, details.email, details.name)):
        found.update(_parts_of_handle(handle))
    if details.phone:
        found.update(_beginnings_of_number(details.phone))
    return " ".join([*_lexemes(creator_id, found), *(_tag(creator_id, tag) for tag in details.tags)])


def words_of_id(creator_id: str, platform: Platform, platform_user_id: str) -> str:
    """What finds a person by their id on a platform, as a `tsvector`."""
    found = {*_parts_of_handle(format_id(platform, platform_user_id))}
    if platform is Platform.WHATSAPP:
        found.update(_beginnings_of_number(platform_user_id))
    return " ".join(_lexemes(creator_id, found))


def question(creator_id: str, q: str | None, tags: Sequence[str]) -> str:
    """A `tsquery`: every word of `q` is the beginning of one of the person's, and they have one of the tags."""
    asked = []
    if q is not None:
        words = [f"{_quoted(_word(creator_id, word))}:*" for word in _asked(q)]
        # A word that nobody has: a question without letters and digits finds nobody.
        asked.append(" & ".join(words) or _quoted(_word(creator_id, "")))
        digits = "".join(filter(str.isdecimal, folded(q)))
        if PHONE.fullmatch(q) and len(digits) >= SHORTEST_PHONE:
            asked[-1] = f"({asked[-1]}) | {_quoted(_word(creator_id, digits))}:*"
    if tags:
        asked.append(" | ".join(_tag(creator_id, tag) for tag in tags))
    return " & ".join(f"({each})" for each in asked)


def _asked(q: str) -> list[str]:
    """The words that are asked for, without those that another begins with; of many the longest, which say most."""
    words: list[str] = []
    for word in sorted(dict.fromkeys(split(folded(q))), key=len, reverse=True):
        if len(words) < MOST_WORDS and not any(longer.startswith(word) for longer in words):
            words.append(word)
    return words


def split(text: str) -> Iterator[str]:
    """The words of a folded text; a pictograph is one of its own."""
    yield from (word[:LONGEST] for word in WORD.findall(text))
    if not text.isascii():
        yield from (char for char in text if unicodedata.category(char) == "So")


def _parts_of_handle(handle: str) -> Iterator[str]:
    """The words of a handle or address, also where only a capital or a digit begins one, and all of it as one."""
    for part in dict.fromkeys((handle, HUMP.sub(" ", handle))):
        for word in split(folded(part)):
            yield word
            if not word.isalpha() and not word.isdecimal():
                yield from PIECE.findall(word)
    yield "".join(WORD.findall(folded(handle.partition("@")[0])))[:LONGEST]


def _beginnings_of_number(number: str) -> Iterator[str]:
    """A phone number's digits, with the country's code and without, and its groups as they are written."""
    yield from split(folded(number))
    digits = "".join(filter(str.isdecimal, folded(number)))
    for left_out in range(COUNTRY_CODE + 1):
        yield digits[left_out:]


def _lexemes(creator_id: str, words: Iterable[str]) -> list[str]:
    return [_quoted(_word(creator_id, word)) for word in words if word]


def _word(creator_id: str, word: str) -> str:
    return f"{creator_id}/{word}"


def _tag(creator_id: str, tag: str) -> str:
    return _quoted(f"{creator_id}#{tag}")


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
