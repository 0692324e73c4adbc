"""Ids of people: a platform's user id, written, read and told apart."""

import re
from typing import Final

from domain.errors import FieldError, Invalid
from domain.person.phones import e164, is_e164
from domain.vocabulary import Platform

PREFIXES = {
    Platform.INSTAGRAM: "ig_",
    Platform.WHATSAPP: "wa_",
    Platform.TELEGRAM: "tg_",
    Platform.SIMULATOR: "sim_",
}

MADE_UP = re.compile(r"manual_[0-9a-f]{32}")

_NUMBER: Final = re.compile(r"[1-9][0-9]*")
_TELEGRAM_BITS: Final = 52
"""Of a user's id, at most (core.telegram.org/bots/api#user)."""


def format_id(platform: Platform, platform_user_id: str) -> str:
    """The id with its channel's prefix, as every answer shows it; a manual or made-up id has none."""
    if MADE_UP.fullmatch(platform_user_id):
        return platform_user_id
    return PREFIXES.get(platform, "") + platform_user_id


def parse_id(
    given: str, platform: Platform | None = None, *, field: str = "/platform_user_id"
) -> tuple[Platform | None, str]:
    """The platform that an id tells by its prefix, else the given one, and the raw id behind it.

    A phone number's plus is left out: with it or without, it is the same number. Raises `Invalid`, naming the field,
    when the prefix contradicts the given platform.
    """
    for prefixed, prefix in PREFIXES.items():
        if given.startswith(prefix) and len(given) > len(prefix):
            if platform not in (None, prefixed):
                detail = f"`{given}` is an id of {prefixed}, not of {platform}."
                raise Invalid(FieldError(field, "contradiction", detail))
            return prefixed, _raw(prefixed, given.removeprefix(prefix))
    return platform, _raw(platform, given)


def require_id(
    given: str, platform: Platform | None = None, *, country: str | None = None, field: str = "/platform_user_id"
) -> tuple[Platform, str]:
    """As `told`, for somebody who is made known by it: without any sign of a platform they have none.

    A telephone number may lack its country's code if the country is known (ISO 3166). Raises `Invalid`, naming the
    field, also for what is no id of the platform.
    """
    platform, raw = parse_id(given, platform, field=field)
    if platform is Platform.WHATSAPP and not MADE_UP.fullmatch(raw):
        # An id with our prefix or a plus is complete.
        is_bare = given == raw
        number = e164(raw if is_bare else f"+{raw}", country)
        if number is None:
            raise Invalid(_misshapen(platform, field))
        return platform, number
    platform = platform or Platform.MANUAL
    check_shape(platform, raw, field=field)
    return platform, raw


def check_shape(platform: Platform, raw: str, *, field: str = "/platform_user_id") -> None:
    """Refuse what can be nobody's id on this platform, whoever says so; raises `Invalid` naming the field.

    Telegram's are numbers of 52 bits, Instagram's are numbers, WhatsApp's are telephone numbers in E.164; what was made
    up here, or is entered by hand, has any shape.
    """
    if not MADE_UP.fullmatch(raw) and not _has_shape(platform, raw):
        raise Invalid(_misshapen(platform, field))


def _has_shape(platform: Platform, raw: str) -> bool:
    match platform:
        case Platform.TELEGRAM:
            return _NUMBER.fullmatch(raw) is not None and len(raw) <= 16 and int(raw).bit_length() <= _TELEGRAM_BITS
        case Platform.INSTAGRAM:
            return _NUMBER.fullmatch(raw) is not None
        case Platform.WHATSAPP:
            return is_e164(raw)
        case Platform.SIMULATOR | Platform.MANUAL:
            return True


_SHAPES: Final = {
    Platform.TELEGRAM: "A Telegram id is a number: digits that do not begin with 0, of at most 52 bits.",
    Platform.INSTAGRAM: "An Instagram id is a number: digits that do not begin with 0. The @name is the username.",
    Platform.WHATSAPP: "A WhatsApp id is a phone number: its country's code and all its digits, 15 at most.",
}


def _misshapen(platform: Platform, field: str) -> FieldError:
    return FieldError(field, "form", _SHAPES[platform])


def _raw(platform: Platform | None, given: str) -> str:
    return given.removeprefix("+") if platform is Platform.WHATSAPP else given
