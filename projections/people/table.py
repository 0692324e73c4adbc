"""Tables for lists of people, kept so that a page costs the same at any size."""

from dataclasses import dataclass

from domain.lead import Lead
from domain.scoring.score import BELOW_ALL, Score
from eventstore.log import Recorded
from projections.engine.projection import Tables
from projections.people.filters import ORDERS, Shelf
from projections.people.intent_sql import COURSE_COLUMNS, UNJUDGED, course_columns
from projections.people.search_terms import folded, words_of, words_of_id

COLUMNS = f"""
            lead_id uuid PRIMARY KEY, creator_id text NOT NULL, follower_id uuid NOT NULL,
            platform text NOT NULL, platform_user_id text NOT NULL,
            name text, username text, email text, phone text, notes text, tags text[] NOT NULL,
            sort_name text COLLATE "C" NOT NULL,
            status text NOT NULL, shelf text NOT NULL, assigned_to uuid,
            {COURSE_COLUMNS.strip()}, standing double precision NOT NULL,
            created_at timestamptz NOT NULL, contact_at timestamptz NOT NULL, version bigint NOT NULL"""
"""What every list knows of a person."""

PERSONAL = ("platform_user_id", "name", "username", "email", "phone", "notes", "tags", "sort_name")


@dataclass(frozen=True)
class PeopleTables:
    """The names of three tables: the people, the words that find them, and how many stand where.

    The words stand apart because a message moves a person in every order and changes none of their words.
    """

    people: str
    words: str
    counts: str

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The three tables with their keys."""
        return {self.people: ("lead_id",), self.words: ("lead_id",), self.counts: ("creator_id", "shelf", "status")}

    def schema(self) -> str:
        """What stands beside the table of people.

        An index for each order serves both of its directions, under any choice of shelves, stages and platforms: a
        page is made of the first few rows of each combination. No statistics of what is personal: they hold samples
        of a column, which would outlive an erasure.
        """
        people, words, counts = (f"{{{table}}}" for table in (self.people, self.words, self.counts))
        columns = sorted({order.column for order in ORDERS.values()})
        return "".join(
            [
                *(
                    f"CREATE INDEX ON {people} (creator_id, shelf, status, platform, {each}, lead_id);"
                    for each in columns
                ),
                *(f"ALTER TABLE {people} ALTER {each} SET STATISTICS 0;" for each in PERSONAL),
                f"""
        CREATE TABLE {words} (
            lead_id uuid PRIMARY KEY, creator_id text NOT NULL, platform text NOT NULL, platform_user_id text NOT NULL,
            of_id tsvector NOT NULL, of_details tsvector NOT NULL,
            words tsvector GENERATED ALWAYS AS (of_id || of_details) STORED);
        CREATE INDEX ON {words} USING gin (words);
        CREATE INDEX ON {words} (creator_id, platform_user_id);
        ALTER TABLE {words}
            ALTER platform_user_id SET STATISTICS 0, ALTER of_id SET STATISTICS 0,
            ALTER of_details SET STATISTICS 0, ALTER words SET STATISTICS 0;
        CREATE TABLE {counts} (
            creator_id text, shelf text, status text, people bigint NOT NULL,
            PRIMARY KEY (creator_id, shelf, status));
        """,
            ]
        )

    def captured(self, event: Lead.Captured, tables: Tables, **more: object) -> None:
        """Somebody is new; `more` is what else the list knows of them."""
        tables[self.people].put(
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
        tables[self.words].put(
            event.originator_id,
            creator_id=event.creator_id,
            platform=event.platform,
            platform_user_id=event.platform_user_id,
            of_id=words_of_id(event.creator_id, event.platform, event.platform_user_id),
            of_details=words_of(event.creator_id, event.details),
        )
        tables[self.counts].count(event.creator_id, Shelf.OPEN, event.status, people=1)

    def details_changed(self, event: Lead.DetailsChanged, tables: Tables, recorded: Recorded) -> None:
        """What finds the person is different now."""
        tables[self.people].set(event.originator_id, **_details(event), version=event.originator_version)
        words = words_of(recorded.metadata["creator_id"], event.details)
        tables[self.words].set(event.originator_id, of_details=words)

    def status_changed(self, event: Lead.StatusChanged, tables: Tables, recorded: Recorded, **more: object) -> None:
        """The person stands at another stage; `more` is what else that changes."""
        tables[self.people].set(event.originator_id, status=event.after, version=event.originator_version, **more)
        creator_id, shelf = recorded.metadata["creator_id"], Shelf.of(event.mark)
        tables[self.counts].count(creator_id, shelf, event.before, people=-1)
        tables[self.counts].count(creator_id, shelf, event.after, people=1)

    def scored(self, event: Lead.Scored, tables: Tables) -> None:
        """The purchase intent was judged anew."""
        score = Score(event.terms)
        tables[self.people].set(
            event.originator_id,
            **course_columns(score),
            standing=score.standing,
            version=event.originator_version,
        )

    def assigned(self, event: Lead.Assigned, tables: Tables) -> None:
        """Somebody else holds the lead."""
        tables[self.people].set(event.originator_id, assigned_to=event.user_id, version=event.originator_version)

    def purchased(self, event: Lead.Purchased, tables: Tables) -> None:
        """The stage and the score that follow from it are told by events of their own."""
        tables[self.people].set(event.originator_id, version=event.originator_version)

    def put_on(
        self,
        shelf: Shelf,
        event: Lead.Archived | Lead.MarkedAsSpam | Lead.Restored,
        tables: Tables,
        recorded: Recorded,
    ) -> None:
        """The lead was put aside, or back."""
        tables[self.people].set(event.originator_id, shelf=shelf, version=event.originator_version)
        creator_id = recorded.metadata["creator_id"]
        tables[self.counts].count(creator_id, Shelf.of(event.before), event.status, people=-1)
        tables[self.counts].count(creator_id, shelf, event.status, people=1)

    def deleted(self, event: Lead.Deleted, tables: Tables, recorded: Recorded) -> None:
        """Nothing is kept of the person here."""
        tables[self.people].delete(event.originator_id)
        tables[self.words].delete(event.originator_id)
        tables[self.counts].count(recorded.metadata["creator_id"], Shelf.of(event.mark), event.status, people=-1)


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
