"""Routes of files: export of leads as CSV, import from CSV, and an import taken back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Annotated, Final, Literal
from uuid import UUID, uuid4

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from api.access.guard import Acting, guarded_router
from api.access.roles import STAFF
from api.http.commands import Do
from api.http.fields import Ok, ResponseModel
from api.http.ids import uuid_of
from api.http.pagination import People
from api.http.reads import Reads
from api.http.routing import Application, Clock, IsDemo, Pool
from api.leads.csv_format import header_line, lead_lines
from api.leads.import_history import imported_leads, traces
from api.leads.import_rows import LeadFile, PeopleOfFile, Refused, column
from api.leads.routes import NAMELESS
from api.leads.spreadsheet import Sheet, read_sheet
from api.presenters.items import LeadItem
from domain import context
from domain.application import Clonnect
from domain.commands.imports import Kept, Row, Taken
from domain.commands.imports import People as Known
from domain.errors import FieldError, Invalid, NotFound

CSV: Final = "text/csv"
EXPORTED: Final = (
    "0b8c1f6e-2d54-5c5b-9d0e-6a3b5d7f9e21,instagram,ig_5001,ana.lopez,Ana López,ana@example.com,+34 600 111 222,,vip,"
    "hot,70,manual,2026-03-03T12:00:00.000000+00:00,2026-03-03T12:00:00.000000+00:00"
)
PAGE: Final = 500
CHUNK: Final = 200
"""Rows that are taken in one transaction: nobody's command waits for more."""
ROWS_TOLD: Final = 10_000

router = guarded_router("leads", reads=STAFF, writes=STAFF)
sheets = guarded_router("leads", reads=STAFF, writes=STAFF, media_type=CSV)


class RowError(ResponseModel):
    """Why a row was not taken: the line on which it begins, the column (empty: the row as a whole), a sentence."""

    line: int
    field: str
    detail: str


class RepeatedRow(ResponseModel):
    """A row about a person whom an earlier row of the file is about, and that row's line."""

    line: int
    first: int


class ReadAs(ResponseModel):
    """How a file was read: the encoding that was found, and the character between its cells."""

    encoding: str
    separator: str


class LeadsImported(Ok):
    """What became of the rows of a file; `returned` counts those of `created` who had been deleted.

    `refused` rows were not taken; `errors` says why, and holds the first 10,000 reasons. `repeated` rows are about
    somebody whom an earlier row is about, and counted as well. `passed_over` are the headers of columns that are not
    known. `correlation_id` is that of every event of the import, new for each, and what it is taken back by.
    """

    dry_run: bool
    read_as: ReadAs
    passed_over: list[str]
    rows: int
    created: int
    returned: int
    updated: int
    unchanged: int
    refused: int
    errors: list[RowError]
    repeated: list[RepeatedRow]
    correlation_id: UUID


class KeptLead(ResponseModel):
    """A lead that is as it was, and why."""

    id: UUID
    reason: Kept


class ImportReverted(Ok):
    """How many leads are again as they were before an import."""

    reverted: int
    kept: list[KeptLead]


@router.get(
    "/dm/leads/{creator_id}/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A row for each lead, under the names of the columns.",
            "content": {CSV: {"schema": {"type": "string"}, "example": f"{header_line()}{EXPORTED}\r\n"}},
        }
    },
)
async def export_leads(
    creator: Acting,
    reads: Reads,
    response: Response,
    people: People,
    format_: Annotated[Literal["csv"], Query(alias="format")] = "csv",
) -> StreamingResponse:
    """Every lead that the list would show, as a file that an import takes."""
    if people.cursor is not None:
        raise Invalid(FieldError("query:cursor", "unknown", "An export has no pages."))
    ids = await reads.board.ids(creator.creator_id, people.filters, people.order)
    name = f"leads-{creator.creator_id}-{reads.now():%Y-%m-%d}.{format_}"
    return StreamingResponse(
        _exported(reads, creator.creator_id, ids),
        media_type=CSV,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Position": response.headers["X-Position"],
        },
    )


async def _exported(reads: Reads, creator_id: str, ids: bytes) -> AsyncIterator[str]:
    """The file's text, page by page: no reader, however slow, holds up the database."""
    yield header_line()
    for start in range(0, len(ids), 16 * PAGE):
        page = ids[start : start + 16 * PAGE]
        wanted = [UUID(bytes=page[at : at + 16]) for at in range(0, len(page), 16)]
        cards = await reads.board.cards(creator_id, wanted)
        now = reads.now()
        found = [cards[lead_id] for lead_id in wanted if lead_id in cards]  # some may be gone meanwhile
        yield await asyncio.to_thread(lambda: lead_lines(LeadItem.of(row, now) for row in found))  # noqa: B023


