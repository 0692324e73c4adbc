"""Rate limits: what the headers of an answer say of them, and how long a request has to wait for its share.

Facts are from console.groq.com/docs/rate-limits. The allowances refill evenly: with 250,000 tokens a minute of which
1,633 are used, `x-ratelimit-reset-tokens` is `391ms`, the time until all of them are there again.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_PARTS: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|us|µs|ns|d|h|m|s)", re.ASCII)
_SECONDS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_NEGLIGIBLE: Final = 1e-6
"""Of a request or token: less is what floating point leaves over after a wait."""


@dataclass(frozen=True)
class Headroom:
    """What of an allowance is left, out of how many, and the seconds until all of it is there again."""

    remaining: int
    full_in: float
    most: int | None = None


@dataclass(frozen=True)
class RateLimits:
    """What one answer said; `retry_after` in seconds stands in refusals only."""

    requests: Headroom | None = None
    tokens: Headroom | None = None
    retry_after: float | None = None

    @property
    def wait(self) -> float | None:
        """Seconds after which a request that was refused may be made again, where the answer told."""
        if self.retry_after is not None:
            return self.retry_after
        known = [share for share in (self.requests, self.tokens) if share is not None]
        used_up = [share for share in known if share.remaining == 0]
        return max((share.full_in for share in used_up or known), default=None)


def read_limits(headers: Mapping[str, str]) -> RateLimits:
    """What the headers (by lower-case names) say; what cannot be read counts as not said."""
    return RateLimits(
        requests=_share(headers, "requests"),
        tokens=_share(headers, "tokens"),
        retry_after=read_duration(headers.get("retry-after", "")),
    )


def read_duration(text: str) -> float | None:
    """Seconds in a text such as `2m59.56s`, `7.66s`, `480ms` or `3`, or None."""
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII):
        return float(text)
    parts = _PARTS.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _share(headers: Mapping[str, str], what: str) -> Headroom | None:
    remaining = _count(headers.get(f"x-ratelimit-remaining-{what}", ""))
    full_in = read_duration(headers.get(f"x-ratelimit-reset-{what}", ""))
    if remaining is None or full_in is None:
        return None
    return Headroom(remaining, full_in, _count(headers.get(f"x-ratelimit-limit-{what}", "")))


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,15}", text, re.ASCII) else None


class Allowance:
    """How much may be used now, by what was last heard and what was used since; unlimited until something is heard."""

    def __init__(self) -> None:
        self._left = math.inf
        self._most = math.inf
        self._a_second = 0.0
        self._full_at = 0.0
        self._at = 0.0

    def learn(self, share: Headroom, used_since: float, now: float) -> None:
        """Take over what an answer says; `used_since` was begun after its request, and is not counted in it."""
        used = 0 if share.most is None else share.most - share.remaining
        self._most = math.inf if share.most is None else share.most
        if used > 0 and share.full_in > 0:
            self._a_second = used / share.full_in
        elif share.most is None:
            self._a_second = 0.0  # nobody knows how fast it refills: nothing is there until everything is
        self._full_at = now + share.full_in
        self._at = now
        self._left = share.remaining - used_since

    def use(self, amount: float, now: float) -> None:
        """Count something that is begun now."""
        self._refill(now)
        self._left -= amount

    def opens_in(self, amount: float, now: float) -> float:
        """Seconds until so much may be used; more than there ever is waits until all of it is there."""
        self._refill(now)
        missing = min(amount, self._most) - self._left
        if missing <= _NEGLIGIBLE:
            return 0.0
        return missing / self._a_second if self._a_second else max(0.0, self._full_at - now)

    def _refill(self, now: float) -> None:
        if self._a_second:
            self._left = min(self._most, self._left + (now - self._at) * self._a_second)
        elif now >= self._full_at and self._left < self._most:
            self._left = self._most
        self._at = now
