"""E-mail addresses: validation, and the one spelling by which each is known."""

import re
import unicodedata
from typing import Final

import email_validator

from domain.errors import FieldError, Invalid

LOOKS_LIKE: Final = "An e-mail address looks like ana@example.com, in one alphabet and without hidden characters."

_BLANK: Final = r"\s\x00-\x1f\x7f-\x9f"
SHAPE: Final = rf"[^@{_BLANK}]+@\.*[^@.{_BLANK}][^@{_BLANK}]*\.[^@{_BLANK}]*[^@.{_BLANK}]\.*"
"""What every address has, as the API's description can say it; not all that has it is one."""

_UNSEEN: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Letters and marks that nobody sees: what Unicode calls `Default_Ignorable_Code_Point` in categories L and M."""

_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU"})
"""Alphabets with letters that look the same, by the first word of their letters' names."""

# The library's own way to take what RFC 2606 reserves: leads are tried out with such addresses, and nothing is sent.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def checked_address(given: str, *, field: str = "/email") -> str:
    """The address in NFC, its domain in lower case and in Unicode; raises `Invalid` naming the field.

    Refused beside what RFC 5321 and 6531 refuse: quoted and compatible forms (full-width letters, ligatures), and words
    of several alphabets that look alike. Nothing is asked of the network.
    """
    address = _read(unicodedata.normalize("NFC", given))
    if address is None or not _is_legible(address):
        raise Invalid(FieldError(field, "form", LOOKS_LIKE))
    return address.normalized


def _read(text: str) -> email_validator.ValidatedEmail | None:
    if not re.fullmatch(SHAPE, text) or unicodedata.normalize("NFKC", text) != text:
        return None
    try:
        return email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None


def _is_legible(address: email_validator.ValidatedEmail) -> bool:
    """Beside ASCII only letters, marks and digits that are seen (as RFC 8264's IdentifierClass), of one alphabet."""
    others = (char for char in address.local_part if not char.isascii())
    return (
        all(unicodedata.category(char)[0] in "LMN" for char in others)
        and not _UNSEEN.search(address.local_part)
        and not any(map(_mixes_alphabets, (address.local_part, *address.domain.split("."))))
    )


def _mixes_alphabets(text: str) -> bool:
    return len({unicodedata.name(char, "").partition(" ")[0] for char in text} & _ALIKE) > 1
