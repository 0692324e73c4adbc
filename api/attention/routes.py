"""Routes of the attention list: what waits for a person, and another try."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS, STAFF
from api.attention.queries import AsideKind, Attention, SetAside
from api.http.commands import Do
from api.http.fields import Listed, Ok, ResponseModel, Time
from api.http.pagination import Cursor, Limit
from api.http.problems import also
from api.http.reads import AsShown
from api.http.routing import part

router = guarded_router("attention", reads=STAFF, writes=OWNERS)

LIST = "attention"

Waiting = Annotated[Attention, part(Attention)]


class About(ResponseModel):
    """Where it lies and why: `part` is a projection, a process, a channel or a kind of due work."""

    part: str
    code: str
    lead_id: UUID | None


class AttentionItem(ResponseModel):
    """One thing that was set aside, since when, and whether it can be tried again."""

    id: str
    kind: AsideKind
    since: Time
    about: About
    sentence: str
    can_retry: bool

    @classmethod
    def of(cls, item: SetAside) -> "AttentionItem":
        """As it is answered."""
        return cls(
            id=item.id,
            kind=item.kind,
            since=item.since,
            about=About(part=item.part, code=item.code, lead_id=item.lead_id),
            sentence=item.sentence,
            can_retry=item.can_retry,
        )


class SetAsideList(Listed):
    """One page of what was set aside."""

    items: list[AttentionItem]


@router.get("/attention/{creator_id}")
async def list_attention(
    creator: Acting,
    reads: AsShown,
    waiting: Waiting,
    limit: Annotated[Limit, Query()] = 50,
    cursor: Cursor = None,
) -> SetAsideList:
    """Everything that waits for a person, what has waited longest first."""
    page = await reads.cursors.of(LIST, creator.creator_id).page(
        cursor, limit, ("since", "id"), str, partial(waiting.rows, creator.creator_id)
    )
    items = [AttentionItem.of(SetAside.of(row)) for row in page.rows]
    return SetAsideList(items=items, **page.listed(items))


@router.post("/attention/{creator_id}/{item_id}/retry", openapi_extra=also("conflict"))
async def retry_attention(
    creator: Acting, waiting: Waiting, do: Do, item_id: Annotated[str, Path(description="As the list names it.")]
) -> Ok:
    """Try one of them again; what then fails is in the list again, with its new reason."""
    await waiting.retry(creator.creator_id, item_id, do)
    return Ok()
