"""Seals what must not stand readable in the database with the key of the installation."""

import hmac
import os
from functools import cached_property
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM under one 32-byte key; `about` binds a sealed text to the place it belongs to."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._aead = AESGCM(key)

    @cached_property
    def key_id(self) -> bytes:
        """By which this key is told from another: the same in every program, and nothing can be opened with it."""
        return hmac.digest(self._key, b"key id", sha256)

    def seal(self, plaintext: bytes, about: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plaintext, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """The plaintext; raises `cryptography.exceptions.InvalidTag` for another key, place or a changed byte."""
        return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
