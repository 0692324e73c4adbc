"""One person, one id: how a platform's user id is written, read and told apart."""

import re

from domain.errors import FieldError, Invalid
from domain.vocabulary import Platform

PREFIXES = {
    Platform.INSTAGRAM: "ig_",
    Platform.WHATSAPP: "wa_",
    Platform.TELEGRAM: "tg_",
    Platform.SIMULATOR: "sim_",
}

MADE_UP = re.compile(r"manual_[0-9a-f]{32}")


def shown(platform: Platform, platform_user_id: str) -> str:
    """The id with its channel's prefix, as every answer shows it; a manual or made-up id has none."""
    if MADE_UP.fullmatch(platform_user_id):
        return platform_user_id
    return PREFIXES.get(platform, "") + platform_user_id


def told(
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


def checked(given: str, platform: Platform | None = None, *, field: str = "/platform_user_id") -> tuple[Platform, str]:
    """As `told`, for somebody who is made known by it: without any sign of a platform they have none.

    Raises `Invalid` also for what is no id of the platform.
    """
    platform, raw = told(given, platform, field=field)
    if platform is Platform.WHATSAPP and not re.fullmatch(r"[0-9]+", raw) and not MADE_UP.fullmatch(raw):
        raise Invalid(FieldError(field, "form", "A WhatsApp id is a phone number: digits only."))
    return platform or Platform.MANUAL, raw


def _raw(platform: Platform | None, given: str) -> str:
    return given.removeprefix("+") if platform is Platform.WHATSAPP else given
