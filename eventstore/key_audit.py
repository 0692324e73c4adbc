"""Counts the keys of people against their erasures, by ids alone: no key of the installation is needed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from uuid import UUID

import psycopg

from eventstore.integrity import StoredRow
from eventstore.mapper import subject_in

AT_ONCE: Final = 2000
"""Events whose keys are looked for in one question."""

NAMED_AT_MOST: Final = 20
"""Of a vault that is gone as a whole not everybody need be named."""

_LOST: Final = """
    SELECT person FROM unnest(%s::uuid[]) AS person
     WHERE NOT EXISTS (SELECT FROM vault.data_keys WHERE subject = person AND wrapped IS NOT NULL)
       AND NOT EXISTS (SELECT FROM log.events WHERE originator_id = person AND topic = 'lead.erased')"""

_KEPT: Final = """
    SELECT subject FROM vault.data_keys WHERE subject = ANY(%s) AND wrapped IS NOT NULL"""


@dataclass
class KeyAudit:
    """Looks at the events that pass by, and remembers at most `NAMED_AT_MOST` people of each kind.

    `lost` cannot be read any more though nobody erased them; `kept` were erased, and their key is there all the same.
    """

    conn: psycopg.Connection
    lost: set[UUID] = field(default_factory=set)
    kept: set[UUID] = field(default_factory=set)

    def watching(self, rows: Iterable[StoredRow]) -> Iterator[StoredRow]:
        """The same rows; the people of each batch are looked for when the batch has been passed on."""
        rows = iter(rows)
        while batch := list(islice(rows, AT_ONCE)):
            yield from batch
            self._note(self.lost, _LOST, {person for row in batch if (person := subject_in(row.state))})
            self._note(self.kept, _KEPT, {row.originator_id for row in batch if row.topic == "lead.erased"})

    def _note(self, noted: set[UUID], query: str, people: set[UUID]) -> None:
        if people and len(noted) < NAMED_AT_MOST:
            found = self.conn.execute(query.encode(), (list(people),)).fetchall()
            noted.update(row[0] for row in found[: NAMED_AT_MOST - len(noted)])

    @property
    def finding(self) -> str | None:
        """What is not as it should be, in sentences."""
        said = []
        if self.lost:
            said.append(f"The keys of {_named(self.lost)} are gone, and nobody was erased.")
        if self.kept:
            said.append(
                f"The keys of {_named(self.kept)} are there, though they were erased; the next worker destroys them."
            )
        return " ".join(said) or None


def _named(people: set[UUID]) -> str:
    names = ", ".join(sorted(map(str, people)))
    return names if len(people) < NAMED_AT_MOST else f"{names}, and perhaps more,"
