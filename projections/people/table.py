"""Tables for lists of people, kept so that a page costs the same at any size."""

from dataclasses import dataclass

from projections.people.filters import ORDERS
from projections.people.intent_sql import COURSE_COLUMNS

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
