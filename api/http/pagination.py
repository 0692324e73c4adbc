"""Pagination of lists: filters, order, limit and cursor as a client gives them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import Field

from api.http.cursors import Cursors, ListCursors
from api.http.fields import STATUSES, TAG_LENGTH, StatusWord
from domain.errors import FieldError, Invalid
from domain.lead import TAGS_AT_MOST
from domain.vocabulary import Platform
from projections.people.filters import ORDERS, Filters, Order

Sort = Literal["-last_contact", "last_contact", "-created", "created", "name", "-score"]
Cursor = Annotated[str | None, Query(max_length=16_000, description="From the answer before, with the same filters.")]
AskedTag = Annotated[str, Field(max_length=TAG_LENGTH)]
Limit = Annotated[int, Query(ge=1, le=1000)]


@dataclass(frozen=True)
class Listing:
    """What is wanted of a list of people."""

    filters: Filters
    order: Order
    cursor: str | None

    def cursors(self, cursors: Cursors, name: str, creator_id: str) -> ListCursors:
        """The cursors of a creator's list of that name, as it is wanted."""
        return cursors.of(name, creator_id, vars(self.filters), vars(self.order))


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


def refuse_query(request: Request, *known: str) -> None:
    """Refuse parameters that mean nothing here; raises `Invalid` naming each."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise Invalid(*(FieldError(f"query:{name}", "unknown", f"`{name}` is unknown here.") for name in unknown))
