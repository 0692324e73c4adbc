"""Leads in files: the whole list as CSV, leads taken from CSV, and an import taken back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from api.dependencies import Acting, Do, Running, Shown, guarded_router
from api.envelope import uuid_of
from api.import_traces import imported_leads, traces
from api.lead_csv import Sheet, header_line, lead_lines, read_sheet
from api.lists import People
from api.problems import field_error
from api.roles import STAFF
from api.routers.leads import NAMELESS, CaptureLead
from api.schemas import STATUSES, Answer, Ok
from api.views import LeadItem
from domain import context
from domain.application import Clonnect
from domain.commands.imports import Kept, Person, Row, Taken
from domain.commands.imports import People as Known
from domain.errors import FieldError, Invalid, NotFound

CSV: Final = "text/csv"
PAGE: Final = 500
CHUNK: Final = 200
"""Rows that are taken in one transaction: nobody's command waits for more."""
ERRORS_SHOWN: Final = 10_000

router = guarded_router("leads", reads=STAFF, writes=STAFF)
sheets = guarded_router("leads", reads=STAFF, writes=STAFF, media_type=CSV)


class RowError(Answer):
    """Why a row was not taken: the line on which it begins, the column (empty: the row as a whole), a sentence."""

    line: int
    field: str
    detail: str


class LeadsImported(Ok):
    """What became of the rows of a file; `returned` counts those of `created` who had been deleted.

    `refused` rows were not taken; `errors` says why, and holds the first 10,000 reasons. `correlation_id` is that
    of every event of the import, and what it is taken back by.
    """

    dry_run: bool
    rows: int
    created: int
    returned: int
    updated: int
    unchanged: int
    refused: int
    errors: list[RowError]
    correlation_id: UUID


class KeptLead(Answer):
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
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}},
)
async def export_leads(
    creator: Acting,
    runtime: Shown,
    response: Response,
    people: People,
    format_: Annotated[Literal["csv"], Query(alias="format")] = "csv",
) -> StreamingResponse:
    """Every lead that the list would show, as a file that an import takes."""
    if people.cursor is not None:
        raise Invalid(FieldError("query:cursor", "unknown", "An export has no pages."))
    ids = await runtime.board.ids(creator.creator_id, people.filters, people.order)
    name = f"leads-{creator.creator_id}-{runtime.clock():%Y-%m-%d}.{format_}"
    return StreamingResponse(
        _exported(runtime, creator.creator_id, ids),
        media_type=CSV,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Position": response.headers["X-Position"],
        },
    )


async def _exported(runtime: Running, creator_id: str, ids: bytes) -> AsyncIterator[str]:
    """The file's text, page by page: no reader, however slow, holds up the database."""
    yield header_line()
    for start in range(0, len(ids), 16 * PAGE):
        page = ids[start : start + 16 * PAGE]
        wanted = [UUID(bytes=page[at : at + 16]) for at in range(0, len(page), 16)]
        cards = await runtime.board.cards(creator_id, wanted)
        now = runtime.clock()
        found = [cards[lead_id] for lead_id in wanted if lead_id in cards]  # some may be gone meanwhile
        yield await asyncio.to_thread(lambda: lead_lines(LeadItem.of(row, now) for row in found))  # noqa: B023


