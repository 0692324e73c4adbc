"""Route of bulk actions: one act for many leads at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, TypeVar
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.access.guard import Acting, guarded_router
from api.access.roles import STAFF
from api.http.commands import Do
from api.http.fields import STATUSES, Ok, RequestModel, ResponseModel, StatusWord, Tag
from domain import context
from domain.application import Clonnect
from domain.commands.leads import ACTIONS, BulkRefusal
from domain.errors import FieldError, Invalid

router = guarded_router("leads", reads=STAFF, writes=STAFF)

CHUNK: Final = 100
NEEDS: Final[Mapping[str, str]] = {"status": "status", "tag_add": "tag", "tag_remove": "tag"}
"""The field that says more about an action, for those that need one."""
STATUS_OF: Final[Mapping[str, int]] = {"not-found": 404, "conflict": 409, "invalid": 422}

T = TypeVar("T")


def _known(action: str) -> str:
    if action not in ACTIONS:
        raise PydanticCustomError("our_unknown_word", f"`action` must be one of {', '.join(ACTIONS)}.")
    return action


class ChangeLeads(RequestModel):
    """What is to be done to which leads; `status` and `tag` only with the action that they belong to."""

    ids: Annotated[list[Annotated[str, Field(min_length=1, max_length=300)]], Field(min_length=1, max_length=1000)]
    action: Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(ACTIONS)})]
    status: StatusWord | None = None
    tag: Tag | None = None

    def word(self) -> str:
        """What the action needs to know; raises `Invalid` when that is missing, or something else is there."""
        needed = NEEDS.get(self.action)
        errors = [
            FieldError(f"/{field}", "required", f"`{self.action}` needs a `{field}`.")
            if field == needed
            else FieldError(f"/{field}", "unknown", f"`{self.action}` takes no `{field}`.")
            for field, given in (("status", self.status), ("tag", self.tag))
            if (given is None) == (field == needed)
        ]
        if errors:
            raise Invalid(*errors)
        return STATUSES[self.status] if self.status else self.tag or ""


class LeadError(ResponseModel):
    """Why nothing was done to a lead, as a problem would say it."""

    status: int
    slug: str
    detail: str


class LeadResult(ResponseModel):
    """What became of one of the ids."""

    id: str
    ok: bool
    error: LeadError | None = None


class LeadsChanged(Ok):
    """A result for each id, in their order; one that was given twice has one. All events share a correlation id."""

    results: list[LeadResult]
    correlation_id: UUID


@router.post("/dm/leads/{creator_id}/bulk")
async def change_leads(creator: Acting, body: ChangeLeads, do: Do) -> LeadsChanged:
    """Do one thing to many leads; who is refused holds up nobody else."""
    word = body.word()
    found = [
        each
        for some in _chunks(list(dict.fromkeys(body.ids)))
        for each in await do.and_go_on(Clonnect.find_leads, creator.creator_id, some)
    ]
    refused: dict[UUID, BulkRefusal | None] = {}
    correlation_id = context.current().correlation_id
    for lead_ids in _chunks(list(dict.fromkeys(each.lead_id for each in found if each.lead_id))):
        with context.going_on(correlation_id):
            done = await do.and_go_on(Clonnect.act_on_leads, creator.creator_id, lead_ids, body.action, word)
        correlation_id = done.correlation_id
        refused |= {each.lead_id: each.refused for each in done.leads}
    await do.until_shown()
    results = [_result(each.given, refused[each.lead_id] if each.lead_id else each.refused) for each in found]
    return LeadsChanged(results=results, correlation_id=correlation_id)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """As much as one command takes on: nobody else's waits for more."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _result(given: str, refused: BulkRefusal | None) -> LeadResult:
    error = None
    if refused is not None:
        error = LeadError(status=STATUS_OF[refused.kind], slug=refused.kind, detail=refused.detail)
    return LeadResult(id=given, ok=refused is None, error=error)
