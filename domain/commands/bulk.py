"""Commands about many leads at once: one act for all, judged for each by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from domain import context
from domain.commands.leads import LeadCommands
from domain.errors import Conflict, FieldError, Invalid, NotFound
from domain.lead import TAGS_AT_MOST, Lead
from domain.vocabulary import Status


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


class BulkCommands(LeadCommands):
    """What a person does with many cards at once."""

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


Act = Callable[[BulkCommands, str, UUID, str], object]

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
