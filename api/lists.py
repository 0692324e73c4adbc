"""How a client asks for a list: filters, order, page; and cursors for lists that have an order of their own."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import Field

from api.schemas import STATUSES, TAG_LENGTH, StatusWord
from domain.errors import FieldError, Invalid
from domain.lead import TAGS_AT_MOST
from domain.vocabulary import Platform
from projections.listing import ORDERS, Filters, Order

Id = TypeVar("Id", UUID, int, str)

Sort = Literal["-last_contact", "last_contact", "-created", "created", "name", "-score"]
Cursor = Annotated[str | None, Query(max_length=2000, description="From the answer before, with the same filters.")]
AskedTag = Annotated[str, Field(max_length=TAG_LENGTH)]
Limit = Annotated[int, Query(ge=1, le=1000)]


@dataclass(frozen=True)
class Listing:
    """What is wanted of a list of people."""

    filters: Filters
    order: Order
    cursor: str | None


async def _listing(
    q: Annotated[str, Query(max_length=200, description="Name, username, e-mail, phone, notes, platform id.")] = "",
    status: Annotated[list[StatusWord] | None, Query()] = None,
    platform: Annotated[list[Platform] | None, Query()] = None,
    tag: Annotated[list[AskedTag] | None, Query(max_length=TAGS_AT_MOST)] = None,
    sort: Sort = "-last_contact",
    cursor: Cursor = None,
) -> Listing:
    filters = Filters(
        q=q.strip() or None,
        statuses=[STATUSES[word] for word in status or ()],
        platforms=platform or (),
        tags=tag or (),
    )
    return Listing(filters, ORDERS[sort], cursor)


People = Annotated[Listing, Depends(_listing)]


def place_after(at: datetime, row_id: UUID | int | str, *filters: object) -> str:
    """The cursor of a place in a list that is ordered by a time, then an id."""
    text = json.dumps([_fingerprint(filters), at.isoformat(), str(row_id)])
    return urlsafe_b64encode(text.encode()).decode()


def place(cursor: str | None, kind: Callable[[str], Id], *filters: object) -> tuple[str, Id] | None:
    """The time and id that a cursor holds; raises `Invalid` when it is damaged or of another list."""
    if cursor is None:
        return None
    try:
        fingerprint, at, text = json.loads(urlsafe_b64decode(cursor.encode()))
        datetime.fromisoformat(at)
        row_id = kind(text)
    except (ValueError, TypeError) as error:
        raise Invalid(FieldError("query:cursor", "damaged", "This cursor is damaged.")) from error
    if fingerprint != _fingerprint(filters):
        raise Invalid(FieldError("query:cursor", "foreign", "This cursor belongs to another list."))
    return at, row_id


def refuse_query(request: Request, *known: str) -> None:
    """Refuse parameters that mean nothing here; raises `Invalid` naming each."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise Invalid(*(FieldError(f"query:{name}", "unknown", f"`{name}` is unknown here.") for name in unknown))


def _fingerprint(filters: Sequence[object]) -> str:
    return sha256(json.dumps(filters, default=str).encode()).hexdigest()[:16]
