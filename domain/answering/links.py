"""Links: every web address in a text, however it is written, and whether two are the same."""

import re
from typing import Final

from domain.answering.reading import folded, seen
from domain.answering.top_level_domains import SPELLED, TOP_LEVEL_DOMAINS

_LABEL: Final = r"[^\W_](?:[\w-]{0,62})"
_HOST: Final = rf"(?:{_LABEL}[.。｡․]){{1,9}}{_LABEL}\.?"
_REST: Final = r"(?::\d{1,5})?(?:(?:[/#]|\?(?=\w))[^\s<>\"“”«»]*)?"
_ADDRESS: Final = re.compile(
    rf"(?P<scheme>(?<![^\W_])[a-z][a-z0-9+-]{{1,15}}\s?:\s?[/\\]{{2,}}\s?)[^\s<>\"“”«»]+"
    rf"|(?P<port>(?<![\w.@]){_LABEL}:\d{{2,5}}/[^\s<>\"“”«»]*)"
    rf"|(?P<ipv4>(?<![\w.,])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\w.,]*\d){_REST})"
    rf"|(?P<bare>(?<![^\W_])(?<!@){_HOST}{_REST})",
    re.IGNORECASE,
)
_MAIL_OR_HANDLE: Final = re.compile(r"(?<![\w.+-])[\w.+-]*@[\w-]+(?:\.[\w-]+)*(?![\w/])")
_PATH: Final = re.compile(r"[/?#]|:\d")
_ACCENTED: Final = re.compile(r"[a-záàâãäéèêëíìîïóòôõöúùûüçñ0-9-]+", re.IGNORECASE)
_END: Final = ".,;:!?…'’*_~`|"
_BRACKETS: Final = {")": "(", "]": "[", "}": "{", ">": "<"}

_LETTER_BY_LETTER: Final = re.compile(r"(?<!\w)(?:[\w./:-] ){4,}[\w./:-](?!\w)")
_ENDINGS: Final = "|".join(sorted(SPELLED, key=len, reverse=True))
_SPELLED: Final = re.compile(
    rf"(?<![\w.])(?P<name>[a-z0-9-]{{2,63}})(?:"
    rf"\s*[\[({{<]\s*(?:\.|dot|punto|ponto|d0t)\s*[\])}}>]\s*(?:{_ENDINGS})"
    rf"|\s+\.\s*(?:com|net|org|io|ly|app|xyz|info|shop)|\.\s+(?:com|net|org|io)(?=\s*/)"
    rf"|\s*[-_]?\s*d[o0]t\s*[-_]?\s*(?:{_ENDINGS})"
    rf"|\s+punto\s+(?:com|net|org|io|co|app|shop|xyz|ly)"
    rf"|\s+ponto\s+(?:net|org|io|app|shop|xyz|ly|com(?=\s*(?:[/.,;:!?)\n]|$|barra|ponto)))"
    rf")\b(?:\s*(?:/|slash|barra)\s*\S+)?"
)
_SCRIPT: Final = re.compile(
    r"(?<!\w)(?:javascript|data:text|vbscript|tel|sms|whatsapp|mailto):(?=\S)\S*", re.IGNORECASE
)


def find_links(text: str) -> tuple[str, ...]:
    """Every address in a text as it would be opened, and those that are spelled out or made unclickable.

    With a scheme (`hxxp` too), or a bare name that ends in a top-level domain; looked for behind hidden characters and
    full-width letters. Addresses of e-mail are none.
    """
    plain = _MAIL_OR_HANDLE.sub(" ", _LETTER_BY_LETTER.sub(_closed_up, seen(text)))
    found = [_trimmed(match.group()) for match in _ADDRESS.finditer(plain) if _opens(match)]
    rest = folded(_ADDRESS.sub(lambda match: " " if _opens(match) else match.group(), plain))
    spelled = [match.group() for match in _SPELLED.finditer(rest)]
    return (*found, *spelled, *(match.group() for match in _SCRIPT.finditer(plain)))


def without_links(text: str) -> str:
    """The text without its web and e-mail addresses, each a blank."""
    plain = _MAIL_OR_HANDLE.sub(" ", seen(text))
    return _ADDRESS.sub(lambda match: " " if _opens(match) else match.group(), plain)


def same_link(one: str, other: str) -> bool:
    """Whether two addresses open the same: host and scheme in any case; path and query count letter by letter."""
    return _normal(one) == _normal(other)


def _opens(match: re.Match[str]) -> bool:
    if match["bare"] is None:
        return True
    host, path = _host_and_path(match["bare"])
    first, *_, last = re.split(r"[.。｡․]", host.rstrip("._"))
    if first.casefold() == "www" or (path and not last.isdecimal()):
        return True
    if last.isascii() or _ACCENTED.fullmatch(last):
        return folded(last) in TOP_LEVEL_DOMAINS or last.casefold().startswith("xn--")
    return True


def _trimmed(link: str) -> str:
    """Without the punctuation of the sentence that it stands in."""
    while link and (
        link[-1] in _END or (link[-1] in _BRACKETS and link.count(_BRACKETS[link[-1]]) < link.count(link[-1]))
    ):
        link = link[:-1]
    return link


def _normal(link: str) -> tuple[str, str, str]:
    plain = seen(link).strip()
    scheme, separator, rest = plain.partition("://")
    if not separator:
        scheme, rest = "https", plain
    host, path = _host_and_path(rest)
    return scheme.casefold(), _ascii(host.casefold().rstrip(".")), "" if path == "/" else path


def _closed_up(spaced: re.Match[str]) -> str:
    return spaced.group().replace(" ", "")


def _host_and_path(link: str) -> tuple[str, str]:
    found = _PATH.search(link)
    cut = found.start() if found else len(link)
    return link[:cut], link[cut:]


def _ascii(host: str) -> str:
    """A host in Punycode (RFC 3492), in which look-alikes differ."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
