"""Random ids (UUID version 4, RFC 9562 §5.4), of whose bits many are drawn at once."""

import os
import threading
from typing import Final
from uuid import UUID

DRAWN: Final = 256
"""Ids whose bits are drawn together: each draw gives the interpreter's lock away, and waits to get it back."""


class _Drawn(threading.local):
    bits = b""


_drawn = _Drawn()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: setattr(_drawn, "bits", b""))


def random_id() -> UUID:
    """A new id from the system's own source; nobody can guess it, and no secret is made of it."""
    bits = _drawn.bits or os.urandom(16 * DRAWN)
    _drawn.bits = bits[16:]
    return UUID(bytes=bits[:16], version=4)
