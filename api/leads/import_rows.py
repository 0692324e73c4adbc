"""Rows of an import: each becomes a lead as it would be entered by hand, or the reasons why it is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID, uuid5

from pydantic import ValidationError

from api.http.fields import STATUSES
from api.http.validation_errors import field_error
from api.leads.routes import CaptureLead
from api.leads.spreadsheet import Sheet
from domain.commands.imports import Person, Row
from domain.errors import FieldError, Invalid
from domain.person.identity import require_id
from domain.vocabulary import Platform
from projections.people.search_terms import folded

Refused = list[tuple[int, FieldError]]

_PEOPLE: Final = UUID("3a1f6c58-8f0d-4a43-9d3e-5b1c2e7d9f10")


@dataclass(frozen=True)
class LeadFile:
    """A file whose rows are judged one by one. `digest` tells it from every other file.

    `country` (ISO 3166) is where its telephone numbers belong; `is_demo` lets it name people of the simulator.
    """

    sheet: Sheet
    digest: str
    country: str | None
    is_demo: bool

    def judged(self, line: int, cells: list[str]) -> Row | Refused:
        """A row by the rules of a lead that is entered by hand."""
        try:
            entered = CaptureLead.model_validate(self.sheet.entered(cells))
            new = entered.person(self.country, is_demo=self.is_demo)
        except ValidationError as error:
            broken = [field_error({**each, "loc": ("body", *each["loc"])}) for each in error.errors()]
            return [(line, each) for each in _one_of_each(broken)]
        except Invalid as error:
            return [(line, each) for each in error.errors]
        if entered.platform_user_id is None:
            # The same file again means the same people, so that an import that broke off can be finished.
            new = replace(new, platform_user_id=f"manual_{uuid5(_PEOPLE, f'{self.digest}/{line}').hex}")
        return Row(line, new, STATUSES[entered.status] if entered.status else None)

    def people(self) -> "PeopleOfFile":
        """Who has a row under an id of their own, and who more than one."""
        found = PeopleOfFile()
        for line, cells in self.sheet:
            if told := self._named(cells):
                found.add(line, *told)
        return found

    def _named(self, cells: list[str]) -> tuple[Person, str] | None:
        try:
            entered = self.sheet.entered(cells)
            if "platform_user_id" not in entered:
                return None
            platform = Platform(entered["platform"]) if "platform" in entered else None
            person = require_id(entered["platform_user_id"], platform, country=self.country)
        except (Invalid, ValueError):  # the row is refused when it is judged
            return None
        return person, folded(entered.get("name"))


@dataclass
class PeopleOfFile:
    """On which line each person comes first, who comes again, and which ids are given to different names."""

    first: dict[Person, int] = field(default_factory=dict)
    recurring: set[Person] = field(default_factory=set)
    ambiguous: dict[Person, int] = field(default_factory=dict)
    _names: dict[Person, str] = field(default_factory=dict)

    def add(self, line: int, person: Person, name: str) -> None:
        """Note a row; a row without a name goes with any."""
        if person in self.first:
            self.recurring.add(person)
        else:
            self.first[person] = line
        known = self._names.setdefault(person, name) or name
        if name and known != name:
            self.ambiguous.setdefault(person, line)
        self._names[person] = known

    def check(self, row: Row) -> Row | Refused:
        """Refuse the rows that give one id to several people: nobody can know whose it is."""
        other = self.ambiguous.get(row.person)
        if other is None:
            return row
        lines = f"{self.first[row.person]} and {other}"
        detail = f"Lines {lines} give this id to different names: which is right? A spreadsheet may have changed it."
        return [(row.line, FieldError("/platform_user_id", "ambiguous", detail))]

    def earlier(self, row: Row) -> int | None:
        """The line on which the row's person came before, if they did."""
        first = self.first.get(row.person, row.line)
        return first if first < row.line else None


def column(field: str) -> str:
    """The column that a reason is about; empty: the row as a whole."""
    return field.removeprefix("/").partition("/")[0]


def _one_of_each(errors: Sequence[FieldError]) -> list[FieldError]:
    return list({column(each.field): each for each in reversed(errors)}.values())[::-1]
