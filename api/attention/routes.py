"""What waits for a person, and another try."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from api.access.roles import OWNERS, STAFF
from api.attention.queries import AsideKind, Attention, SetAside
from api.http.fields import Listed, Ok, ResponseModel, Time
from api.http.pagination import Cursor, Limit
from api.http.routing import Acting, Do, Running, guarded_router
from api.openapi.refusals import also

router = guarded_router("attention", reads=STAFF, writes=OWNERS)

LIST = "attention"


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
    creator: Acting, runtime: Running, limit: Annotated[Limit, Query()] = 50, cursor: Cursor = None
) -> SetAsideList:
    """Everything that waits for a person, what has waited longest first."""
    cursors = runtime.cursors.of(LIST, creator.creator_id)
    found, total = await Attention(runtime).page(creator.creator_id, cursors.place(cursor, str), limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    return SetAsideList(
        items=[AttentionItem.of(each) for each in shown],
        count=len(shown),
        total=total,
        next_cursor=cursors.behind(shown[-1].since, shown[-1].id) if more else None,
    )


@router.post("/attention/{creator_id}/{item_id}/retry", openapi_extra=also("conflict"))
async def retry_attention(
    creator: Acting, runtime: Running, do: Do, item_id: Annotated[str, Path(description="As the list names it.")]
) -> Ok:
    """Try one of them again; what then fails is in the list again, with its new reason."""
    await Attention(runtime).retry(creator.creator_id, item_id, do)
    return Ok()
