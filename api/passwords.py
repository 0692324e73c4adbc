"""Passwords: Argon2id with the parameters that RFC 9106 recommends where memory is scarce; never stored otherwise."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Annotated, Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from pydantic import Field

Password = Annotated[str, Field(min_length=10, max_length=1000)]
"""Long enough not to be guessed at ten tries a minute; no rules of composition, which only make people reuse one."""

_HASHER: Final = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_THREADS: Final = ThreadPoolExecutor(2, "passwords")
"""No more at once: each takes 64 MiB for a moment."""


async def hashed(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long where there is none to compare it with."""
    right = await asyncio.get_running_loop().run_in_executor(_THREADS, _verified, password, kept)
    return right and kept is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")


def _verified(password: str, kept: str | None) -> bool:
    try:
        return _HASHER.verify(kept or _nobodys(), password)
    except VerificationError:
        return False
