"""Seals what must not stand readable in the database with the key of the installation."""

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM under one 32-byte key; `about` binds a sealed text to the place it belongs to."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, plaintext: bytes, about: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plaintext, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """The plaintext; raises `cryptography.exceptions.InvalidTag` for another key, place or a changed byte."""
        return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