@dataclass
class _Tally:
    """What has become of a file so far."""

    taken: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)
    refused: int = 0

    def add(self, taken: Taken) -> None:
        for fate in ("created", "returned", "updated", "unchanged"):
            self.taken[fate] += getattr(taken, fate)

    def refuse(self, errors: Sequence[tuple[int, FieldError]]) -> None:
        self.refused += len({line for line, _ in errors})
        told = [RowError(line=line, field=_column(each.field), detail=each.detail) for line, each in errors]
        self.errors += sorted(told, key=lambda each: each.line)[: ERRORS_SHOWN - len(self.errors)]

    def answer(self, sheet: Sheet, correlation_id: UUID, *, dry_run: bool) -> LeadsImported:
        return LeadsImported(
            dry_run=dry_run,
            rows=sheet.rows,
            created=self.taken["created"] + self.taken["returned"],
            returned=self.taken["returned"],
            updated=self.taken["updated"],
            unchanged=self.taken["unchanged"],
            refused=self.refused,
            errors=self.errors,
            correlation_id=correlation_id,
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
    request: Request, creator: Acting, runtime: Running, do: Do, dry_run: bool = False
) -> LeadsImported:
    """Make or change a lead for each row. Rows that break a rule are reported, the others are taken."""
    body = await request.body()
    sheet = await asyncio.to_thread(read_sheet, body)
    digest = sha256(body).hexdigest()
    is_demo = runtime.is_demo
    tally = _Tally()
    import_id = context.current().correlation_id
    people: Known = {}
    recurring = await asyncio.to_thread(_recurring, sheet, digest, is_demo=is_demo) if dry_run else frozenset[Person]()
    rows = iter(sheet)
    while chunk := await asyncio.to_thread(lambda: _judged(sheet, digest, islice(rows, CHUNK), is_demo=is_demo)):
        good = [each for each in chunk if isinstance(each, Row)]
        errors = [error for each in chunk if not isinstance(each, Row) for error in each]
        if good and dry_run:
            with context.at(runtime.clock()):
                taken = await asyncio.to_thread(runtime.app.try_import, creator.creator_id, good, people, recurring)
        elif good:
            with context.going_on(import_id):
                taken = await do.and_go_on(Clonnect.import_leads, creator.creator_id, good, sheet.rows)
            import_id = taken.import_id
        else:
            taken = Taken(import_id)
        tally.add(taken)
        tally.refuse([*errors, *((line, NAMELESS) for line in taken.nameless)])
    await do.until_shown()
    return tally.answer(sheet, import_id, dry_run=dry_run)


Judged = Row | list[tuple[int, FieldError]]


def _judged(sheet: Sheet, digest: str, rows: Iterator[tuple[int, list[str]]], *, is_demo: bool) -> list[Judged]:
    return [_judged_one(sheet, digest, line, cells, is_demo=is_demo) for line, cells in rows]


def _judged_one(sheet: Sheet, digest: str, line: int, cells: list[str], *, is_demo: bool) -> Judged:
    """A row by the rules of a lead that is entered by hand."""
    try:
        entered = CaptureLead.model_validate(sheet.entered(cells))
        new = entered.person(is_demo=is_demo)
    except ValidationError as error:
        broken = [field_error({**each, "loc": ("body", *each["loc"])}) for each in error.errors()]
        return [(line, each) for each in _one_of_each(broken)]
    except Invalid as error:
        return [(line, each) for each in error.errors]
    if entered.platform_user_id is None:
        # The same file again means the same people, so that an import that broke off can be finished.
        new = replace(new, platform_user_id=f"manual_{uuid5(_PEOPLE, f'{digest}/{line}').hex}")
    return Row(line, new, STATUSES[entered.status] if entered.status else None)


_PEOPLE: Final = UUID("3a1f6c58-8f0d-4a43-9d3e-5b1c2e7d9f10")


def _one_of_each(errors: Sequence[FieldError]) -> list[FieldError]:
    return list({_column(each.field): each for each in reversed(errors)}.values())[::-1]


def _column(field: str) -> str:
    return field.removeprefix("/").partition("/")[0]


def _recurring(sheet: Sheet, digest: str, *, is_demo: bool) -> frozenset[Person]:
    """Who has more than one row."""
    judged = (_judged_one(sheet, digest, line, cells, is_demo=is_demo) for line, cells in sheet)
    counts = Counter(each.person for each in judged if isinstance(each, Row))
    return frozenset(person for person, count in counts.items() if count > 1)


@router.post("/dm/leads/{creator_id}/import/{correlation_id}/revert")
async def revert_import(creator: Acting, runtime: Running, correlation_id: str, do: Do) -> ImportReverted:
    """Delete the leads that an import made, and put back those that it changed, unless somebody touched them since."""
    import_id = uuid_of(correlation_id)
    if import_id is None:
        raise NotFound("There is no such import.")
    undone = await asyncio.to_thread(runtime.app.lead_import, creator.creator_id, import_id)
    leads = iter(await imported_leads(runtime, undone))
    reverted = 0
    kept: list[KeptLead] = []
    while chunk := list(islice(leads, CHUNK)):
        told = await traces(runtime, undone, chunk)
        done = await do.and_go_on(Clonnect.revert_import, creator.creator_id, import_id, told)
        reverted += done.reverted
        kept += [KeptLead(id=lead_id, reason=reason) for lead_id, reason in done.kept]
    await do.until_shown()
    return ImportReverted(reverted=reverted, kept=kept)
