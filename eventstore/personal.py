"""The two words that the domain shares with the vault: what is personal, and what is left of it after an erasure."""

from typing import Final


class Personal:
    """Marks a field of an event as personal: `name: Annotated[str, Personal]`.

    The vault seals such fields with the key of the event's `subject`. Once that key is destroyed the event reads with
    the empty value of the field's type (`""`, `()`, `None`, a dataclass of defaults), and names the field in `erased`.
    """


class Erased:
    """What an upcast finds in the place of a field whose key was destroyed; falsy, and empty when printed."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""

    def __repr__(self) -> str:
        return "ERASED"


ERASED: Final = Erased()
