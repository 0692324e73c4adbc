"""Routes of leads: listing, making, moving, editing, selling to and deleting cards of the board."""

from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import Query, Response
from pydantic import ConfigDict, Field

from api.access.guard import Acting, guarded_router
from api.access.roles import STAFF
from api.http.commands import Do, DoOnVersion
from api.http.fields import (
    STATUSES,
    Amount,
    Currency,
    Email,
    GivenTime,
    Listed,
    Name,
    Notes,
    NotNull,
    Ok,
    Phone,
    RequestModel,
    StatusWord,
    Tags,
    Username,
    details_of,
    given,
)
from api.http.pagination import Limit, People
from api.http.problems import also
from api.http.read_models import NO_LEAD
from api.http.reads import AsShown, Reads, Tag
from api.http.routing import IsDemo
from api.presenters import json_pages
from api.presenters.items import LeadDetail, LeadItem, lead_after
from domain.application import Clonnect
from domain.errors import FieldError, Invalid, NotFound
from domain.lead import Details, Purchase
from domain.lead_and_follower import NewLead
from domain.person.identity import require_id
from domain.vocabulary import Platform, Status

router = guarded_router("leads", reads=STAFF, writes=STAFF)
moving = guarded_router("conversations", reads=STAFF, writes=STAFF)
"""Its path is that of a follower, with whose conversation it is described."""

NAMELESS = FieldError("/name", "required", "A lead needs a `name`.")
DETAILS = ("name", "username", "email", "phone", "notes", "tags")


