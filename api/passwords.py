"""Passwords: Argon2id with the parameters that RFC 9106 recommends where memory is scarce; never stored otherwise."""

import asyncio
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Annotated, Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from pydantic import Field

Password = Annotated[str, Field(min_length=10, max_length=1000)]
"""Long enough not to be guessed at ten tries a minute; no rules of composition, which only make people reuse one."""

_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Unicode's category Zs, beside the space itself."""

_HASHER: Final = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_THREADS: Final = ThreadPoolExecutor(2, "passwords")
"""No more at once: each takes 64 MiB for a moment."""


def prepared(password: str) -> str:
    """The one spelling of a password, whatever keyboard it came from: RFC 8265, OpaqueString."""
    return unicodedata.normalize("NFC", _SPACE.sub(" ", password))


async def hashed(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, prepared(password))


async def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long where there is none to compare it with."""
    for spelling in dict.fromkeys((prepared(password), password)):  # some are kept as they were entered
        if await asyncio.get_running_loop().run_in_executor(_THREADS, _verified, spelling, kept):
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
