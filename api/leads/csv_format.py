"""CSV export of leads: a line for each, with cells that no spreadsheet takes for formulas."""

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from api.presenters.items import LeadItem
from domain.vocabulary import Platform

WRITTEN: Final = (
    "id",
    "platform",
    "platform_user_id",
    "username",
    "name",
    "email",
    "phone",
    "notes",
    "tags",
    "status",
    "score",
    "source",
    "created_at",
    "last_contact_at",
)
"""The columns of an export."""

_BEGINS: Final = r"(?:^|(?<=[,;\t|\r\n]))"
_RISKY: Final = r"(?=[\s\"']*[=+\-@＝＋－＠\t\r])"
"""What a spreadsheet may take for a formula, behind blanks, quotes and any number of apostrophes."""
_GUARDED: Final = re.compile(_BEGINS + _RISKY)
_GUARD: Final = re.compile(f"{_BEGINS}'{_RISKY}")
_SEPARATOR: Final = re.compile(r"[;\t|]")


def header_line() -> str:
    """What an export begins with: the mark by which spreadsheets know UTF-8, and the names of the columns."""
    return BOM_UTF8.decode() + _lines([WRITTEN])


def lead_lines(leads: Iterable[LeadItem]) -> str:
    """A line for each lead."""
    return _lines([guarded(cell) for cell in _cells(lead)] for lead in leads)


def guarded(cell: str) -> str:
    """The cell with an apostrophe wherever a spreadsheet might see a formula begin, whatever it splits the cell at."""
    return _GUARDED.sub("'", cell)


def unguarded(cell: str) -> str:
    """What `guarded` was given; one apostrophe less also where somebody else wrote it for the same purpose."""
    return _GUARD.sub("", cell)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    plain, quoted = csv.writer(text), csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in map(list, rows):
        (quoted if any(map(_SEPARATOR.search, row)) else plain).writerow(row)
    return text.getvalue()


def _cells(lead: LeadItem) -> Iterator[str]:
    for column in WRITTEN:
        value = getattr(lead, column)
        if column == "tags":
            yield ";".join(re.sub(r"([\\;,])", r"\\\1", tag) for tag in lead.tags)
        elif value is Platform.SIMULATOR:
            yield ""  # nobody may name it; the prefix of the id does
        elif isinstance(value, datetime):
            yield value.astimezone(UTC).isoformat(timespec="microseconds")
        else:
            yield "" if value is None else str(value)
