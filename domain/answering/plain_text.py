"""Plain text: marks of Markdown and HTML that a channel would show as they are, and places that were never filled."""

import re
from typing import Final

_REPAIRS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile("[\u200b\u2060\ufeff\u00ad\u180e\u202a-\u202e\u2066-\u2069\u200e\u200f]"), ""),
    (
        re.compile(r"<a\s[^>]*?href\s*=\s*[\"']?([^\"'\s>]+)[^>]*>\s*(.*?)\s*</a\s*>", re.IGNORECASE | re.DOTALL),
        r"[\2](\1)",
    ),
    (re.compile(r"<br\s*/?>|</p\s*>", re.IGNORECASE), "\n"),
    (
        re.compile(
            r"</?(?:b|i|u|s|em|strong|p|span|div|code|pre|ul|ol|li|h[1-6]|blockquote)(?:\s[^<>]*)?/?>", re.IGNORECASE
        ),
        "",
    ),
    (
        re.compile(r"!?\[([^\[\]\n]*)\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+[\"'][^\n]*?[\"'])?\s*\)"),
        r"\1: \2",
    ),
    (re.compile(r"^[ \t]*(?:```|~~~)[\w-]*[ \t]*$\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:(?:- ?){3,}|(?:\* ?){3,}|(?:_ ?){3,})[ \t]*$\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE), r"\1"),
    (re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[*+][ \t]+", re.MULTILINE), r"\1- "),
    (re.compile(r"\*\*\*(?=\S)(.+?)(?<=\S)\*\*\*", re.DOTALL), r"\1"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL), r"\1"),
    (re.compile(r"(?<![\w/])__(?=\S)(.+?)(?<=\S)__(?!\w)", re.DOTALL), r"\1"),
    (re.compile(r"~~(?=\S)(.+?)(?<=\S)~~", re.DOTALL), r"\1"),
    (re.compile(r"(?<![\w*/])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w/])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?!\w)"), r"\1"),
    (re.compile(r"`+"), ""),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
    (re.compile(r"\n{3,}"), "\n\n"),
)
_NAMED_TWICE: Final = re.compile(r"(?P<link>\S+): (?P=link)(?!\S)")

_UNFILLED: Final = re.compile(
    r"[{}]"
    r"|(?:\[|<)\s*(?:(?:your|the|tu|el|la|su|seu|sua|insert|inserta|insertar|inserir|add|pon|enter|first"
    r"|last)\s)*[\w ]{0,20}"
    r"(?:name|nombre|nome|link|enlace|url|price|precio|preco|preço|product|producto|produto|curso|course|date|fecha"
    r"|data"
    r"|amount|importe|valor|email|correo|creator|placeholder|first_name|product_name|here|aqui|aquí)\s*(?:\]|>)"
    r"|%\(?[sd]\b|%\(\w+\)s|\$\w*(?:name|link|price)\b|<%|\blorem ipsum\b|\bTODO:|\bX{3,}\b|\[\.{3}\]|\bundefined\b"
    r"|\bNaN\b",
    re.IGNORECASE,
)


def as_plain_text(text: str) -> str:
    """The text as a channel shows it that knows no formatting: `**x**` is x, `[t](u)` is `t: u`.

    Characters that nobody sees go, but not those that hold an emoji together.
    """
    for pattern, plain in _REPAIRS:
        text = pattern.sub(plain, text)
    return _NAMED_TWICE.sub(r"\g<link>", text).strip()


def has_unfilled_place(text: str) -> bool:
    """Whether something stands in a text that was to be replaced: `{first_name}`, `[your name]`."""
    return _UNFILLED.search(text) is not None
