"""Databases as an earlier release left them."""

import shutil
from pathlib import Path

from api.database.migrate import MIGRATIONS


def migrations_before(name: str, folder: Path) -> Path:
    """A folder with the migrations before this one, so that what it does to a database in use can be seen."""
    assert (MIGRATIONS / f"{name}.sql").exists()
    for path in MIGRATIONS.glob("*.sql"):
        if path.stem < name:
            shutil.copy(path, folder)
    return folder
