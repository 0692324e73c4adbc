"""Time zones: validation of their names, and the country that each lies in."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import available_timezones

from domain.errors import FieldError, Invalid

_NOWHERE: Final = frozenset({"Factory", "localtime", "posixrules"})
"""Files that lie beside the zones: what the machine is set to, and what stands for "not set"."""


def check_zone(timezone: str) -> None:
    """Refuse what is no IANA zone at input, so that no send has to fail for it."""
    if timezone in _NOWHERE or timezone not in available_timezones():
        raise Invalid(FieldError("/timezone", "unknown", f"`{timezone}` is no IANA time zone."))


def country_of(timezone: str) -> str | None:
    """The country of a zone (ISO 3166-1 alpha-2), as IANA's `zone.tab` has it; `None` for zones of no one country."""
    return _countries().get(timezone)


@cache
def _countries() -> Mapping[str, str]:
    lines = (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
