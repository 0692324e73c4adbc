"""Amounts: what a text says something costs, saves, guarantees or is paid in, and whether the facts say so too."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.answering.ground import Ground, name_places, product_words
from domain.answering.links import without_links
from domain.answering.number_words import NUMBER_IN_WORDS, value_of
from domain.answering.reading import flat, sentences
from domain.creator import Product


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
_DOLLARS: Final = frozenset("USD CAD AUD NZD HKD SGD".split())
_PESOS: Final = frozenset("MXN ARS COP CLP UYU DOP PHP CUP".split())
_CODES: Final = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD
    XOF XPF YER ZAR ZMW ZWL USDT USDC BTC ETH""".split()
)
"""Currencies in use (ISO 4217), and what scammers ask for."""
_SIGNS: Final = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
    "₺": frozenset({"TRY"}),
    "₽": frozenset({"RUB"}),
    "₪": frozenset({"ILS"}),
    "₱": frozenset({"PHP"}),
    "₿": frozenset({"BTC"}),
    "$": _DOLLARS | _PESOS,
    "us$": frozenset({"USD"}),
    "u$s": frozenset({"USD"}),
    "r$": frozenset({"BRL"}),
    "mx$": frozenset({"MXN"}),
    "s/": frozenset({"PEN"}),
}
_NAMES: Final = (
    (re.compile(r"eur(?:o|os)?|pavos"), frozenset({"EUR"})),
    (re.compile(r"dolar(?:es)?|dollars?|bucks|dolares"), _DOLLARS),
    (re.compile(r"pounds?|quid|libras?"), frozenset({"GBP"})),
    (re.compile(r"reais|conto"), frozenset({"BRL"})),
    (re.compile(r"pesos?|varos|lucas"), _PESOS),
    (re.compile(r"soles"), frozenset({"PEN"})),
    (re.compile(r"cent(?:s|imos?|avos?)"), frozenset({"cents"})),
)
_NAMED: Final = r"eur(?:o|os)?|pavos|dolar(?:es)?|dollars?|bucks|pounds?|quid|libras?|reais|conto|pesos?|varos|lucas|soles|cents|centimos?|centavos?"
_SIGN: Final = r"(?i:us\$|u\$s|r\$|mx\$)|\bS/|[€£¥₹₩₺₽₪₱₿$]"
_CODE: Final = rf"(?:{'|'.join(sorted(_CODES))})"
_MONEY: Final = re.compile(
    rf"(?P<before>{_SIGN}|\b{_CODE})\s?(?P<first>{_NUMBER}){_TIMES}"
    rf"|(?P<second>{_NUMBER})(?:\s?(?P<times2>(?i:k|mil|thousand|grand|millones|milhoes|million))\b)?(?:\s?de)?"
    rf"\s?-?(?P<after>{_SIGN}|{_CODE}\b|(?i:{_NAMED})\b)"
)
_WEIGHT: Final = re.compile(
    r"\b(?:los[et]|losing|weigh\w*|weight|lift\w*|gain\w*|heavier|lighter|bajar?|bajo|baje|perd\w+|pierd\w+|peso|kilos?|levant\w+|emagre\w+|adelgaz\w+)\b"
)
_PERCENTAGE: Final = re.compile(rf"(?P<number>{_NUMBER})\s?(?:%|por ?ciento\b|por ?cento\b|per ?cent\b|pct\b)")
_WHOLLY: Final = re.compile(
    r"descuent|descont|discount|\boff\b|rebaj|garant|guarant|reembols|refund|rentab|return|retorn|devol|money|dinero|dinheiro|gratis|free|success|exito|sucesso"
)
_INSTALMENTS: Final = re.compile(
    rf"(?P<number>{_NUMBER})\s?(?:(?:comod[oa]s |easy |monthly |suaves |faceis |small |equal )*"
    r"(?:cuotas|plazos|pagos|mensualidades|parcelas|prestacoes|instal?lments|payments|vezes(?= sem juros| no cartao| de)|meses sin intereses)\b"
    r"|x (?:de|of|sem juros|sin intereses|no cartao)\b|x(?= ?(?:[€£$]|r\$)))"
)
_OFFERS: Final = (
    (
        "half",
        re.compile(
            r"\bhalf[- ](?:price|off|the price)|\b(?:a |la |por la |a la )?mitad de(?:l)? precio|\bmetade do (?:preco|valor)|\bhalf of (?:the|that) price|\bpor la mitad\b|\bpela metade\b"
        ),
    ),
    (
        "two for one",
        re.compile(
            r"\b2 ?x ?1\b|\b(?:two|2) for (?:one|1|the price)|\bdos por uno\b|\bdois por um\b|\bbuy one,? get|\bleve (?:2|dois),? pague\b|\b3 ?x ?2\b"
        ),
    ),
    (
        "no interest",
        re.compile(r"\bsin intereses\b|\bsem juros\b|\b(?:no|without|zero|0%) interest\b|\binterest[- ]free\b"),
    ),
)
_COUPON: Final = re.compile(
    r"\b(?i:codigo|cupon|code|coupon|cupom|voucher|codigo promocional|promo)(?i: (?:de descuento|promocional|de desconto|is|es|e|called))*\W{1,3}(?P<code>[A-Z0-9][A-Z0-9_-]{3,})\b"
)
_BARE: Final = re.compile(
    r"\b(?:cuestan?|costaria|costara|cuesta|valen?|costs?|custam?|custaria|(?:precio|price|preco|valor|tarifa|total)(?: final| total| especial| de hoy)?(?: is| es| e| seria| would be| sera)?"
    r"|sale[n]? (?:por|a|en)|sai (?:por|a)|fica (?:por|em|a)|(?:te |se )?l[oa]s? (?:dej[oae]\w*|deix[oa]) (?:en|por|a)|(?:deixo|faco)(?: \w+)? (?:por|a|em)|for (?:just|only)|por (?:solo|so|apenas|unicamente)"
    r"|(?:you )?(?:only )?pay(?: only| just)?|pag(?:as|ue|a|ar|arias)(?: solo| so| apenas| unicamente)?|do it for|have it for|get it for|yours for|give it to you for|llevas? por|off|descuento de|desconto de)"
    rf"(?:\s?[:=]\s?|\s)(?:(?:solo|just|only|so|apenas|ahora|now|agora|de|por|a|en|em|about|unos|around|for) )*(?P<number>{_NUMBER})(?P<times>k\b)?(?!\s?[%:/hx])(?! (?!euros|dolares|reais|pesos)\w{{3,}}s\b)(?! (?:veces|vezes|times|mes|dia|semana|ano|hora|month|day|week|year|hour|am|pm))"
    rf"|(?P<off>{_NUMBER}) (?:off\b|de descuento\b|de desconto\b|menos\b|less\b)",
    re.IGNORECASE,
)
_DURATION: Final = re.compile(
    rf"(?P<number>{_NUMBER})[\s-]?(?P<unit>hours?|horas?|h|days?|dias?|weeks?|semanas?|months?|mes(?:es)?|years?|anos?)\b",
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
    r"garant|guarant|warrant|reembols|refund|devoluc|devolv|money.?back|dinero de vuelta|dinheiro de volta|periodo de prueba|prueba gratis|free trial|\btrial\b|teste gratis|cancel"
)
_NEAR: Final = 60
_UNIT_AFTER: Final = (
    rf"(?:{_NAMED}|€|£|\$|%|por ?ciento|por ?cento|per ?cent|cuotas|plazos|pagos|mensualidades|parcelas|instal?lments|payments"
    r"|dias?|days?|semanas?|weeks?|mes(?:es)?|months?|anos?|years?|off\b)"
)
_SPELLED: Final = re.compile(
    rf"\b(?P<number>{NUMBER_IN_WORDS})(?=[ -](?:(?:comodas|easy|monthly) )?(?:{_UNIT_AFTER}))", re.IGNORECASE
)


