"""Opens an installation: its key, its database brought up to date, and the application on it."""

import base64
import contextlib
import os
import secrets
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from api.database.connect import Database
from api.database.migrate import migrate, pending
from api.errors import StartupError
from api.settings import KEY_BYTES, Settings
from domain.application import Clonnect
from eventstore.factory import GATHERING, KEY, URL, Factory
from eventstore.vault import Vault, WrongKey, key_in_use

WRONG_KEY = (
    "The installation's key is not the one that this database was sealed with:"
    " give it by CLONNECT_KEY or CLONNECT_KEY_FILE, or put it back into the data directory."
)


def installation_key(settings: Settings) -> bytes:
    """The key that everything sealed depends on: the setting, else the key file, made on first use."""
    if settings.key is not None:
        return base64.b64decode(settings.key.get_secret_value())
    return key_in(key_path(settings))


def key_path(settings: Settings) -> Path:
    """Where the installation's key is kept when it is not set."""
    return settings.key_file or settings.data_dir / "key"


def key_in(path: Path) -> bytes:
    """The key that a file holds; one is made where there is no file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), open(path, "xb", opener=_private) as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        key = base64.b64decode(path.read_bytes().removeprefix(BOM_UTF8).strip(), validate=True)
    except (OSError, ValueError) as error:
        raise StartupError(f"The key file {path} cannot be used: make it readable, or set CLONNECT_KEY.") from error
    if len(key) != KEY_BYTES:
        raise StartupError(f"The key file {path} does not hold {KEY_BYTES} bytes in base64.")
    return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def open_application(url: str, key: bytes, *, writer: bool = False) -> Iterator[Clonnect]:
    """The application on a database: for commands in the calling thread, or for those of a writer.

    `key` is the installation's, which cannot be changed meanwhile. Raises `StartupError` when it is another one.
    """
    env = {
        URL: url,
        KEY: base64.b64encode(key).decode(),
        "PERSISTENCE_MODULE": "eventstore.factory:Factory",
        Clonnect.REPOSITORY_TOPIC: "eventstore.snapshots:StreamReader",
        Clonnect.BESIDE_LOG_TOPIC: "processes.beside_log:TablesBesideLog",
    }
    if writer:
        env |= {GATHERING: "y", Clonnect.REPOSITORY_TOPIC: "eventstore.unit_of_work:UnitOfWork"}
    with key_in_use(url):
        with contextlib.closing(Factory(env)) as factory:
            namespace = factory.application_recorder().installation()
        with Clonnect(env | {Clonnect.NAMESPACE: str(namespace)}) as app:
            try:
                vault_of(app).check()
            except WrongKey as wrong:
                raise StartupError(WRONG_KEY) from wrong
            yield app


def vault_of(app: Clonnect) -> Vault:
    """Where an application keeps the keys of its people."""
    return cast(Factory, app.factory).vault


def bring_up_to_date(database: Database) -> None:
    """Migrate the embedded database; a server of one's own is migrated when its owner says so."""
    if database.embedded:
        migrate(database.url)
    elif missing := pending(database.url):
        raise StartupError(f"The database lacks {', '.join(missing)}: run `clonnect migrate` first.")


def check_key(settings: Settings, url: str) -> None:
    """Raise `StartupError` when the database was sealed with another key, before anything is started."""
    with open_application(url, installation_key(settings)):
        pass
