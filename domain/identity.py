"""One person, one id: how a platform's user id is written, read and told apart."""

from domain.errors import FieldError, Invalid
from domain.vocabulary import Platform

PREFIXES = {
    Platform.INSTAGRAM: "ig_",
    Platform.WHATSAPP: "wa_",
    Platform.TELEGRAM: "tg_",
    Platform.SIMULATOR: "sim_",
}


def shown(platform: Platform, platform_user_id: str) -> str:
    """The id with its channel's prefix, as every answer shows it; a manual id has none."""
    return PREFIXES.get(platform, "") + platform_user_id


def told(
    given: str, platform: Platform | None = None, *, field: str = "/platform_user_id"
) -> tuple[Platform | None, str]:
    """The platform that an id tells by its prefix, else the given one, and the raw id behind it.

    Raises `Invalid`, naming the field, when the prefix contradicts the given platform.
    """
    for prefixed, prefix in PREFIXES.items():
        if given.startswith(prefix) and len(given) > len(prefix):
            if platform not in (None, prefixed):
                detail = f"`{given}` is an id of {prefixed}, not of {platform}."
                raise Invalid(FieldError(field, "contradiction", detail))
            return prefixed, given.removeprefix(prefix)
    return platform, given
