"""The base of a list of people: what the events of a lead do to the rows, the words that find them and the counts."""

from typing import ClassVar

from domain.lead import Lead
from domain.scoring.score import BELOW_ALL, Score
from eventstore.log import Recorded
from projections.engine.projection import Tables, handles
from projections.people.filters import Shelf
from projections.people.follow_ups import FollowUpsToCome
from projections.people.intent_sql import UNJUDGED, course_columns
from projections.people.search_terms import folded, words_of, words_of_id
from projections.people.table import PeopleTables


class PeopleProjection(FollowUpsToCome):
    """Keeps the tables that `people` names.

    A list that knows more of a person handles the event itself and hands the additional columns on as `more`.
    """

    people: ClassVar[PeopleTables]

    @handles(Lead.Captured)
    def captured(self, event: Lead.Captured, tables: Tables, recorded: Recorded, **more: object) -> None:
        tables[self.people.people].put(
            event.originator_id,
            creator_id=event.creator_id,
            follower_id=event.follower_id,
            platform=event.platform,
            platform_user_id=event.platform_user_id,
            **_details(event),
            status=event.status,
            shelf=Shelf.OPEN,
            assigned_to=None,
            **UNJUDGED,
            standing=BELOW_ALL,
            created_at=event.timestamp,
            contact_at=event.timestamp,
            version=event.originator_version,
            **more,
        )
        tables[self.people.words].put(
            event.originator_id,
            creator_id=event.creator_id,
            platform=event.platform,
            platform_user_id=event.platform_user_id,
            of_id=words_of_id(event.creator_id, event.platform, event.platform_user_id),
            of_details=words_of(event.creator_id, event.details),
        )
        tables[self.people.counts].count(event.creator_id, Shelf.OPEN, event.status, people=1)

    @handles(Lead.DetailsChanged)
    def details_changed(self, event: Lead.DetailsChanged, tables: Tables, recorded: Recorded) -> None:
        tables[self.people.people].set(event.originator_id, **_details(event), version=event.originator_version)
        words = words_of(recorded.metadata["creator_id"], event.details)
        tables[self.people.words].set(event.originator_id, of_details=words)

    @handles(Lead.StatusChanged)
    def status_changed(self, event: Lead.StatusChanged, tables: Tables, recorded: Recorded, **more: object) -> None:
        tables[self.people.people].set(
            event.originator_id, status=event.after, version=event.originator_version, **more
        )
        counts, creator_id, shelf = tables[self.people.counts], recorded.metadata["creator_id"], Shelf.of(event.mark)
        counts.count(creator_id, shelf, event.before, people=-1)
        counts.count(creator_id, shelf, event.after, people=1)

    @handles(Lead.Scored)
    def scored(self, event: Lead.Scored, tables: Tables, recorded: Recorded) -> None:
        score = Score(event.terms)
        tables[self.people.people].set(
            event.originator_id,
            **course_columns(score),
            standing=score.standing,
            version=event.originator_version,
        )

    @handles(Lead.Assigned)
    def assigned(self, event: Lead.Assigned, tables: Tables, recorded: Recorded) -> None:
        tables[self.people.people].set(event.originator_id, assigned_to=event.user_id, version=event.originator_version)

    @handles(Lead.Purchased)
    def purchased(self, event: Lead.Purchased, tables: Tables, recorded: Recorded) -> None:
        # The stage and the score that follow from it are told by events of their own.
        tables[self.people.people].set(event.originator_id, version=event.originator_version)

    @handles(Lead.Archived)
    def archived(self, event: Lead.Archived, tables: Tables, recorded: Recorded) -> None:
        self._put_on(Shelf.ARCHIVED, event, tables, recorded)

    @handles(Lead.MarkedAsSpam)
    def marked_as_spam(self, event: Lead.MarkedAsSpam, tables: Tables, recorded: Recorded) -> None:
        self._put_on(Shelf.SPAM, event, tables, recorded)

    @handles(Lead.Restored)
    def restored(self, event: Lead.Restored, tables: Tables, recorded: Recorded) -> None:
        self._put_on(Shelf.OPEN, event, tables, recorded)

    @handles(Lead.Deleted)
    def deleted(self, event: Lead.Deleted, tables: Tables, recorded: Recorded) -> None:
        tables[self.people.people].delete(event.originator_id)
        tables[self.people.words].delete(event.originator_id)
        tables[self.follow_ups].delete_where(lead_id=event.originator_id)
        creator_id, shelf = recorded.metadata["creator_id"], Shelf.of(event.mark)
        tables[self.people.counts].count(creator_id, shelf, event.status, people=-1)

    def _put_on(
        self, shelf: Shelf, event: Lead.Archived | Lead.MarkedAsSpam | Lead.Restored, tables: Tables, recorded: Recorded
    ) -> None:
        tables[self.people.people].set(event.originator_id, shelf=shelf, version=event.originator_version)
        counts, creator_id = tables[self.people.counts], recorded.metadata["creator_id"]
        counts.count(creator_id, Shelf.of(event.before), event.status, people=-1)
        counts.count(creator_id, shelf, event.status, people=1)


def _details(event: Lead.Captured | Lead.DetailsChanged) -> dict[str, object]:
    details = event.details
    return {
        "name": details.name,
        "username": details.username,
        "email": details.email,
        "phone": details.phone,
        "notes": details.notes,
        "tags": list(details.tags),
        "sort_name": folded(details.name or details.username),
    }
