"""What becomes of a notification, and when one that did not arrive is tried again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias


@dataclass(frozen=True)
class Delivered:
    """Whoever it was for has taken it."""


@dataclass(frozen=True)
class Refused:
    """It will not be taken, however often it is tried; `gone`: nor will any other that is sent to this address."""

    reason: str
    gone: bool = False


@dataclass(frozen=True)
class Postponed:
    """It was not taken, or nobody can know. It may be tried again, after `retry_after` where that was asked for."""

    reason: str
    retry_after: timedelta | None = None


Notified: TypeAlias = Delivered | Refused | Postponed

_DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)
"""The first eight attempts of the schedule that Standard Webhooks recommends, 31 hours and a half in all."""


def retry_delay(attempts: int, retry_after: timedelta | None = None) -> timedelta | None:
    """How long to wait when so many attempts (1 or more) were postponed, the last with `retry_after`; None: give up."""
    if attempts > len(_DELAYS):
        return None
    return max(_DELAYS[attempts - 1], retry_after or timedelta(0))
