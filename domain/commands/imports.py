"""Commands about an import: rows of a file become leads or change them, and all of it can be taken back."""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from domain import context
from domain.aggregate import Aggregate
from domain.errors import NotFound
from domain.follower import enrolment
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.lead_and_follower import NewLead, edit, end_life, enter
from domain.lead_import import LeadImport
from domain.streams import Streams
from domain.vocabulary import Platform, Status

Fate = Literal["created", "returned", "updated", "unchanged", "nameless"]
Kept = Literal["changed", "conversation", "deleted", "reverted"]
Person = tuple[Platform, str]
People = dict[UUID, tuple[Follower, Lead]]


@dataclass(frozen=True)
class Row:
    """One row of a file: where it begins, the person, and the stage if it gives one."""

    line: int
    new: NewLead
    status: Status | None = None

    @property
    def person(self) -> Person:
        """Whom the row is about."""
        return self.new.platform, self.new.platform_user_id


@dataclass(frozen=True)
class Taken:
    """What became of some rows of an import. `returned` had been deleted: they begin anew, with another id.

    `nameless` are the lines of rows about strangers without a name, which were not taken.
    """

    import_id: UUID
    created: int = 0
    returned: int = 0
    updated: int = 0
    unchanged: int = 0
    nameless: tuple[int, ...] = ()


@dataclass(frozen=True)
class Trace:
    """What an import has done to a lead, as the log tells, and the versions that it tells it at.

    `before` is the lead as it was before, `None` if the import made it; `begun_run` is a run that began because of
    the import; `kept` says why it is not to be taken back.
    """

    lead_id: UUID
    lead_version: int
    follower_version: int
    before: Lead | None = None
    begun_run: UUID | None = None
    kept: Kept | None = None


@dataclass(frozen=True)
class TakenBack:
    """How many leads are as they were before an import, and why the others are not."""

    reverted: int
    kept: tuple[tuple[UUID, Kept], ...]


class ImportCommands(Streams):
    """What a person does with many leads in a file."""

    def import_leads(self, creator_id: str, rows: Sequence[Row], of: int) -> Taken:
        """Take some rows of a file with `of` rows, together; the correlation id in force is the import's.

        A stranger becomes a lead; of somebody known the fields that a row gives are changed, as by `edit_lead`.
        """
        people: People = {}
        self.expect(self._follower_id(creator_id, row) for row in rows)
        taken = self._take(creator_id, rows, people)
        changed: list[Aggregate] = [each for pair in people.values() for each in pair if each.pending_events]
        if changed:
            self.save_streams(*self._begun(creator_id, taken.import_id, of), *changed)
        return taken

    def try_import(self, creator_id: str, rows: Sequence[Row], people: People, recurring: Container[Person]) -> Taken:
        """What `import_leads` would answer; nothing is saved. Not for a writer, which keeps what it has loaded.

        `people` keeps those who recur in the file as the rows before have left them.
        """
        taken = self._take(creator_id, rows, people)
        for row in rows:
            if row.person not in recurring:
                people.pop(self._follower_id(creator_id, row), None)
        return taken

    def _take(self, creator_id: str, rows: Sequence[Row], people: People) -> Taken:
        creator = self.creator(creator_id)
        fates = [(row.line, self._take_one(creator.creator_id, row, people)) for row in rows]
        counts = Counter(fate for _, fate in fates)
        return Taken(
            context.current().correlation_id,
            counts["created"],
            counts["returned"],
            counts["updated"],
            counts["unchanged"],
            tuple(line for line, fate in fates if fate == "nameless"),
        )

    def _take_one(self, creator_id: str, row: Row, people: People) -> Fate:
        follower_id = self._follower_id(creator_id, row)
        if follower_id in people:
            follower, lead = people[follower_id]
        else:
            known = self.known_follower(follower_id)
            if known is None or not known.is_alive:
                if row.new.details.name is None:
                    return "nameless"
                people[follower_id] = enter(creator_id, follower_id, known, replace(row.new, source="import"))
                return "created" if known is None else "returned"
            follower, lead = people[follower_id] = known, self.lead_of(known)
        versions = follower.version, lead.version
        given = {name: value for name, value in vars(row.new.details).items() if value}
        edit(lead, follower, given, row.status, reason="imported")
        return "unchanged" if (follower.version, lead.version) == versions else "updated"

    def _follower_id(self, creator_id: str, row: Row) -> UUID:
        return Follower.create_id(self.namespace, creator_id, *row.person)

    def _begun(self, creator_id: str, import_id: UUID, rows: int) -> Iterator[LeadImport]:
        stream_id = LeadImport.create_id(self.namespace, creator_id, import_id)
        if self._load(stream_id, LeadImport) is None:
            yield LeadImport.begin(self.namespace, creator_id, import_id, rows)

    def lead_import(self, creator_id: str, import_id: UUID) -> LeadImport:
        """An import of this creator that has changed something; raises `NotFound`."""
        found = self._load(LeadImport.create_id(self.namespace, creator_id, import_id), LeadImport)
        if found is None:
            raise NotFound("There is no such import.")
        return found

    def revert_import(self, creator_id: str, import_id: UUID, traces: Sequence[Trace]) -> TakenBack:
        """Delete what an import made and put back what it changed, where nothing has happened since."""
        undone = self.lead_import(creator_id, import_id)
        changed: list[Aggregate] = []
        kept: list[tuple[UUID, Kept]] = []
        for trace in traces:
            why = trace.kept or self._revert_one(creator_id, trace, changed)
            if why is not None:
                kept.append((trace.lead_id, why))
        if changed:
            undone.revert(context.current().correlation_id)
            self.save_streams(undone, *changed)
        return TakenBack(len(traces) - len(kept), tuple(kept))

    def _revert_one(self, creator_id: str, trace: Trace, changed: list[Aggregate]) -> Kept | None:
        try:
            lead = self.lead(creator_id, trace.lead_id)
        except NotFound:
            return "deleted"
        follower = self.follower(lead.follower_id)
        if (lead.version, follower.version) != (trace.lead_version, trace.follower_version):
            return "changed"
        if trace.before is None:
            end_life(lead, follower)
        else:
            lead.put_back(trace.before, context.now())
            if follower.run is not None and follower.run.enrolment_id == trace.begun_run:
                enrolment.end_run(follower, "cancelled")
        changed += [lead, follower]
        return None
