"""Contact details that a follower tells of themselves, in their own words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from domain.errors import Invalid
from domain.person.email_addresses import checked_address
from domain.person.given_names import ALSO_WORDS, GIVEN_NAMES, NO_NAMES
from domain.person.names import spoken
from domain.person.phones import numbers_in
from domain.understanding.text_features import MOST


@dataclass(frozen=True)
class ContactDetails:
    """What is the follower's own; `None` where they told none, or several. `phone` is in E.164, with a plus."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None


def found_contact_details(text: str, *, country: str | None) -> ContactDetails:
    """The details in one message; rather none than a wrong one, since a name is said aloud and a number is dialled.

    A telephone number without a plus is one of `country` (ISO 3166). A name that is not known as one needs a capital
    and an introduction that means nothing else ("me llamo", and not "soy").
    """
    own = _LINK.sub(" ", unicodedata.normalize("NFC", text[:MOST]))
    without_addresses = _ADDRESS.sub(lambda found: " " * len(found[0]), own)
    return ContactDetails(
        _only(_addresses(own)), _only(_numbers(without_addresses, country)), _only(_longest(_names(without_addresses)))
    )


def _only(found: Iterable[str]) -> str | None:
    each = iter(found)
    first = next(each, None)
    return first if all(other == first for other in each) else None


# E-mail addresses and telephone numbers.

_LINK: Final = re.compile(r"https?://\S+|www\.\S+|\b(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}/\S*", re.IGNORECASE)
_IN_ADDRESS: Final = r"[^\s<>()\[\]{}\"“”«»,;:|@]"
_ADDRESS: Final = re.compile(rf"(?<!{_IN_ADDRESS}){_IN_ADDRESS}{{1,80}}@{_IN_ADDRESS}{{1,255}}")
_BESIDE: Final = ".!?¡¿*_~'’`-"
_SENTENCE_END: Final = re.compile(r"[!?¿¡;\n]|\.\s")

