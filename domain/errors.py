"""Every refusal of the business, on one page, and what is no refusal because it passes.

DomainError
├── NotFound            unknown, or another creator's
├── Invalid             the input breaks a rule; names each field
├── Conflict            the state refuses it
│   ├── AlreadyTaken
│   ├── DuplicateLead
│   ├── OutdatedDraft
│   ├── SettledDraft
│   └── VersionMismatch
└── NotDue              a send that may not go out now

Transient
└── LostRace            another writer was faster; the command may be run again
"""

from dataclasses import dataclass
from uuid import UUID


class DomainError(Exception):
    """A refusal that a person can read; nothing was changed. The same again is refused again."""


class Transient(Exception):
    """Nobody's fault and over in a moment: nothing was changed, and the same may be tried again."""


@dataclass(frozen=True)
class FieldError:
    """One broken rule: `field` is a JSON pointer (`/steps/0/delay_hours`) or `query:limit`, `path:…`, `header:…`."""

    field: str
    code: str
    detail: str


class NotFound(DomainError):
    """There is no such thing for this creator; another creator's thing is not told apart from none."""


class Invalid(DomainError):
    """The input breaks at least one rule."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{error.field}: {error.detail}" for error in errors))
        self.errors = errors


class Conflict(DomainError):
    """The present state refuses the command."""


class LostRace(Transient):
    """Another writer has appended to a stream since it was loaded."""


class AlreadyTaken(Conflict):
    """What there may be only once (an account, an address, a key) is there already, by another command."""


class DuplicateLead(Conflict):
    """This person already is a lead of this creator."""

    def __init__(self, existing_id: UUID) -> None:
        super().__init__("This person already is a lead.")
        self.existing_id = existing_id


class OutdatedDraft(Conflict):
    """The person has written since the words that a draft answers."""


class SettledDraft(Conflict):
    """Somebody has decided about the draft already."""


class VersionMismatch(Conflict):
    """The caller decided on another version than the present one."""

    def __init__(self, current_version: int) -> None:
        super().__init__(f"The present version is {current_version}.")
        self.current_version = current_version


class NotDue(DomainError):
    """The send is not pending any more, or somebody else has it."""
