"""A password is the same however the keyboard composes it."""

import pytest
from argon2 import PasswordHasher

from api.access.passwords import hashed, matches

COMPOSED, DECOMPOSED = "contrase\u00f1a de caf\u00e9", "contrasen\u0303a de cafe\u0301"


async def test_whoever_has_what_is_kept_of_a_password_must_spend_64_mib_on_each_guess() -> None:
    """RFC 9106, section 4: the second recommended option."""
    assert (await hashed(COMPOSED)).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_password_is_known_however_its_letters_are_composed() -> None:
    for chosen in (COMPOSED, DECOMPOSED):
        kept = await hashed(chosen)
        assert [await matches(typed, kept, is_known=False) for typed in (COMPOSED, DECOMPOSED)] == [True, True]
        assert not await matches("contrasena de cafe", kept, is_known=False)


@pytest.mark.parametrize("chosen", [DECOMPOSED, "una\u00a0frase larga"])
async def test_a_password_that_was_kept_as_it_was_typed_is_still_good(chosen: str) -> None:
    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(chosen)
    assert await matches(chosen, kept, is_known=False)
    assert not await matches("another phrase", kept, is_known=False)
    assert not await matches(chosen, None, is_known=False)
