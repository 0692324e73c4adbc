"""Commands about leads: capturing, moving, editing, selling to, putting aside, deleting; to one or to many at once."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain import context
from domain.beside_log import SideStatement
from domain.errors import Conflict, DuplicateLead, FieldError, Invalid, NotFound
from domain.follower import contact
from domain.follower.follower import Follower
from domain.lead import TAGS_AT_MOST, Lead, Purchase
from domain.lead_and_follower import NewLead, edit, end_life, enter
from domain.unreadable_streams import Salvage
from domain.vocabulary import Mark, Status


@dataclass(frozen=True)
class BulkRefusal:
    """Why something was not done to one of many leads."""

    kind: Literal["not-found", "conflict", "invalid"]
    detail: str


@dataclass(frozen=True)
class BulkMatch:
    """Whom an id means, or why nobody."""

    given: str
    lead_id: UUID | None = None
    refused: BulkRefusal | None = None


@dataclass(frozen=True)
class Acted:
    """What became of one lead."""

    lead_id: UUID
    refused: BulkRefusal | None = None


@dataclass(frozen=True)
class ActedOn:
    """What became of some leads, and the correlation id of what was done."""

    correlation_id: UUID
    leads: tuple[Acted, ...]


class LeadCommands(Salvage):
    """What a person, or the agent, does with a card."""

    def capture_lead(self, creator_id: str, new: NewLead) -> Lead:
        """Make a lead together with its follower; raises `DuplicateLead` naming the one that exists."""
        creator = self.creator(creator_id)
        follower_id = Follower.create_id(self.namespace, creator.creator_id, new.platform, new.platform_user_id)
        follower = self.known_follower(follower_id)
        if follower is not None and follower.is_alive:
            raise DuplicateLead(follower.lead_id)
        follower, lead = enter(creator.creator_id, follower_id, follower, new)
        self.save_streams(lead, follower)
        return lead

    def lead_known_as(self, creator_id: str, given: str) -> Lead:
        """The lead by its id, or by its person's id on a platform, with the prefix or without.

        It is loaded as far as it can be read; who changes it loads it again. Raises `NotFound`, and `Conflict` when an
        id without prefix is known on two platforms.
        """
        with suppress(ValueError):
            lead = self.lead_as_far_as_read(UUID(given))
            if lead is not None and lead.creator_id == creator_id and not lead.is_deleted:
                return lead
        known = [follower for follower in self.people_known_as(creator_id, given) if follower.is_alive]
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
        edit(lead, follower, changes, status, reason="moved")
        self.save_streams(lead, follower)
        return lead

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
        forgetting: Sequence[SideStatement] = ()
        try:
            lead = self.lead(creator_id, lead_id)
            follower = self.follower(lead.follower_id)
        except MapperDeserialisationError:
            lead, follower = self._as_far_as_read_of(creator_id, lead_id)
            forgetting = self.beside_log.forget_lead(lead_id)
        end_life(lead, follower)
        self.save_streams(lead, follower, in_transaction=forgetting)
        return lead

    def _as_far_as_read_of(self, creator_id: str, lead_id: UUID) -> tuple[Lead, Follower]:
        lead = self.lead_as_far_as_read(lead_id)
        follower = None if lead is None else self.follower_as_far_as_read(lead.follower_id)
        if lead is None or follower is None or lead.creator_id != creator_id or lead.is_deleted:
            raise NotFound("There is no such lead.")
        return lead, follower

    def tag_lead(self, creator_id: str, lead_id: UUID, tag: str) -> Lead:
        """Put a tag on a lead, behind those that it has."""
        lead = self.lead(creator_id, lead_id)
        if tag not in lead.details.tags and len(lead.details.tags) >= TAGS_AT_MOST:
            raise Invalid(FieldError("/tag", "count", f"This lead has {TAGS_AT_MOST} tags already."))
        lead.change_details({"tags": tuple(dict.fromkeys((*lead.details.tags, tag)))})
        self.save_streams(lead)
        return lead

    def untag_lead(self, creator_id: str, lead_id: UUID, tag: str) -> Lead:
        """Take a tag off a lead."""
        lead = self.lead(creator_id, lead_id)
        lead.change_details({"tags": tuple(each for each in lead.details.tags if each != tag)})
        self.save_streams(lead)
        return lead

    def find_leads(self, creator_id: str, given: Sequence[str]) -> tuple[BulkMatch, ...]:
        """Whom each of these ids means; in any spelling, as in `lead_known_as`."""
        return tuple(self._found(creator_id, each) for each in given)

    def _found(self, creator_id: str, given: str) -> BulkMatch:
        try:
            return BulkMatch(given, self.lead_known_as(creator_id, given).id)
        except (NotFound, Conflict) as error:
            return BulkMatch(given, refused=_refused(error))

    def act_on_leads(self, creator_id: str, lead_ids: Sequence[UUID], action: str, word: str) -> ActedOn:
        """Do one of `ACTIONS` to each of these leads; who is refused holds up nobody else."""
        acted = tuple(self._acted(creator_id, lead_id, ACTIONS[action], word) for lead_id in lead_ids)
        return ActedOn(context.current().correlation_id, acted)

    def _acted(self, creator_id: str, lead_id: UUID, act: "Act", word: str) -> Acted:
        try:
            act(self, creator_id, lead_id, word)
        except (NotFound, Conflict, Invalid) as error:
            return Acted(lead_id, _refused(error))
        return Acted(lead_id)


Act = Callable[[LeadCommands, str, UUID, str], object]

ACTIONS: Final[Mapping[str, Act]] = {
    "status": lambda app, creator_id, lead_id, word: app.change_status(creator_id, lead_id, Status(word)),
    "tag_add": lambda app, creator_id, lead_id, word: app.tag_lead(creator_id, lead_id, word),
    "tag_remove": lambda app, creator_id, lead_id, word: app.untag_lead(creator_id, lead_id, word),
    "archive": lambda app, creator_id, lead_id, _: app.archive_lead(creator_id, lead_id),
    "spam": lambda app, creator_id, lead_id, _: app.mark_as_spam(creator_id, lead_id),
    "restore": lambda app, creator_id, lead_id, _: app.restore_lead(creator_id, lead_id),
    "delete": lambda app, creator_id, lead_id, _: app.delete_lead(creator_id, lead_id),
}
"""What may be done to many leads. Each refuses before it has changed anything: the others share its transaction."""


def _refused(error: NotFound | Conflict | Invalid) -> BulkRefusal:
    match error:
        case NotFound():
            return BulkRefusal("not-found", str(error))
        case Invalid(errors=errors):
            return BulkRefusal("invalid", " ".join(each.detail for each in errors))
        case _:
            return BulkRefusal("conflict", str(error))
