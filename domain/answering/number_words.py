"""Numbers spelled out in English, Spanish and Portuguese, up to the thousands."""

import re
from typing import Final

_HUNDRED: Final = "hundred"
_UNITS: Final = {
    value: names.split()
    for value, names in {
        0: "zero cero",
        1: "one un uno una um uma",
        2: "two dos dois duas",
        3: "three tres",
        4: "four cuatro quatro",
        5: "five cinco",
        6: "six seis",
        7: "seven siete sete",
        8: "eight ocho oito",
        9: "nine nueve nove",
        10: "ten diez dez",
        11: "eleven once onze",
        12: "twelve doce doze",
        13: "thirteen trece treze",
        14: "fourteen catorce quatorze",
        15: "fifteen quince quinze",
        16: "sixteen dieciseis dezesseis dezasseis",
        17: "seventeen diecisiete dezessete dezassete",
        18: "eighteen dieciocho dezoito",
        19: "nineteen diecinueve dezenove dezanove",
        20: "twenty veinte vinte",
        21: "veintiuno veintiun",
        22: "veintidos",
        23: "veintitres",
        24: "veinticuatro",
        25: "veinticinco",
        26: "veintiseis",
        27: "veintisiete",
        28: "veintiocho",
        29: "veintinueve",
        30: "thirty treinta trinta",
        40: "forty fourty cuarenta quarenta",
        50: "fifty cincuenta cinquenta",
        60: "sixty sesenta sessenta",
        70: "seventy setenta",
        80: "eighty ochenta oitenta",
        90: "ninety noventa",
        100: "cien ciento cem cento",
        200: "doscientos doscientas duzentos duzentas",
        300: "trescientos trescientas trezentos trezentas",
        400: "cuatrocientos quatrocentos",
        500: "quinientos quinhentos",
        600: "seiscientos seiscentos",
        700: "setecientos setecentos",
        800: "ochocientos oitocentos",
        900: "novecientos novecentos",
        1000: "thousand mil grand",
    }.items()
}
_VALUES: Final = {name: value for value, names in _UNITS.items() for name in names}
_NAMES: Final = "|".join(sorted((*_VALUES, _HUNDRED), key=len, reverse=True))
NUMBER_IN_WORDS: Final = rf"(?:a )?(?:{_NAMES})(?:(?:[ -]| y | e | and )(?:{_NAMES})){{0,8}}"
"""A pattern for folded text; what it finds, `value_of` reads."""

_DICTATED: Final = re.compile(rf"\b(?:{_NAMES}|oh?)(?:[ ,.-]+(?:{_NAMES}|oh?))" + r"{6,}\b")


def value_of(number: str) -> int:
    """The value of a number in words: "noventa y siete" is 97, "two hundred and fifty" 250."""
    total = part = 0
    for word in re.findall(r"[a-z]+", number):
        if word == _HUNDRED:
            part = max(part, 1) * 100
        elif (value := _VALUES.get(word)) == 1000:
            total, part = total + max(part, 1) * 1000, 0
        elif value is not None:
            part += value
    return total + part


def dictates_digits(folded_text: str) -> bool:
    """Whether seven numbers or more are said one after another, as a telephone number is."""
    return _DICTATED.search(folded_text) is not None