@dataclass
class _Tally:
    """What has become of a file so far."""

    taken: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)
    repeated: list[RepeatedRow] = field(default_factory=list)
    refused: int = 0

    def add(self, taken: Taken) -> None:
        for fate in ("created", "returned", "updated", "unchanged"):
            self.taken[fate] += getattr(taken, fate)

    def refuse(self, errors: Refused) -> None:
        self.refused += len({line for line, _ in errors})
        told = [RowError(line=line, field=column(each.field), detail=each.detail) for line, each in errors]
        self.errors += sorted(told, key=lambda each: each.line)[: ROWS_TOLD - len(self.errors)]

    def repeat(self, line: int, first: int) -> None:
        if len(self.repeated) < ROWS_TOLD:
            self.repeated.append(RepeatedRow(line=line, first=first))

    def answer(self, sheet: Sheet, import_id: UUID, *, dry_run: bool) -> LeadsImported:
        return LeadsImported(
            dry_run=dry_run,
            read_as=ReadAs(encoding=sheet.encoding, separator=sheet.separator),
            passed_over=[*sheet.passed_over],
            rows=sheet.rows,
            created=self.taken["created"] + self.taken["returned"],
            returned=self.taken["returned"],
            updated=self.taken["updated"],
            unchanged=self.taken["unchanged"],
            refused=self.refused,
            errors=self.errors,
            repeated=self.repeated,
            correlation_id=import_id,
        )


@sheets.post(
    "/dm/leads/{creator_id}/import",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {CSV: {"schema": {"type": "string"}, "example": "name,email\r\nAna,ana@example.com\r\n"}},
        }
    },
)
async def import_leads(
    request: Request,
    creator: Acting,
    app: Application,
    clock: Clock,
    is_demo: IsDemo,
    do: Do,
    dry_run: bool = False,
    unknown: Annotated[Literal["skip", "refuse"], Query(description="What becomes of columns not known.")] = "skip",
) -> LeadsImported:
    """Make or change a lead for each row. Rows that break a rule are reported, the others are taken."""
    body = await request.body()
    sheet = await asyncio.to_thread(read_sheet, body, strict=unknown == "refuse")
    country = (await asyncio.to_thread(app.creator, creator.creator_id)).settings.country
    file = LeadFile(sheet, sha256(body).hexdigest(), country, is_demo)
    people = await asyncio.to_thread(file.people)
    tally = _Tally()
    import_id = uuid4()
    known: Known = {}
    rows = iter(sheet)
    while chunk := await asyncio.to_thread(lambda: _judged(file, people, islice(rows, CHUNK))):
        good = [each for each in chunk if isinstance(each, Row)]
        errors = [error for each in chunk if not isinstance(each, Row) for error in each]
        if good and dry_run:
            with context.at(clock()):
                taken = await asyncio.to_thread(app.try_import, creator.creator_id, good, known, people.recurring)
        elif good:
            with context.going_on(import_id):
                taken = await do.and_go_on(Clonnect.import_leads, creator.creator_id, good, sheet.rows)
            import_id = taken.import_id  # of a repeated request, the first one's
        else:
            taken = Taken(import_id)
        tally.add(taken)
        tally.refuse([*errors, *((line, NAMELESS) for line in taken.nameless)])
        for row in good:
            if (first := people.earlier(row)) is not None and row.line not in taken.nameless:
                tally.repeat(row.line, first)
    await do.until_shown()
    return tally.answer(sheet, import_id, dry_run=dry_run)


def _judged(file: LeadFile, people: PeopleOfFile, rows: Iterator[tuple[int, list[str]]]) -> list[Row | Refused]:
    judged = (file.judged(line, cells) for line, cells in rows)
    return [people.check(each) if isinstance(each, Row) else each for each in judged]


@router.post("/dm/leads/{creator_id}/import/{correlation_id}/revert")
async def revert_import(creator: Acting, app: Application, pool: Pool, correlation_id: str, do: Do) -> ImportReverted:
    """Delete the leads that an import made, and put back those that it changed, unless somebody touched them since."""
    import_id = uuid_of(correlation_id)
    if import_id is None:
        raise NotFound("There is no such import.")
    undone = await asyncio.to_thread(app.lead_import, creator.creator_id, import_id)
    leads = iter(await imported_leads(pool, undone))
    revert_id = uuid4()  # whatever else the client does under its request's id is not part of this
    reverted = 0
    kept: list[KeptLead] = []
    while chunk := list(islice(leads, CHUNK)):
        told = await traces(pool, app, undone, chunk)
        with context.going_on(revert_id):
            done = await do.and_go_on(Clonnect.revert_import, creator.creator_id, import_id, told)
        reverted += done.reverted
        kept += [KeptLead(id=lead_id, reason=reason) for lead_id, reason in done.kept]
    await do.until_shown()
    return ImportReverted(reverted=reverted, kept=kept)
