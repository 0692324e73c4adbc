"""Decodings: the ways in which a text can say something that is not read at first sight."""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Final
from urllib.parse import unquote

_BLOB: Final = re.compile(r"(?<![\w/.:=?&%-])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w/])")
_SPACED: Final = re.compile(r"(?<!\w)(?:\w[ .\-_*]){3,}\w(?!\w)")
_MIXED: Final = re.compile(r"\b(?=\w*[a-z])(?=\w*[0134578@$])[a-z0134578@$]{3,}\b")
_MASKS: Final = tuple(dict(zip(map(ord, "0134578@$"), letters, strict=True)) for letters in ("oleastbas", "oieastbas"))
_ROT13: Final = str.maketrans(
    ascii_letters, "".join(half[13:] + half[:13] for half in (ascii_lowercase, ascii_uppercase))
)
_TAGS: Final = range(0xE0000, 0xE0080)
_BLACK_FLAG: Final = "\U0001f3f4"


def decoded(text: str) -> Iterator[str]:
    """What a text says without its entities, backwards, in ROT13, in tags nobody sees, and in base64 or hexadecimal."""
    yield unquote(html.unescape(text))
    yield text[::-1]
    yield text.translate(_ROT13)
    # An emoji of a flag is told by tags as well.
    yield "".join(chr(ord(char) - 0xE0000) for part in text.split(_BLACK_FLAG) for char in part if ord(char) in _TAGS)
    for blob in _BLOB.findall(text):
        yield from _read(blob)


def unmasked(folded_text: str) -> Iterator[str]:
    """The text with letters that stand apart closed up, and digits inside of words as the letters they stand for."""
    closed = _SPACED.sub(lambda match: re.sub(r"[ .\-_*]", "", match.group()), folded_text)
    for mask in _MASKS:
        yield _MIXED.sub(partial(_translated, mask), closed)


def _translated(mask: Mapping[int, str], word: re.Match[str]) -> str:
    return word.group().translate(mask)


def encoded_words(text: str, least: int) -> tuple[str, ...]:
    """The words of so many characters at least that look encoded: letters of both cases and digits, or hexadecimal."""
    return tuple(blob for blob in _BLOB.findall(text) if len(blob) >= least and _is_encoded(blob))


def _read(blob: str) -> Iterator[str]:
    padded = blob.rstrip("=") + "=" * (-len(blob.rstrip("=")) % 4)
    ways: tuple[tuple[Callable[[str], bytes], str], ...] = (
        (base64.urlsafe_b64decode, padded),
        (base64.b64decode, padded),
        (bytes.fromhex, blob),
    )
    for read, given in ways:
        try:
            yield read(given).decode("utf-8")
        except (binascii.Error, ValueError):
            continue


def _is_encoded(blob: str) -> bool:
    kinds = {unicodedata.category(char) for char in blob}
    return {"Lu", "Ll", "Nd"} <= kinds or (
        len(blob) >= 32 and re.fullmatch(r"(?=.*\d)[0-9a-f]+", blob, re.IGNORECASE) is not None
    )
