"""What is sealed opens only with its key, in its place, unchanged."""

import os

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from eventstore.sealing import Sealer

KEY = bytes(range(32))


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_opens_in_its_place(plaintext: bytes, about: str) -> None:
    assert Sealer(KEY).open(Sealer(KEY).seal(plaintext, about), about) == plaintext


def test_the_same_text_never_looks_the_same_twice() -> None:
    assert Sealer(KEY).seal(b"token", "telegram/1") != Sealer(KEY).seal(b"token", "telegram/1")


def test_a_sealed_text_does_not_open_elsewhere_or_with_another_key() -> None:
    sealed = Sealer(KEY).seal(b"token", "telegram/1")
    with pytest.raises(InvalidTag):
        Sealer(KEY).open(sealed, "telegram/2")
    with pytest.raises(InvalidTag):
        Sealer(os.urandom(32)).open(sealed, "telegram/1")


@given(st.integers(min_value=0, max_value=8 * (12 + 5 + 16) - 1))
def test_a_single_changed_bit_is_noticed(bit: int) -> None:
    sealed = bytearray(Sealer(KEY).seal(b"token", "telegram/1"))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidTag):
        Sealer(KEY).open(bytes(sealed), "telegram/1")
