"""The library's own recorder on the same server, in a schema of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore


def library_datastore(url: str, pool_size: int, *, db_functions: bool) -> PostgresDatastore:
    """The library's datastore for a connection string of ours."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    return PostgresDatastore(
        dbname=parts.path.removeprefix("/"),
        host=asked["host"][0] if "host" in asked else parts.hostname or "",
        port=asked.get("port", [str(parts.port or 5432)])[0],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        pool_size=pool_size,
        connect_timeout=30,
        enable_db_functions=db_functions,
    )


@contextmanager
def library_recorder(url: str, pool_size: int, *, db_functions: bool = True) -> Iterator[PostgresApplicationRecorder]:
    """A recorder as `POSTGRES_ENABLE_DB_FUNCTIONS` makes it, its tables made."""
    with library_datastore(url, pool_size, db_functions=db_functions) as datastore:
        recorder = PostgresApplicationRecorder(datastore)
        recorder.create_table()
        yield recorder
