"""CSV files of leads as spreadsheets write them: encoding, separator, columns, and what the cells say."""

import csv
import io
import re
import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.http.validation_errors import pointer
from api.leads.csv_format import unguarded
from domain.errors import FieldError, Invalid
from domain.person.phones import DAMAGED

MAX_ROWS: Final = 100_000
COLUMNS_SHOWN: Final = 100

NOT_TAKEN: Final = frozenset({"id", "source", "created_at", "last_contact_at"})
"""What an export tells and nobody may write: an import passes over it."""

HEADERS: Final = {
    "name": "name full_name nombre nombre_completo nome nome_completo",
    "first_name": "first_name firstname given_name nombre_de_pila primer_nombre primeiro_nome",
    "last_name": "last_name lastname surname family_name apellido apellidos sobrenome sobrenomes apelido apelidos",
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

STAGES: Final = {
    "new": "cold new frio fria nuevo nueva novo nova",
    "active": "warm active tibio tibia templado templada activo activa morno morna ativo ativa",
    "hot": "hot caliente quente",
    "customer": "customer client cliente",
}
"""The stages, each with the words that it is known by in the three languages, without accents."""

_FIELD_OF: Final = {header: field for field, headers in HEADERS.items() for header in headers.split()}
_STAGE_OF: Final = {word: stage for stage, words in STAGES.items() for word in words.split()}
_NAMED_BY: Final = ("name", "first_name", "last_name")
_SEPARATORS: Final = ",;\t"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""How Excel has a file say its separator; it counts as a line, and is none of CSV's."""
_MARKS: Final = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
_BLANK: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What bodies are trimmed of: Unicode's white space, which is less than Python's."""
_UNKNOWN_SHOWN: Final = 20
_WHOLE: Final = re.compile(r"(-?\d{1,9})(?:[.,]0+)?", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,9}([.,]\d{1,20})?", re.ASCII)
_DIGITS: Final = re.compile(r"\+?\d+", re.ASCII)
_REWRITTEN: Final = re.compile(rf"[+-]?\d[\d.,'’{_BLANK}]*(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_REWRITTEN_PHONE: Final = re.compile(r"\+?(?:\d{5,}[.,]0+|\d+(?:[.,]\d+)?e[+-]?\d+)", re.ASCII | re.IGNORECASE)
_EXACT_DIGITS: Final = 15
"""Of a number; a spreadsheet writes zeros for what comes behind."""
_TAG: Final = re.compile(r"(?:\\[\\;,]|[^;,])+")
_ESCAPED: Final = re.compile(r"\\([\\;,])")


@dataclass(frozen=True)
class Sheet:
    """A file that can be read to its end.

    `columns` are the fields of its columns, empty for one that is passed over; `passed_over` are the headers of those,
    the first 100. `line` is that of the header, `rows` counts what has content.
    """

    text: str
    encoding: str
    separator: str
    line: int
    columns: tuple[str, ...]
    passed_over: tuple[str, ...]
    rows: int

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that has content, with the line on which it begins."""
        rows = _rows(self.text, self.separator, self.line)
        next(rows)
        return rows

    def entered(self, cells: list[str]) -> dict[str, Any]:
        """What a row says, as the body that makes a lead; an empty or missing cell says nothing.

        Raises `Invalid` for a row with content beyond the last column, and for a number that is somebody's id and that
        a spreadsheet may have rewritten.
        """
        if not _is_blank(cells[len(self.columns) :]):
            detail = f"This row has {len(cells)} cells, and the header {len(self.columns)}."
            raise Invalid(FieldError("", "columns", detail))
        given = {field: unguarded(cell.strip(_BLANK)) for field, cell in zip(self.columns, cells, strict=False)}
        told = {field: text for field, text in _named(given).items() if text and field and field not in NOT_TAKEN}
        for field in ("platform_user_id", "phone"):
            _check_exact(field, told.get(field, ""))
        return {field: _value(field, text) for field, text in told.items()}


def _is_blank(cells: Iterable[str]) -> bool:
    return not any(cell.strip(_BLANK) for cell in cells)


def _named(given: Mapping[str, str]) -> dict[str, str]:
    """The row with its names joined; where a file says the whole name beside its parts, the whole is right."""
    rest = {field: text for field, text in given.items() if field not in _NAMED_BY}
    whole, first, last = (given.get(field, "") for field in _NAMED_BY)
    if whole and (first or _plain(whole).endswith(_plain(last))):
        return rest | {"name": whole}
    return rest | {"name": " ".join(part for part in (whole or first, last) if part)}


def _check_exact(field: str, text: str) -> None:
    if field == "phone":
        is_damaged = _REWRITTEN_PHONE.fullmatch(text) is not None
    elif _DIGITS.fullmatch(text):
        is_damaged = len(text) > _EXACT_DIGITS and not text[_EXACT_DIGITS:].strip("0")
    else:
        is_damaged = _REWRITTEN.fullmatch(text) is not None
    if is_damaged:
        raise Invalid(FieldError(f"/{field}", "damaged", DAMAGED))


def _value(field: str, text: str) -> object:
    match field:
        case "tags":
            pieces = (_ESCAPED.sub(r"\1", piece).strip(_BLANK) for piece in _TAG.findall(text))
            return [piece for piece in pieces if piece]
        case "status":
            return _STAGE_OF.get(_plain(text), text)
        case "platform":
            return text.casefold()
        case "score" if whole := _WHOLE.fullmatch(_without_blanks(text)):
            return int(whole[1])
        case "purchase_intent" if number := _NUMBER.fullmatch(_without_blanks(text)):
            return float(number[0].replace(",", "."))
    return text


def _without_blanks(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, _BLANK)))


