"""Leads as CSV: a line for each, cells that no spreadsheet takes for formulas, and files as spreadsheets write them."""

import csv
import io
import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from api.problems import pointer
from api.views import LeadItem
from domain.errors import FieldError, Invalid
from domain.vocabulary import Platform

MAX_ROWS: Final = 100_000

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

NOT_TAKEN: Final = frozenset({"id", "source", "created_at", "last_contact_at"})
"""What an export tells and nobody may write: an import passes over it."""

HEADERS: Final = {
    "name": "name full_name nombre nombre_completo nome nome_completo",
    "email": "email e_mail mail correo correo_electronico",
    "phone": "phone phone_number telephone mobile telefono movil celular telefone telemovel",
    "notes": "notes note notas nota observaciones",
    "tags": "tags tag etiquetas etiqueta labels",
    "status": "status lead_status stage estado etapa",
    "platform": "platform channel plataforma canal",
    "platform_user_id": "platform_user_id follower_id",
    "username": "username user_name handle usuario",
    "score": "score purchase_intent_score puntuacion",
    "purchase_intent": "purchase_intent",
    **{name: name for name in NOT_TAKEN},
}
"""The fields of a lead, each with the headers that it is known by, in English, Spanish and Portuguese."""

_FIELD_OF: Final = {header: field for field, headers in HEADERS.items() for header in headers.split()}
_DELIMITERS: Final = ",;\t"
_BLANK: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What bodies are trimmed of: Unicode's white space, which is less than Python's."""
_UNKNOWN_SHOWN: Final = 20
_WHOLE: Final = re.compile(r"-?\d{1,9}", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,9}([.,]\d{1,20})?", re.ASCII)
_RISKY: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet may take for a formula, behind any number of apostrophes."""
_TAG: Final = re.compile(r"(?:\\[\\;,]|[^;,])+")
_ESCAPED: Final = re.compile(r"\\([\\;,])")


def header_line() -> str:
    """What an export begins with: the mark by which spreadsheets know UTF-8, and the names of the columns."""
    return BOM_UTF8.decode() + _lines([WRITTEN])


def lead_lines(leads: Iterable[LeadItem]) -> str:
    """A line for each lead."""
    return _lines([_guarded(cell) for cell in _cells(lead)] for lead in leads)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
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


def _guarded(cell: str) -> str:
    return f"'{cell}" if _RISKY.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell


@dataclass(frozen=True)
class Sheet:
    """A file that can be read to its end. `columns` are the fields of its columns; `rows` counts what has content."""

    text: str
    delimiter: str
    columns: tuple[str, ...]
    rows: int

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that has content, with the line on which it begins."""
        rows = _rows(self.text, self.delimiter)
        next(rows)
        return rows

    def entered(self, cells: list[str]) -> dict[str, Any]:
        """What a row says, as the body that makes a lead; an empty cell says nothing.

        Raises `Invalid` for a row with too few cells, or with content beyond the last column.
        """
        if len(cells) < len(self.columns) or not _is_blank(cells[len(self.columns) :]):
            detail = f"This row has {len(cells)} cells, and the header {len(self.columns)}."
            raise Invalid(FieldError("", "columns", detail))
        given = {field: _unguarded(cell.strip(_BLANK)) for field, cell in zip(self.columns, cells, strict=False)}
        return {field: _value(field, text) for field, text in given.items() if text and field not in NOT_TAKEN}


def _is_blank(cells: Iterable[str]) -> bool:
    return not any(cell.strip(_BLANK) for cell in cells)


def _value(field: str, text: str) -> object:
    match field:
        case "tags":
            pieces = (_ESCAPED.sub(r"\1", piece).strip(_BLANK) for piece in _TAG.findall(text))
            return [piece for piece in pieces if piece]
        case "score" if _WHOLE.fullmatch(text):
            return int(text)
        case "purchase_intent" if _NUMBER.fullmatch(text):
            return float(text.replace(",", "."))
    return text


def read_sheet(body: bytes) -> Sheet:
    """Read a file to its end; raises `Invalid` unless it is CSV in UTF-8 whose columns are known."""
    text = _text(body)
    delimiter = max(_DELIMITERS, key=lambda each: _width(text, each))
    _, header = next(_rows(text, delimiter), (1, []))
    columns = _columns([cell.strip(_BLANK) for cell in header])
    rows = -1
    for line, _ in _rows(text, delimiter):
        rows += 1
        if rows > MAX_ROWS:
            detail = f"The file has more than {MAX_ROWS:,} rows, from line {line} on: send them in several files."
            raise Invalid(FieldError("", "count", detail))
    return Sheet(text, delimiter, columns, rows)


def _text(body: bytes) -> str:
    mark = len(BOM_UTF8) if body.startswith(BOM_UTF8) else 0
    try:
        text = body[mark:].decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + mark
        detail = f"The file is not in UTF-8: byte {at + 1}, on line {_line_of(body[:at])}."
        raise Invalid(FieldError("", "utf-8", detail)) from error
    if "\0" in text:
        line = _line_of(text[: text.index("\0")].encode())
        raise Invalid(FieldError("", "text", f"Line {line} holds a character that no text may have."))
    return text


def _line_of(before: bytes) -> int:
    return len(re.findall(rb"\r\n|\r|\n", before)) + 1


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            detail = f"The row that begins on line {line} is not valid CSV ({error}): is a quote missing?"
            raise Invalid(FieldError("", "csv", detail)) from error
        if not _is_blank(cells):
            yield line, cells
        line = reader.line_num + 1


def _width(text: str, delimiter: str) -> int:
    try:
        _, header = next(_rows(text, delimiter), (1, []))
    except Invalid:  # the delimiter of another file, or of none
        return 0
    return len(header)


def _columns(header: list[str]) -> tuple[str, ...]:
    while header and not header[-1]:  # spreadsheets know how far their cells reach, not where the table ends
        header.pop()
    errors: list[FieldError] = []
    columns: list[str] = []
    for given in header:
        field = _FIELD_OF.get(_plain(_unguarded(given)))
        if field is None:
            detail = f"There is no column `{given[:100]}`; there are {', '.join(HEADERS)}."
            errors.append(FieldError(pointer([given[:100]]), "unknown", detail))
        elif field in columns:
            errors.append(FieldError(f"/{field}", "twice", f"The column `{given}` is `{field}` once more."))
        else:
            columns.append(field)
    if "name" not in columns:
        errors.append(FieldError("/name", "required", "The first line must name the columns, `name` among them."))
    if errors:
        raise Invalid(*errors[:_UNKNOWN_SHOWN])
    return tuple(columns)


def _plain(header: str) -> str:
    """A header without case, accents, and what stands between its words."""
    decomposed = unicodedata.normalize("NFKD", header.casefold())
    return re.sub(r"[\s_-]+", "_", "".join(each for each in decomposed if not unicodedata.combining(each))).strip("_")
