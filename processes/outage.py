"""How it shows that the database cannot be reached, does not keep up, or serves others first."""

from typing import Final

import psycopg
from eventsourcing.persistence import PersistenceError

from domain.errors import LostRace
from eventstore.writer import Busy

AWAY: Final = (psycopg.Error, PersistenceError, Busy, LostRace)
"""Nobody's fault, and over some time: whoever meets one of these tries again later."""