def figures(text: str) -> list[tuple[Figure, int]]:
    """The figures of a text and where each stands in it, as `readable` shows it."""
    plain = readable(text)
    found: list[tuple[Figure, int]] = []
    for sentence in sentences(plain):
        found += [(figure, sentence.start + place) for figure, place in _figures(sentence.text)]
    return sorted(found, key=lambda each: each[1])


def readable(text: str) -> str:
    """The text without links and accents, numbers in digits."""
    return _SPELLED.sub(lambda match: str(value_of(match["number"].casefold())), flat(without_links(text)))


def price(product: Product) -> Figure | None:
    """The price of a product as it may be written, in cents at the finest."""
    if product.price is None:
        return None
    return Figure(FigureKind.MONEY, product.price.quantize(Decimal("0.01")), frozenset({product.currency}))


def foreign_figures(text: str, ground: Ground) -> tuple[str, ...]:
    """The figures of an answer that are no facts of the product which they are said of.

    That is the one named in the same sentence, else the last named before, else the one under discussion, else the only
    one. What the creator says anywhere counts, but in a sentence that names another product.
    """
    plain = readable(text)
    foreign = []
    for figure, place in figures(text):
        subjects = _subjects(plain, place, ground)
        if not any(figure.agrees(fact) for fact in _facts(subjects, ground)):
            foreign.append(f"{figure.value} {'/'.join(sorted(figure.currencies)) or figure.kind}")
    return tuple(foreign)


