"""Decisions over both aggregates of a person: their life with a creator begins, is edited by hand, or ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain import context
from domain.follower import contact, lives
from domain.follower.follower import Follower
from domain.lead import Details, Lead
from domain.vocabulary import Platform, Status


@dataclass(frozen=True)
class NewLead:
    """A lead as a person enters it; `purchase_intent` is 0..1."""

    platform: Platform
    platform_user_id: str
    details: Details
    status: Status = Status.NEW
    purchase_intent: float | None = None
    source: str = "manual"


def begin_life(creator_id: str, follower_id: UUID, follower: Follower | None, new: NewLead) -> tuple[Follower, Lead]:
    """Make a lead, and meet the follower or have them come back; `follower` is as they are known, if they are."""
    life = 1 if follower is None else follower.life + 1
    lead_id = Lead.create_id(follower_id, life)
    if follower is None:
        follower = Follower.meet(
            follower_id=follower_id,
            lead_id=lead_id,
            creator_id=creator_id,
            platform=new.platform,
            platform_user_id=new.platform_user_id,
        )
    else:
        lives.come_back(follower, lead_id, new.platform_user_id)
    lead = Lead.capture(
        lead_id=lead_id,
        creator_id=creator_id,
        follower_id=follower_id,
        platform=new.platform,
        platform_user_id=new.platform_user_id,
        details=new.details,
        status=new.status,
        source=new.source,
    )
    return follower, lead


def enter(creator_id: str, follower_id: UUID, follower: Follower | None, new: NewLead) -> tuple[Follower, Lead]:
    """The same for a lead that a person enters, with the purchase intent that they give or that its stage implies."""
    follower, lead = begin_life(creator_id, follower_id, follower, new)
    now = context.now()
    if new.purchase_intent is not None:
        lead.rate(lead.score.given(new.purchase_intent, now), now)
    elif new.status is not Status.NEW:
        lead.rate(lead.score.moved_by_person(new.status, now), now)
    return follower, lead


def edit(lead: Lead, follower: Follower, changes: Mapping[str, Any], status: Status | None, *, reason: str) -> None:
    """Change details and, if one is given, the stage; with a purchase ends what was to bring it about."""
    lead.change_details(changes)
    if status is not None:
        lead.change_status(status, by_hand=True, reason=reason, now=context.now())
    if lead.status is Status.CUSTOMER:
        contact.reach_goal(follower)


def end_life(lead: Lead, follower: Follower) -> None:
    """Delete the lead, and end what is under way with the follower."""
    lead.delete()
    lives.end_life(follower, context.now())
