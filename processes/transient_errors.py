"""Transient errors, wherever they come from: the one list that tells them from a refusal and from a defect."""

from typing import Final

import psycopg
from eventsourcing import persistence

from domain.errors import Transient
from eventstore.writer import Busy

TRANSIENT_ERRORS: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    persistence.OperationalError,
    persistence.InterfaceError,
    persistence.InternalError,
    Busy,
    Transient,
)
"""The database cannot be reached, does not keep up or stumbles, or others were served first: try again later.

What the database says of a statement or a value (`DataError`, `IntegrityError`, `ProgrammingError`) is not among
them: it says the same the next time (PEP 249, "Exceptions").
"""
