"""A server of its own for what is measured or tortured at length."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.database.embedded import embedded_server
from api.database.migrate import migrate


@contextmanager
def durable_server() -> Iterator[tuple[str, Path]]:
    """An embedded server with the settings of a real one, and a folder beside it, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="clonnect-server-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with embedded_server(folder / "postgres") as url:
            migrate(url)
            yield url, folder
