"""Choice of the database: the PostgreSQL that the settings name, else the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from api.errors import DatabaseUnavailable
from api.settings import Settings
from eventstore.session_limits import MAINTENANCE, session


@dataclass(frozen=True)
class Database:
    """A PostgreSQL database that answered; the URL may hold a password."""

    url: str = field(repr=False)
    embedded: bool


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database for as long as it is needed. Raises `DatabaseUnavailable`."""
    if settings.database_url:
        url = settings.database_url.get_secret_value()
        _reach(url)
        yield Database(url, embedded=False)
        return
    from api.database.embedded import embedded_server  # not on systems without file locks, which need DATABASE_URL

    with embedded_server(settings.data_dir / "postgres") as url:
        yield Database(url, embedded=True)


def _reach(url: str) -> None:
    try:
        psycopg.connect(url, **session(MAINTENANCE, url)).close()
    except psycopg.Error as error:
        raise DatabaseUnavailable(unreachable(error)) from error


def unreachable(error: psycopg.Error) -> str:
    """The sentence for a server that does not answer; libpq names the host, never the password."""
    said = " ".join(str(error).split()) or type(error).__name__
    return f"The database cannot be reached: start it or mend DATABASE_URL ({said})."
