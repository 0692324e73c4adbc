"""Figures: the amounts, shares, instalments, guarantees and offers that a text speaks of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.answering.currencies import CODE, NAME, SIGN, currencies_of
from domain.answering.links import without_links
from domain.answering.number_words import NUMBER_IN_WORDS, value_of
from domain.answering.reading import flat, sentences


class FigureKind(StrEnum):
    """What a figure is said of."""

    MONEY = "money"
    PERCENTAGE = "percentage"
    INSTALMENTS = "instalments"
    GUARANTEE = "guarantee"  # days; also of a trial, or of the time for a refund
    OFFER = "offer"  # half price, two for one, no interest
    CODE = "code"  # a coupon


@dataclass(frozen=True)
class Figure:
    """One figure; `currencies` are those that its sign may stand for, none of them for a bare number."""

    kind: FigureKind
    value: Decimal | str
    currencies: frozenset[str] = frozenset()

    def agrees(self, fact: "Figure") -> bool:
        """Whether a fact says the same."""
        return (
            self.kind is fact.kind
            and self.value == fact.value
            and (not self.currencies or not fact.currencies or not self.currencies.isdisjoint(fact.currencies))
        )


_NUMBER: Final = r"(?<![\d.,])\d+(?:[., ]\d{3})*(?:[.,]\d{1,2})?(?![\d])(?![.,]\d)"
_TIMES: Final = r"(?:\s?(?P<times>k|mil|thousand|grand|m|millones|milhoes|million)\b)?"
_MONEY: Final = re.compile(
    rf"(?P<before>{SIGN}|\b{CODE})\s?(?P<first>{_NUMBER}){_TIMES}"
    rf"|(?P<second>{_NUMBER})(?:\s?(?P<times2>(?i:k|mil|thousand|grand|millones|milhoes|million))\b)?(?:\s?de)?"
    rf"\s?-?(?P<after>{SIGN}|{CODE}\b|(?i:{NAME})\b)"
)
_WEIGHT: Final = re.compile(
    r"\b(?:los[et]|losing|weigh\w*|weight|lift\w*|gain\w*|heavier|lighter|bajar?|bajo|baje|perd\w+|pierd\w+|peso"
    r"|kilos?|levant\w+|emagre\w+|adelgaz\w+)\b"
)
_PERCENTAGE: Final = re.compile(rf"(?P<number>{_NUMBER})\s?(?:%|por ?ciento\b|por ?cento\b|per ?cent\b|pct\b)")
_WHOLLY: Final = re.compile(
    r"descuent|descont|discount|\boff\b|rebaj|garant|guarant|reembols|refund|rentab|return|retorn|devol|money|dinero"
    r"|dinheiro|gratis|free|success|exito|sucesso"
)
_INSTALMENTS: Final = re.compile(
    rf"(?P<number>{_NUMBER})\s?(?:(?:comod[oa]s |easy |monthly |suaves |faceis |small |equal )*"
    r"(?:cuotas|plazos|pagos|mensualidades|parcelas|prestacoes|instal?lments|payments|vezes(?= sem juros| no cartao"
    r"| de)|meses sin intereses)\b"
    r"|x (?:de|of|sem juros|sin intereses|no cartao)\b|x(?= ?(?:[€£$]|r\$)))"
)
_OFFERS: Final = (
    (
        "half",
        re.compile(
            r"\bhalf[- ](?:price|off|the price)|\b(?:a |la |por la |a la )?mitad de(?:l)? precio"
            r"|\bmetade do (?:preco|valor)|\bhalf of (?:the|that) price|\b(?:por|en"
            r"|a) la mitad\b(?! del? (?!precio))|\bpela metade\b"
        ),
    ),
    (
        "two for one",
        re.compile(
            r"\b2 ?x ?1\b|\b(?:two|2) for (?:one|1|the price)|\bdos por uno\b|\bdois por um\b|\bbuy one,? get"
            r"|\bleve (?:2|dois),? pague\b|\b3 ?x ?2\b"
        ),
    ),
    (
        "no interest",
        re.compile(r"\bsin intereses\b|\bsem juros\b|\b(?:no|without|zero|0%) interest\b|\binterest[- ]free\b"),
    ),
)
_COUPON: Final = re.compile(
    r"\b(?i:codigo|cupon|code|coupon|cupom|voucher|codigo promocional|promo)(?i: (?:de descuento|promocional"
    r"|de desconto|is|es|e|called))*\W{1,3}(?P<code>[A-Z0-9][A-Z0-9_-]{3,})\b"
)
_BARE: Final = re.compile(
    r"\b(?:cuestan?|costaria|costara|cuesta|valen?|costs?|custam?|custaria|(?:precio|price|preco|valor|tarifa"
    r"|total)(?: final| total| especial| de hoy)?(?: is| es| e| seria| would be| sera)?"
    r"|(?:ha |he |have |has )?(?:bajad[oa]|bajo|baja|rebajad[oa]|baixou|caiu|dropped|went down|lowered)(?: hoy| hoje"
    r"| today| it)? (?:a|para|to)|sale[n]? (?:por|a|en)|sai (?:por|a)|fica (?:por|em|a)|queda(?:ria)? en|(?:te "
    r"|se )?l[oa]s? (?:dej[oae]\w*|deix[oa]) (?:en|por|a)|(?:deixo|faco)(?: \w+)? (?:por|a|em)|for (?:just|only)"
    r"|por (?:solo|so|apenas|unicamente)"
    r"|(?:you )?(?:only )?pay(?: only| just)?|pag(?:as|ue|a|ar|arias)(?: solo| so| apenas| unicamente)?|do it for"
    r"|have it for|get it for|yours for|give it to you for|llevas? por|off|descuento de|desconto de)"
    rf"(?:\s?[:=]\s?|\s)(?:(?:solo|just|only|so|apenas|ahora|now|agora|de|por|a|en|em|about|unos|around"
    rf"|for) )*(?P<number>{_NUMBER})(?P<times>k\b)?(?!\s?[%:/hx])(?! (?!euros|dolares|reais"
    rf"|pesos)\w{{3,}}s\b)(?! (?:veces|vezes|times|mes|dia|semana|ano|hora|month|day|week|year|hour|am|pm))"
    rf"|\b(?:pag\w+|compr\w+|pay\w*|buy\w*)\b[^.!?\d]{{0,25}}? (?:son|sao|it's|is|e) (?P<off2>{_NUMBER})(?=\W*$|[.!,])"
    rf"|(?P<off>{_NUMBER}) (?:off\b|de descuento\b|de desconto\b|menos\b|less\b)",
    re.IGNORECASE,
)
_DURATION: Final = re.compile(
    rf"(?P<number>{_NUMBER})[\s-]?(?P<unit>hours?|horas?|h|days?|dias?|weeks?|semanas?|months?|mes(?:es)?|years?"
    rf"|anos?)\b",
    re.IGNORECASE,
)
_DAYS: Final = {
    "h": Decimal(1) / 24,
    "d": Decimal(1),
    "w": Decimal(7),
    "s": Decimal(7),
    "m": Decimal(30),
    "y": Decimal(365),
    "a": Decimal(365),
}
_GUARANTEED: Final = re.compile(
    r"garant|guarant|warrant|reembols|refund|devoluc|devolv|money.?back|dinero de vuelta|dinheiro de volta"
    r"|periodo de prueba|prueba gratis|free trial|\btrial\b|teste gratis|cancel"
)
_NEAR: Final = 60
_UNIT_AFTER: Final = (
    rf"(?:{NAME}|€|£|\$|%|por ?ciento|por ?cento|per ?cent|cuotas|plazos|pagos|mensualidades|parcelas"
    rf"|instal?lments|payments"
    r"|dias?|days?|semanas?|weeks?|mes(?:es)?|months?|anos?|years?|off\b)"
)
_SPELLED: Final = re.compile(
    rf"(?<!\d )\b(?P<number>{NUMBER_IN_WORDS})(?=[ -](?:(?:comodas|easy|monthly) )?(?:{_UNIT_AFTER}))", re.IGNORECASE
)


def figures(text: str) -> list[tuple[Figure, int]]:
    """The figures of a text and where each stands in it, as `readable` shows it."""
    plain = readable(text)
    found: list[tuple[Figure, int]] = []
    for sentence in sentences(plain):
        found += [(figure, sentence.start + place) for figure, place in _figures_of(sentence.text)]
    return sorted(found, key=lambda each: each[1])


def readable(text: str) -> str:
    """The text without links and accents, numbers in digits."""
    return _SPELLED.sub(lambda match: str(value_of(match["number"].casefold())), flat(without_links(text)))


def _figures_of(sentence: str) -> Iterator[tuple[Figure, int]]:
    folded_sentence = sentence.casefold()
    left = sentence

    def taken(match: re.Match[str]) -> None:
        nonlocal left
        left = left[: match.start()] + "\0" * len(match.group()) + left[match.end() :]

    for match in _COUPON.finditer(left):
        yield Figure(FigureKind.CODE, match["code"]), match.start()
    for name, pattern in _OFFERS:
        for match in pattern.finditer(folded_sentence):
            yield Figure(FigureKind.OFFER, name), match.start()
            taken(match)
    for match in list(_MONEY.finditer(left)):
        money = _money(match, folded_sentence)
        taken(match)
        if money is not None:
            yield money, match.start()
    for match in list(_PERCENTAGE.finditer(left)):
        share = _value(match["number"])
        taken(match)
        if share != 100 or _WHOLLY.search(folded_sentence):
            yield Figure(FigureKind.PERCENTAGE, share), match.start()
    for match in list(_INSTALMENTS.finditer(left.casefold())):
        count = _value(match["number"])
        taken(match)
        if count > 1:
            yield Figure(FigureKind.INSTALMENTS, count), match.start()
    for match in list(_BARE.finditer(left)):
        thousand = 1000 if match["times"] else 1
        yield (
            Figure(FigureKind.MONEY, _value(match["number"] or match["off"] or match["off2"]) * thousand),
            match.start(),
        )
    yield from _guarantees(folded_sentence)


def _money(match: re.Match[str], sentence: str) -> Figure | None:
    mark = match["before"] or match["after"]
    currencies = currencies_of(mark)
    if currencies == {"GBP"} and mark != "£" and _WEIGHT.search(sentence):
        return None
    times = (match["times"] or match["times2"] or "").casefold()
    factor = 1_000_000 if times in ("m", "millones", "milhoes", "million") else 1000 if times else 1
    return Figure(FigureKind.MONEY, _value(match["first"] or match["second"]) * factor, currencies)


def _guarantees(sentence: str) -> Iterator[tuple[Figure, int]]:
    """For each word of guarantee the duration that stands closest to it."""
    durations = list(_DURATION.finditer(sentence))
    for word in _GUARANTEED.finditer(sentence):
        near = [(_distance(word, duration), duration) for duration in durations]
        if near and min(near, key=lambda each: each[0])[0] <= _NEAR:
            closest = min(near, key=lambda each: each[0])[1]
            days = _value(closest["number"]) * _DAYS[closest["unit"][0]]
            yield Figure(FigureKind.GUARANTEE, days.quantize(Decimal("0.01"))), closest.start()


def _distance(one: re.Match[str], other: re.Match[str]) -> int:
    return max(one.start() - other.end(), other.start() - one.end(), 0)


def _value(number: str) -> Decimal:
    """A number as it is written in any of the languages: the last sign before one or two digits is the decimal one."""
    whole, sign, rest = number.rpartition(next((char for char in reversed(number) if char in ".,"), "\0"))
    if sign and len(rest) <= 2:
        return Decimal(f"{re.sub(r'[., ]', '', whole)}.{rest}")
    return Decimal(re.sub(r"[., ]", "", number))
