"""Cursors (keyset pagination): where to go on in a list, as a text that only this installation can write."""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any, Final, NoReturn, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import FieldError, Invalid
from projections.people.filters import Page, Place

Id = TypeVar("Id", UUID, int, str)

KEY_BYTES: Final = 32
MAC_BYTES: Final = 16
FINGERPRINT_DIGITS: Final = 16


Ask = Callable[[tuple[str, Id] | None, int], Awaitable[tuple[Sequence[Mapping[str, Any]], int]]]
"""Answers so many rows behind a place in a list, and how many the whole list has."""


@dataclass(frozen=True)
class ListPage:
    """The rows of a page, how many the whole list has, and where to go on."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    next_cursor: str | None

    def listed(self, items: Sequence[object]) -> dict[str, Any]:
        """The fields of `Listed` for the items that were made of the rows."""
        return {"count": len(items), "total": self.total, "next_cursor": self.next_cursor}


class Cursors:
    """The cursors of an installation, whose key every program of it derives from the installation's (RFC 5869)."""

    def __init__(self, installation_key: bytes) -> None:
        self._key = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"clonnect/cursors").derive(installation_key)

    def of(self, *of_list: object) -> "ListCursors":
        """Those of one list: its name, whose it is, its filters and its order, as JSON has them."""
        fingerprint = sha256(json.dumps(of_list, default=str).encode()).hexdigest()
        return ListCursors(self._key, fingerprint[:FINGERPRINT_DIGITS])


class ListCursors:
    """Writes and reads the cursors of one list: the value in its order's column, and the id, of the last row shown."""

    def __init__(self, key: bytes, fingerprint: str) -> None:
        self._key = key
        self._fingerprint = fingerprint

    def behind(self, value: datetime | str, row_id: UUID | int | str) -> str:
        """The cursor that goes on behind a row."""
        text = value.isoformat() if isinstance(value, datetime) else value
        content = json.dumps([self._fingerprint, text, str(row_id)], ensure_ascii=False).encode()
        return urlsafe_b64encode(self._mac(content) + content).decode()

    def place(self, cursor: str | None, kind: Callable[[str], Id]) -> tuple[str, Id] | None:
        """The value and the id that a cursor holds; raises `Invalid` when it is not ours, or of another list."""
        if cursor is None:
            return None
        try:
            content = b64decode(cursor, altchars=b"-_", validate=True)
        except ValueError:
            _refuse("damaged", "This cursor is damaged.")
        if not compare_digest(content[:MAC_BYTES], self._mac(content[MAC_BYTES:])):
            _refuse("damaged", "This cursor is damaged.")
        fingerprint, value, row_id = json.loads(content[MAC_BYTES:])
        if fingerprint != self._fingerprint:
            _refuse("foreign", "This cursor belongs to another list.")
        return value, kind(row_id)

    async def page(
        self, cursor: str | None, limit: int, behind: tuple[str, str], kind: Callable[[str], Id], ask: Ask[Id]
    ) -> "ListPage":
        """The page that a cursor asks for.

        `behind` names the columns of a row that its cursor is made of, `kind` reads the second of them. One row more
        than the page holds is asked for: it tells whether there is a next page.
        """
        rows, total = await ask(self.place(cursor, kind), limit + 1)
        following = None
        if len(rows) > limit:
            last = rows[limit - 1]
            following = self.behind(last[behind[0]], last[behind[1]])
        return ListPage(rows[:limit], total, following)

    def person(self, cursor: str | None) -> Place | None:
        """The same in a list of people."""
        place = self.place(cursor, UUID)
        return None if place is None else Place(*place)

    def end(self, page: Page) -> str | None:
        """The cursor that goes on behind a page of people."""
        return None if page.end is None else self.behind(page.end.value, page.end.row_id)

    def _mac(self, content: bytes) -> bytes:
        return digest(self._key, content, "sha256")[:MAC_BYTES]


def _refuse(code: str, detail: str) -> NoReturn:
    raise Invalid(FieldError("query:cursor", code, detail))
