"""How it shows that the database cannot be reached, or does not keep up."""

from typing import Final

import psycopg
from eventsourcing.persistence import PersistenceError

from eventstore.writer import Busy

AWAY: Final = (psycopg.Error, PersistenceError, Busy)
"""Nobody's fault, and over some time: whoever meets one of these tries again later."""