class CaptureLead(RequestModel):
    """A lead as a person enters it."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [given("name"), given("full_name")]})

    name: Name | None = None
    full_name: Name | None = None
    platform: Literal["instagram", "whatsapp", "telegram", "manual"] | None = None
    platform_user_id: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9_.:@+-]+$")] | None = None
    username: Username | None = None
    email: Email | None = None
    phone: Phone | None = None
    notes: Notes | None = None
    status: StatusWord | None = None
    score: Annotated[int, Field(ge=0, le=100)] | None = None
    purchase_intent: Annotated[float, Field(ge=0, le=1)] | None = None
    tags: Tags | None = None

    def lead(self, country: str | None, *, is_demo: bool) -> NewLead:
        """What the domain makes a lead of; raises `Invalid` without a name, or for an id that cannot be one.

        `country` (ISO 3166) is where a WhatsApp number without a country's code belongs.
        """
        if self.name is None and self.full_name is None:
            raise Invalid(NAMELESS)
        return self.person(country, is_demo=is_demo)

    def person(self, country: str | None, *, is_demo: bool) -> NewLead:
        """The same, with or without a name."""
        platform = Platform(self.platform) if self.platform else None
        if self.platform_user_id is None:
            platform_user_id = f"manual_{uuid4().hex}"
        else:
            platform, platform_user_id = require_id(self.platform_user_id, platform, country=country)
            if platform is Platform.SIMULATOR and not is_demo:
                raise Invalid(FieldError("/platform_user_id", "unknown_word", "Only a demo has a simulator."))
        details = details_of({field: getattr(self, field) for field in DETAILS})
        intent = self.purchase_intent
        if intent is None and self.score is not None:
            intent = self.score / 100
        return NewLead(
            platform or Platform.MANUAL,
            platform_user_id,
            Details(**details | {"name": self.name or self.full_name}),
            STATUSES[self.status] if self.status else Status.NEW,
            intent,
        )


class ChangeStatus(RequestModel):
    """The stage that a person gives to a lead."""

    status: StatusWord


class StatusChanged(Ok):
    """A lead that was moved: the word as it was given, and as it is stored."""

    follower_id: str
    new_status: str
    db_status: Status
    purchase_intent: float
    lead: LeadItem


class EditLead(RequestModel):
    """What of a lead is to change; null clears a field."""

    name: Annotated[Name | None, NotNull] = None
    username: Username | None = None
    email: Email | None = None
    phone: Phone | None = None
    notes: Notes | None = None
    status: Annotated[StatusWord | None, NotNull] = None
    tags: Tags | None = None


class RecordPurchase(RequestModel):
    """Something that was bought; the same `reference` is the same purchase."""

    product_id: Annotated[UUID, Field(strict=False)] | None = None
    amount: Amount
    currency: Currency
    reference: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    at: GivenTime | None = None

    def purchase(self, purchase_id: UUID) -> Purchase:
        """What the domain records."""
        return Purchase(purchase_id, self.amount, self.currency, self.product_id, self.reference, self.at)


class Leads(Listed):
    """One page of the board."""

    leads: list[LeadItem]


class OneLead(Ok):
    """One lead."""

    lead: LeadDetail


class LeadOut(Ok):
    """A lead as a command has left it."""

    lead: LeadItem


class LeadEdited(LeadOut):
    """An edited lead."""

    message: str = "Lead updated"


class LeadDeleted(Ok):
    """A lead that is gone for good."""

    message: str = "Lead deleted"
    deleted: Literal[True] = True
    lead_id: UUID


@router.get("/dm/leads/{creator_id}", response_model=Leads)
async def list_leads(
    creator: Acting, reads: Reads, people: People, response: Response, limit: Annotated[Limit, Query()] = 1000
) -> Response:
    """The cards of the board, page by page."""
    cursors = people.cursors(reads.cursors, "leads", creator.creator_id)
    place, now = cursors.person(people.cursor), reads.now()
    page = await reads.board.page(
        creator.creator_id, people.filters, people.order, place, limit, json_pages.CARD, now=now
    )
    return json_pages.json_page_response(page, cursors, "leads", response)


@router.get("/dm/leads/{creator_id}/{lead_id}")
async def get_lead(creator: Acting, reads: Reads, lead_id: str, tag: Tag) -> OneLead:
    """One lead with what is noted about it."""
    row = await reads.board.card(creator.creator_id, await reads.lead(creator.creator_id, lead_id))
    if row is None:
        raise NotFound(NO_LEAD)
    tag(row["version"])
    return OneLead(lead=LeadDetail.of(row, reads.now()))


@router.post("/dm/leads/{creator_id}", openapi_extra=also("duplicate-lead"))
async def capture_lead(creator: Acting, reads: AsShown, is_demo: IsDemo, body: CaptureLead, do: Do) -> LeadOut:
    """Make a lead by hand; 409 names the one that this person already is."""
    country = await reads.country(creator.creator_id, body.platform)
    lead = await do(Clonnect.capture_lead, creator.creator_id, body.lead(country, is_demo=is_demo))
    do.version(lead.version)
    return LeadOut(lead=await lead_after(reads, lead, is_new=True))


router.post("/dm/leads/{creator_id}/manual", name="capture_lead_manually", openapi_extra=also("duplicate-lead"))(
    capture_lead
)


@router.put("/dm/leads/{creator_id}/{lead_id}")
async def edit_lead(creator: Acting, reads: AsShown, lead_id: str, body: EditLead, do: DoOnVersion) -> LeadEdited:
    """Change what is noted about a lead, and its stage as if it were moved on the board."""
    changes = details_of({field: getattr(body, field) for field in DETAILS if field in body.model_fields_set})
    status = STATUSES[body.status] if body.status else None
    lead = await do.on_lead(creator.creator_id, lead_id, Clonnect.edit_lead, changes, status)
    do.version(lead.version)
    return LeadEdited(lead=await lead_after(reads, lead))


@moving.put("/dm/follower/{creator_id}/{lead_id}/status")
async def change_status(
    creator: Acting, reads: AsShown, lead_id: str, body: ChangeStatus, do: DoOnVersion
) -> StatusChanged:
    """Move a lead to another stage by hand; a person's move down is a ceiling for the bot."""
    lead = await do.on_lead(creator.creator_id, lead_id, Clonnect.change_status, STATUSES[body.status])
    do.version(lead.version)
    item = await lead_after(reads, lead)
    return StatusChanged(
        follower_id=lead_id,
        new_status=body.status,
        db_status=item.status,
        purchase_intent=item.purchase_intent,
        lead=item,
    )


@router.post("/dm/leads/{creator_id}/{lead_id}/purchases")
async def record_purchase(
    creator: Acting, reads: AsShown, lead_id: str, body: RecordPurchase, do: DoOnVersion
) -> LeadOut:
    """Say that a lead has bought: a customer from now on, wherever a person has put them."""
    purchase = body.purchase(do.made_up("purchase"))
    lead = await do.on_lead(creator.creator_id, lead_id, Clonnect.record_purchase, purchase)
    do.version(lead.version)
    return LeadOut(lead=await lead_after(reads, lead))


@router.delete("/dm/leads/{creator_id}/{lead_id}")
async def delete_lead(creator: Acting, lead_id: str, do: DoOnVersion) -> LeadDeleted:
    """Delete a lead with its conversation; what is pending is cancelled, the id is gone for good."""
    lead = await do.on_lead(creator.creator_id, lead_id, Clonnect.delete_lead)
    return LeadDeleted(lead_id=lead.id)
