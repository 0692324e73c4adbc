"""Commands about a lead: capturing by hand, moving, editing, selling to, putting aside, deleting."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain import context
from domain.errors import Conflict, DuplicateLead, FieldError, Invalid, NotFound
from domain.follower import contact, lives
from domain.follower.follower import Follower
from domain.lead import Details, Lead, Purchase
from domain.person.identity import parse_id
from domain.streams import SideStatement
from domain.unreadable_streams import Salvage
from domain.vocabulary import Mark, Platform, Status


@dataclass(frozen=True)
class NewLead:
    """A lead as a person enters it; `purchase_intent` is 0..1."""

    platform: Platform
    platform_user_id: str
    details: Details
    status: Status = Status.NEW
    purchase_intent: float | None = None
    source: str = "manual"


FORGET_LEAD = "SELECT read.forget_lead(%s)"
"""For a lead whose stream waits in the projections: that it is deleted would wait with it."""


class LeadCommands(Salvage):
    """What a person, or the agent, does with a card."""

    def capture_lead(self, creator_id: str, new: NewLead) -> Lead:
        """Make a lead together with its follower; raises `DuplicateLead` naming the one that exists."""
        creator = self.creator(creator_id)
        follower_id = Follower.create_id(self.namespace, creator.creator_id, new.platform, new.platform_user_id)
        follower = self.known_follower(follower_id)
        if follower is not None and follower.is_alive:
            raise DuplicateLead(follower.lead_id)
        follower, lead = self._enter(creator.creator_id, follower_id, follower, new)
        self.save_streams(lead, follower)
        return lead

    def _enter(
        self, creator_id: str, follower_id: UUID, follower: Follower | None, new: NewLead
    ) -> tuple[Follower, Lead]:
        follower, lead = self._begin_life(creator_id, follower_id, follower, new)
        now = context.now()
        if new.purchase_intent is not None:
            lead.rate(lead.score.given(new.purchase_intent, now), now)
        elif new.status is not Status.NEW:
            lead.rate(lead.score.moved_by_person(new.status, now), now)
        return follower, lead

    def _begin_life(
        self, creator_id: str, follower_id: UUID, follower: Follower | None, new: NewLead
    ) -> tuple[Follower, Lead]:
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

    def lead_known_as(self, creator_id: str, given: str) -> Lead:
        """The lead by its id, or by its person's id on a platform, with the prefix or without.

        It is loaded as far as it can be read; who changes it loads it again. Raises `NotFound`, and `Conflict` when an
        id without prefix is known on two platforms.
        """
        with suppress(ValueError):
            lead = self.lead_as_far_as_read(UUID(given))
            if lead is not None and lead.creator_id == creator_id and not lead.is_deleted:
                return lead
        platform, raw = parse_id(given)
        known = [
            follower
            for each in ([platform] if platform else Platform)
            if (follower := self.follower_as_far_as_read(Follower.create_id(self.namespace, creator_id, each, raw)))
            is not None
            and follower.is_alive
        ]
        if len(known) > 1:
            raise Conflict("More than one lead has this id: say which with its prefix, such as `ig_`.")
        lead = self.lead_as_far_as_read(known[0].lead_id) if known else None
        if lead is None:
            raise NotFound("There is no such lead.")
        return lead

    def change_status(self, creator_id: str, lead_id: UUID, status: Status) -> Lead:
        """Move the card by hand; a customer's runs end in the same save."""
        return self.edit_lead(creator_id, lead_id, {}, status)

    def edit_lead(self, creator_id: str, lead_id: UUID, changes: Mapping[str, Any], status: Status | None) -> Lead:
        """Change details and, if one is given, the stage, all or nothing."""
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        self._edit(lead, follower, changes, status, reason="moved")
        self.save_streams(lead, follower)
        return lead

    @staticmethod
    def _edit(
        lead: Lead, follower: Follower, changes: Mapping[str, Any], status: Status | None, *, reason: str
    ) -> None:
        lead.change_details(changes)
        if status is not None:
            lead.change_status(status, by_hand=True, reason=reason, now=context.now())
        if lead.status is Status.CUSTOMER:
            contact.reach_goal(follower)

    def record_purchase(self, creator_id: str, lead_id: UUID, purchase: Purchase) -> Lead:
        """Say that the person bought; what was to bring that about ends. A known reference changes nothing."""
        now = context.now()
        if purchase.at is not None and purchase.at > now:
            raise Invalid(FieldError("/at", "future", "A purchase cannot be recorded before it happens."))
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        if purchase.product_id is not None and purchase.product_id not in self.creator(creator_id).products:
            raise NotFound("There is no such product.")
        if lead.buy(purchase, now):
            contact.reach_goal(follower)
        self.save_streams(lead, follower)
        return lead

    def assign_lead(self, creator_id: str, lead_id: UUID, user_id: UUID | None) -> Lead:
        """Say who holds the conversation; `None` is nobody."""
        lead = self.lead(creator_id, lead_id)
        lead.assign(user_id)
        self.save_streams(lead)
        return lead

    def archive_lead(self, creator_id: str, lead_id: UUID) -> Lead:
        """Put a lead away until the person writes again; what is pending is cancelled."""
        lead = self.lead(creator_id, lead_id)
        lead.archive()
        return self._put_aside(lead, Mark.ARCHIVED)

    def mark_as_spam(self, creator_id: str, lead_id: UUID) -> Lead:
        """Put a lead away whatever is written; what is pending is cancelled, and nothing is answered."""
        lead = self.lead(creator_id, lead_id)
        lead.mark_as_spam()
        return self._put_aside(lead, Mark.SPAM)

    def _put_aside(self, lead: Lead, mark: Mark) -> Lead:
        follower = self.follower(lead.follower_id)
        contact.put_aside(follower, mark)
        self.save_streams(lead, follower)
        return lead

    def restore_lead(self, creator_id: str, lead_id: UUID) -> Lead:
        """Bring a lead back to the stage where it stood; raises `Conflict` when it was not put away."""
        lead = self.lead(creator_id, lead_id)
        lead.restore("person")
        self.save_streams(lead)
        return lead

    def delete_lead(self, creator_id: str, lead_id: UUID) -> Lead:
        """End this life of the person: what is pending is cancelled, the id is gone for good.

        It does not need to be readable.
        """
        in_transaction: list[SideStatement] = []
        try:
            lead = self.lead(creator_id, lead_id)
            follower = self.follower(lead.follower_id)
        except MapperDeserialisationError:
            lead, follower = self._as_far_as_read_of(creator_id, lead_id)
            in_transaction.append((FORGET_LEAD, (lead_id,)))
        lead.delete()
        lives.end_life(follower, context.now())
        self.save_streams(lead, follower, in_transaction=in_transaction)
        return lead

    def _as_far_as_read_of(self, creator_id: str, lead_id: UUID) -> tuple[Lead, Follower]:
        lead = self.lead_as_far_as_read(lead_id)
        follower = None if lead is None else self.follower_as_far_as_read(lead.follower_id)
        if lead is None or follower is None or lead.creator_id != creator_id or lead.is_deleted:
            raise NotFound("There is no such lead.")
        return lead, follower
