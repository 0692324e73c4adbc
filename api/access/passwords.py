"""Passwords: Argon2id with the parameters that RFC 9106 recommends where memory is scarce; never stored otherwise."""

import asyncio
import functools
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Annotated, Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from pydantic import Field

from api.http.problems import RateLimited

P = ParamSpec("P")
T = TypeVar("T")

SHORTEST: Final = 10
LONGEST: Final = 1000
Password = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]
"""Long enough not to be guessed at ten tries a minute; no rules of composition, which only make people reuse one."""

_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Unicode's category Zs, beside the space itself."""

_HASHER: Final = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
WAITING_AT_MOST: Final = 20


class Lane:
    """Hashes one password after another; raises `RateLimited` where too many wait."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._waiting = 0

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it when its turn comes."""
        if self._waiting >= WAITING_AT_MOST:
            raise RateLimited(1)
        self._waiting += 1
        try:
            work = functools.partial(function, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1


_KNOWN: Final = Lane("passwords-known")
_STRANGERS: Final = Lane("passwords-strangers")
"""No more than two at once, because each takes 64 MiB and a processor for a moment; and those who have logged in from
where they are before do not wait behind a flood of others."""


def prepared(password: str) -> str:
    """The one spelling of a password, whatever keyboard it came from: RFC 8265, OpaqueString."""
    return unicodedata.normalize("NFC", _SPACE.sub(" ", password))


async def hashed(password: str) -> str:
    """What is kept of a password."""
    return await _KNOWN.run(_HASHER.hash, prepared(password))


async def matches(password: str, kept: str | None, *, is_known: bool) -> bool:
    """Whether this is the password; takes as long where there is none to compare it with.

    `is_known` are those who have logged in from where they are before.
    """
    lane = _KNOWN if is_known else _STRANGERS
    for spelling in dict.fromkeys((prepared(password), password)):  # some are kept as they were entered
        if await lane.run(_verified, spelling, kept):
            return kept is not None
    return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")


def _verified(password: str, kept: str | None) -> bool:
    try:
        return _HASHER.verify(kept or _nobodys(), password)
    except VerificationError:
        return False
