"""Currencies: the signs, codes and names by which money is known in a text, and which of them each may stand for."""

import re
from typing import Final

_DOLLARS: Final = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD"})
_PESOS: Final = frozenset({"MXN", "ARS", "COP", "CLP", "UYU", "DOP", "PHP", "CUP"})
_CODES: Final = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL USDT USDC BTC ETH
"""
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
_NAMES: Final = {
    r"eur(?:o|os)?|pavos": frozenset({"EUR"}),
    r"dolar(?:es)?|dollars?|bucks": _DOLLARS,
    r"pounds?|quid|libras?": frozenset({"GBP"}),
    r"reais|conto": frozenset({"BRL"}),
    r"pesos?|varos|lucas": _PESOS,
    r"soles": frozenset({"PEN"}),
    r"cents|centimos?|centavos?": frozenset({"cents"}),
}

NAME: Final = "|".join(_NAMES)
CODE: Final = rf"(?:{'|'.join(_CODES.split())})"
SIGN: Final = r"(?i:us\$|u\$s|r\$|mx\$)|\bS/|[€£¥₹₩₺₽₪₱₿$]"
"""Patterns for flat text."""


def currencies_of(mark: str) -> frozenset[str]:
    """The currencies that a sign, a code or a name may stand for: `$` for all dollars and pesos."""
    plain = mark.casefold()
    named = (codes for pattern, codes in _NAMES.items() if re.fullmatch(pattern, plain))
    return _SIGNS.get(plain) or next(named, frozenset({plain.upper()}))