def read_sheet(body: bytes, *, strict: bool = False) -> Sheet:
    """Read a file to its end; raises `Invalid` unless it is CSV that names people in one of its columns.

    `strict` refuses columns that are not known, or say the same as another; else they are passed over.
    """
    encoding, text = _text(body)
    line = 1
    if told := _SEPARATOR_LINE.match(text):
        text, line, separator = text[told.end() :], 2, told[1]
    else:
        separator = max(_SEPARATORS, key=lambda each: _width(text, each))
    _, header = next(_rows(text, separator, line), (1, []))
    columns, passed_over = _columns([cell.strip(_BLANK) for cell in header], strict=strict)
    rows = -1
    for at, _ in _rows(text, separator, line):
        rows += 1
        if rows > MAX_ROWS:
            detail = f"The file has more than {MAX_ROWS:,} rows, from line {at} on: send them in several files."
            raise Invalid(FieldError("", "count", detail))
    return Sheet(text, encoding, separator, line, columns, passed_over, rows)


def _text(body: bytes) -> tuple[str, str]:
    """The file as text, and the encoding: as its byte-order mark says, else UTF-8 if it is valid, else Windows-1252."""
    mark = next((each for each in _MARKS if body.startswith(each)), b"")
    encoding = _MARKS.get(mark, "utf-8")
    try:
        text = body[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        if mark:
            raise _unreadable(body, error, mark, encoding) from error
        encoding = "windows-1252"
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError as second:
            raise _unreadable(body, second, mark, encoding) from second
    if "\0" in text:
        line = len(_LINE_END.findall(text[: text.index("\0")])) + 1
        raise Invalid(FieldError("", "text", f"Line {line} holds a character that no text may have."))
    return encoding, text


def _unreadable(body: bytes, error: UnicodeDecodeError, mark: bytes, encoding: str) -> Invalid:
    before = body[len(mark) : len(mark) + error.start].decode(encoding, "replace")
    line = len(_LINE_END.findall(before)) + 1
    detail = f"The file is not in {encoding}: byte {len(mark) + error.start + 1}, on line {line}."
    return Invalid(FieldError("", "encoding", detail))


_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def _rows(text: str, separator: str, line: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = line
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
        line = before + reader.line_num


def _width(text: str, separator: str) -> int:
    try:
        _, header = next(_rows(text, separator, 1), (1, []))
    except Invalid:  # the separator of another file, or of none
        return 0
    return len(header)


def _columns(header: list[str], *, strict: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The field of each column, and the headers of those that have none."""
    while header and not header[-1]:  # spreadsheets know how far their cells reach, not where the table ends
        header.pop()
    errors: list[FieldError] = []
    columns: list[str] = []
    passed_over: list[str] = []
    for given in header:
        field = _FIELD_OF.get(_plain(unguarded(given)), "")
        if field == "":
            detail = f"There is no column `{given[:100]}`; there are {', '.join(HEADERS)}."
            errors.append(FieldError(pointer([given[:100]]), "unknown", detail))
        elif field in columns:
            errors.append(FieldError(f"/{field}", "twice", f"The column `{given[:100]}` is `{field}` once more."))
            field = ""
        columns.append(field)
        if field == "":
            passed_over.append(given[:100])
    nameless = FieldError("/name", "required", "The first line must name the columns, `name` among them.")
    refused = [nameless] if not set(_NAMED_BY) & set(columns) else []
    if refused or (strict and errors):
        raise Invalid(*[*errors, *refused][:_UNKNOWN_SHOWN])
    return tuple(columns), tuple(passed_over[:COLUMNS_SHOWN])


def _plain(word: str) -> str:
    """A header or a word without case, accents, and what stands between its words."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return re.sub(r"[\s_-]+", "_", "".join(each for each in decomposed if not unicodedata.combining(each))).strip("_")
