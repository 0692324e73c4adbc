"""Rules of the platforms: the messaging window, and how long a text may be in each one's own measure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from domain.vocabulary import Platform

WINDOW: Final = timedelta(hours=24)
"""Instagram and WhatsApp let a business write so long after a person's message (Meta, "Messaging window")."""


def has_window(platform: Platform) -> bool:
    """Whether a platform lets us write only for a while after the person wrote."""
    return platform in (Platform.INSTAGRAM, Platform.WHATSAPP)


@dataclass(frozen=True)
class TextLimit:
    """At most so many characters (code points of Unicode), or bytes of UTF-8."""

    most: int
    unit: Literal["characters", "bytes"]

    def length(self, text: str) -> int:
        """How long a text is in this measure."""
        return len(text) if self.unit == "characters" else len(text.encode())


_CHARACTERS: Final = TextLimit(4096, "characters")
"""Telegram: core.telegram.org/bots/api#sendmessage, counted as core.telegram.org/constructor/config says of
`message_length_max`; WhatsApp: Cloud API, "Text messages"."""

_LIMITS: Final = {Platform.INSTAGRAM: TextLimit(1000, "bytes")}
"""Instagram Platform, "Send messages"."""


def text_limit(platform: Platform) -> TextLimit:
    """The limit of a platform; one without a limit of its own has the usual one."""
    return _LIMITS.get(platform, _CHARACTERS)


def too_long(platform: Platform, text: str) -> bool:
    """Whether a platform does not take a text because of its length."""
    limit = text_limit(platform)
    return limit.length(text) > limit.most
