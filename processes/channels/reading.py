"""Reads JSON that nobody promised us: every function takes anything and never raises."""

import json
import math
import re
from datetime import UTC, datetime
from typing import Final

_MILLISECONDS_FROM: Final = 10**11  # as seconds this would be the year 5138
_LONGEST_ID: Final = 256
_DIGITS: Final = re.compile(r"\d{1,20}(\.\d{1,9})?", re.ASCII)


def load(raw: bytes) -> object:
    """The JSON value in `raw`, or None if there is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def mapping(value: object, key: str) -> dict[str, object]:
    """The object under `key`, or an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def sequence(value: object, key: str) -> list[object]:
    """The array under `key`, or an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def text(value: object, key: str) -> str | None:
    """The text under `key`, storable (valid Unicode, no NUL), or None if there is none or it is empty."""
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, str):
        return None
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "") or None


def whole(value: object, key: str) -> int | None:
    """The whole number under `key`."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def identifier(value: object, key: str) -> str | None:
    """The id under `key`, a number or a text of at most 256 characters, as text."""
    number = whole(value, key)
    if number is not None:
        return str(number) if abs(number) < 2**63 else None
    found = text(value, key)
    return found if found is not None and len(found) <= _LONGEST_ID else None


def moment(value: object, received_at: datetime) -> tuple[datetime, str | None]:
    """The platform's time, and a note when it was unreadable and `received_at` stands in for it.

    Whole or broken seconds or milliseconds as number or text, or ISO 8601 (UTC unless it says otherwise);
    the future is cut to `received_at`.
    """
    read = _moment(value)
    if read is None:
        return received_at, "unreadable time"
    return min(read, received_at), None


def _moment(value: object) -> datetime | None:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = float(value)
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 and math.isfinite(value):
            return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