_SOMEBODY_ELSES: Final = re.compile(
    r"\b(?:marido|mujer|espos[oa]|novi[oa]|pareja|amig[oa]s?|herman[oa]|hij[oa]|madre|padre|mam[aá]|pap[aá]|jef[ea]"
    r"|prim[oa]|soci[oa]|compañer[oa]|client[ea]"
    r"|husband|wife|partner|boyfriend|girlfriend|friend|sister|brother|mother|mom|mum"
    r"|father|dad|boss|son|daughter|cousin|colleague|client|namorad[oa]|irmão|irmã|mãe|pai|filh[oa]|chefe|sóci[oa]"
    r"|colega|vuestr[oa]|your|seu|teu|vosso"
    r"|tu (?:correo|e-?mail|mail|direcci[oó]n|n[uú]mero|tel[eé]fono|m[oó]vil|whats\w*))\b"
    # Where they have written or called is not where they can be reached.
    r"|\b(?:escrib[ií]|he (?:escrito|mandado|enviado|llamado)|mandé|envié|llamé|wrote|sent|e-?mailed|escrevi|mandei"
    r"|enviei|liguei|called)\b.{0,30}\b(?:a|al|to|para|pra|pro|called)\s*$"
    r"|\bi (?:called|e-?mailed)\s*$"
    r"|\b(?:no es|ya no (?:uso|tengo)|is ?n[o'’]?t|no longer use|n[ãa]o [ée]|n[ãa]o uso mais)\s*(?:el |o |the )?$",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"\b(?:pedido|orden|order|factura|invoice|fatura|ref|referencia|reference|referência|c[oó]digo|code|ticket|tracking"
    r"|seguimiento|rastreio|protocolo|dni|nif|nie|cpf|cnpj|rg|iban|tarjeta|card|cart[ãa]o|pin|id|isbn|bitcoin|btc)\b",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(
    r"\s*(?:[€$£%]|(?:euros?|eur|usd|d[oó]lar(?:es)?|dollars|reais|pesos|libras|seguidor\w*|followers|views"
    r"|visitas|visualiza\w*|likes|subs\w*|suscriptor\w*|inscritos|pessoas|personas|people|km)\b)",
    re.IGNORECASE,
)


def _addresses(text: str) -> Iterator[str]:
    for found in _ADDRESS.finditer(text):
        if _SOMEBODY_ELSES.search(_before(text, found.start())):
            continue
        try:
            yield checked_address(found[0].strip(_BESIDE))
        except Invalid:
            continue


def _numbers(text: str, country: str | None) -> Iterator[str]:
    for start, digits in numbers_in(text, country):
        before = _before(text, start)
        end = _NUMBER_END.match(text, start)
        is_counted = _COUNTED.search(before) or (end is not None and _UNIT.match(text, end.end()))
        if not is_counted and not _SOMEBODY_ELSES.search(before):
            yield f"+{digits}"


_NUMBER_END: Final = re.compile(r"[+(]?\d[\d\s().-]*\d")


def _before(text: str, start: int) -> str:
    """What the sentence says before a place."""
    return _SENTENCE_END.split(text[max(0, start - 100) : start])[-1]


# Names.

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NAMED: Final = (
    r"me llamo|mi nombre(?: completo)? es|my (?:full |first )?name(?: is|['’]?s)"
    r"|me chamo|chamo-me|meu nome(?: completo)? [ée]"
)
"""Introductions behind which there is a name, whatever it is."""
_CALLED: Final = (
    r"soy(?: (?:la|el|yo))?|(?:te|le|os) (?:habla|escribe|saluda)(?: (?:la|el))?|ll[aá]mame|(?:puedes|podés) llamarme"
    r"|i['’]?m|i am|this is|call me"
    r"|sou(?: (?:a|o|eu))?|quem (?:fala|escreve)(?: aqui)? [ée](?: (?:a|o))?|me chama(?:r)? de"
    r"|(?P<here>aqu[ií])(?: quem (?:fala|escreve))?(?: (?:[ée]|est[aá]))?(?: (?:a|o|la|el))?"
)
"""Introductions behind which there may be anything."""
_INTRODUCTION: Final = re.compile(rf"\b(?:(?P<named>{_NAMED})|{_CALLED})\s*:?\s+(?=[^\W\d_])", re.IGNORECASE)
_NAME_FIRST: Final = re.compile(
    r"\s*(?:(?:hi|hello|hey|hola|buenas|oi|ol[aá])\b[\s,!]*)?(?=[^\W\d_]+ (?:here|(?:por )?aqu[ií]) *(?:[!,.…\n]|$))",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(r"\b(?:no|not|n[ãa]o|nunca|never) *$", re.IGNORECASE)
# "¿Está por aquí Ana?" asks for somebody.
_BEGINS: Final = re.compile(
    r"(?:^|[!?.,;:\n¿¡]|\b(?:hola|buenas|d[ií]as|tardes|noches|oi|ol[aá]|dia|tarde|noite)) *$", re.IGNORECASE
)
_MOST_WORDS: Final = 4


def _names(text: str) -> Iterator[str]:
    capitals_count = _capitals_count(text)
    for start, is_named in _introduced(text):
        name = _name_at(text, start, is_named, capitals_count)
        if name is not None and spoken(name.partition(" ")[0]) is not None:
            yield name


def _introduced(text: str) -> Iterator[tuple[int, bool]]:
    """Where a name may begin, and whether it is one whatever it is."""
    first = _NAME_FIRST.match(text)
    if first is not None:
        yield first.end(), False
    for found in _INTRODUCTION.finditer(text):
        before = text[max(0, found.start() - 12) : found.start()]
        if not _DENIED.search(before) and (found["here"] is None or _BEGINS.search(before)):
            yield found.end(), found["named"] is not None


def _name_at(text: str, start: int, is_named: bool, capitals_count: bool) -> str | None:
    """The name that begins here, spelled as a name is."""
    words = _words_from(text, start)
    first = next(words)
    is_capital = capitals_count and first[0].isupper()
    is_new_name = is_named and is_capital and len(first) > 1 and _folded(first) not in NO_NAMES
    if not (_is_known(first, is_capital) or (is_new_name and not first.endswith(("'s", "’s")))):
        return None
    name = [first]
    for word in words:
        begins_so = capitals_count and word[0].isupper()
        is_surname = is_capital and begins_so and len(word) > 1 and _folded(word) not in NO_NAMES
        if len(name) == _MOST_WORDS or not (is_surname or _is_known(word, begins_so)):
            break
        if word.endswith(("'s", "’s")):
            return None
        name.append(word)
    return " ".join(word.title() if word.islower() or word.isupper() else word for word in name)


def _words_from(text: str, start: int) -> Iterator[str]:
    """The word that begins here, and those behind it with one blank between."""
    at: int | None = start
    while at is not None and (found := _WORD.match(text, at)) is not None:
        yield found[0]
        at = found.end() + 1 if text[found.end() : found.end() + 1] == " " else None


def _is_known(word: str, is_capital: bool) -> bool:
    return _folded(word) in GIVEN_NAMES or (is_capital and _folded(word) in ALSO_WORDS)


def _capitals_count(text: str) -> bool:
    """Whether who writes like this tells names by their capitals."""
    words = _WORD.findall(text)
    return not (text.isupper() or (len(words) > _MOST_WORDS and all(word[0].isupper() for word in words)))


def _longest(names: Iterable[str]) -> Iterator[str]:
    """The names without those with which another one begins."""
    distinct = set(names)
    return (name for name in distinct if not any(other.startswith(f"{name} ") for other in distinct))


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))
