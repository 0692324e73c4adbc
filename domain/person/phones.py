"""Telephone numbers: validation, and E.164, the one form by which a number is somebody's id."""

import re
from typing import Final

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher, PhoneNumberType, ValidationResult

from domain.errors import FieldError, Invalid

LOOKS_LIKE: Final = "A phone number has at least 5 digits, and else blanks and +().- only."
DAMAGED: Final = "This looks like a number as a spreadsheet rewrites it: enter the telephone number as text."

SHAPE: Final = r"([+().\- ]*[0-9]){5}[0-9+().\- ]*"
"""What every number has, as the API's description can say it; not all that has it is one."""

_E164: Final = re.compile(r"[1-9][0-9]{6,14}")
_DECIMAL: Final = re.compile(r"\+?[0-9]{5,}[.]0+")
_OF_COMPANIES: Final = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_MEXICAN_MOBILE: Final = re.compile(r"521(?=[0-9]{10}$)")
"""WhatsApp's ids keep the 1 that Mexico's numbering plan gave up in 2019."""


def checked_phone(given: str, *, field: str = "/phone") -> str:
    """A number as people write it, with whatever they put between its digits; raises `Invalid` naming the field."""
    if not re.fullmatch(SHAPE, given):
        raise Invalid(FieldError(field, "form", LOOKS_LIKE))
    if _DECIMAL.fullmatch(given):
        raise Invalid(FieldError(field, "damaged", DAMAGED))
    return given


def is_e164(digits: str) -> bool:
    """Whether these are 7 to 15 digits that begin with a country's code (ITU-T E.164), without the plus."""
    return _E164.fullmatch(digits) is not None


def e164(given: str, country: str | None) -> str | None:
    """The digits of a number in E.164, without the plus; `None` for what is too long or too short to be one.

    Without a plus it is an international number if it is one that is in use, else one of the country (ISO 3166) if it
    is in use there. Blanks and signs between the digits are not read over: an id has none.
    """
    digits = given.removeprefix("+")
    if not is_e164(digits):
        return None
    international = _read(f"+{_MEXICAN_MOBILE.sub('52', digits)}", None)
    if given == digits and not _is_in_use(international):
        national = _read(digits, country)
        if national is not None and _is_in_use(national):
            return f"{national.country_code}{phonenumbers.national_significant_number(national)}"
    if international is None:
        return None
    possible = phonenumbers.is_possible_number_with_reason(international) is ValidationResult.IS_POSSIBLE
    return digits if possible else None


def numbers_in(text: str, country: str | None) -> list[tuple[int, str]]:
    """The telephone numbers that a text mentions, in its order: where each begins, and its digits in E.164.

    Without a plus they are of the country (ISO 3166), if they are in use there. Numbers for which whoever calls pays
    more, or nothing, are nobody's own.
    """
    return [
        (found.start, f"{found.number.country_code}{phonenumbers.national_significant_number(found.number)}")
        for found in PhoneNumberMatcher(text, country, leniency=Leniency.VALID)
        if phonenumbers.number_type(found.number) not in _OF_COMPANIES
    ]


def _is_in_use(number: phonenumbers.PhoneNumber | None) -> bool:
    return number is not None and phonenumbers.is_valid_number(number)


def _read(number: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