def _subjects(plain: str, place: int, ground: Ground) -> tuple[Product, ...]:
    sentence = next(each for each in reversed(sentences(plain)) if each.start <= place)
    if named := ground.named_in(sentence.text):
        return named
    before = [(at, product) for product in ground.offered for at in name_places(product, plain[:place])]
    if before:
        last = max(at for at, _ in before)
        return tuple(product for at, product in before if at == last)
    if ground.product is not None:
        return (ground.product,)
    return ground.offered if len(ground.offered) == 1 else ()


def _facts(subjects: Sequence[Product], ground: Ground) -> Iterator[Figure]:
    for product in subjects:
        if (listed := price(product)) is not None:
            yield listed
        for text in product_words(product):
            yield from (figure for figure, _ in figures(text))
    for text in ground.creator_texts:
        plain = readable(text)
        for figure, place in figures(text):
            said_of = _named_before(plain, place, ground)
            if not said_of or any(product in subjects for product in said_of):
                yield figure


def _named_before(plain: str, place: int, ground: Ground) -> tuple[Product, ...]:
    sentence = next(each for each in reversed(sentences(plain)) if each.start <= place)
    return ground.named_in(sentence.text)


def _figures(sentence: str) -> Iterator[tuple[Figure, int]]:
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
        yield Figure(FigureKind.MONEY, _value(match["number"] or match["off"]) * thousand), match.start()
    yield from _guarantees(folded_sentence)


def _money(match: re.Match[str], sentence: str) -> Figure | None:
    sign = (match["before"] or match["after"]).casefold()
    currencies = _SIGNS.get(sign) or next(
        (codes for pattern, codes in _NAMES if pattern.fullmatch(sign)), frozenset({sign.upper()})
    )
    if currencies == frozenset({"GBP"}) and sign != "£" and _WEIGHT.search(sentence):
        return None
    times = (match["times"] or match["times2"] or "").casefold()
    factor = 1_000_000 if times.startswith("mil") and times != "mil" or times == "m" else 1000 if times else 1
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


def all_figures(texts: Iterable[str]) -> list[Figure]:
    """The figures of several texts."""
    return [figure for text in texts for figure, _ in figures(text)]
