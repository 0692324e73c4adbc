"""Names of people: whether one shows anything, and whether a text may call somebody so."""

import re
import unicodedata
from typing import Final

from domain.errors import FieldError, Invalid

LONGEST_SPOKEN: Final = 40

# Categories of Unicode that show nothing by themselves: controls, formats, separators, and marks on what is not there.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Mn", "Me"})
# Letters and a symbol that are blank: the fillers of Hangul, the empty pattern of Braille.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def visible(text: str) -> str | None:
    """The text without blanks around it; `None` if it shows nothing at all."""
    shows = any(char not in _BLANK and unicodedata.category(char) not in _UNSEEN for char in text)
    return text.strip() if shows else None


def checked_name(given: str, *, field: str = "/name") -> str:
    """A name or a tag as somebody enters it; raises `Invalid` if it shows nothing at all."""
    if visible(given) is None:
        raise Invalid(FieldError(field, "invisible", "No character of this can be seen."))
    return given


def spoken(name: str) -> str | None:
    """The name as a text may call somebody; `None` if what they call themselves is no name to be said aloud."""
    said = unicodedata.normalize("NFC", name).strip()
    letters = re.sub(r"[ '’-]", "", said)
    return said if letters.isalpha() and visible(letters) is not None and len(said) <= LONGEST_SPOKEN else None


def first_name(name: str | None) -> str | None:
    """How a text may call somebody who has a full name."""
    return spoken(next(iter((name or "").split()), ""))
