"""`clonnect channels`, `erase` and `keys rotate-master`: commands on an installation, served or not."""

import asyncio
import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.rows import DictRow, dict_row

from api.cli.key_rotation import rotate
from api.database.connect import open_database
from api.database.installation import bring_up_to_date, check_key, installation_key, key_in, key_path, open_application
from api.errors import StartupError
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.vocabulary import Platform
from eventstore.session_limits import MAINTENANCE, session
from processes.channels.base import ChannelError
from processes.erasure import ErasureCounts, NotShownYet


@contextmanager
def installation(settings: Settings) -> Iterator[tuple[Clonnect, psycopg.Connection[DictRow]]]:
    """The application and a connection, for commands that the system gives."""
    with open_database(settings) as database:
        bring_up_to_date(database)
        with (
            open_application(database.url, installation_key(settings)) as app,
            psycopg.connect(
                database.url, autocommit=True, row_factory=dict_row, **session(MAINTENANCE, database.url)
            ) as conn,
            context.acting("system", at=datetime.now(UTC)),
        ):
            yield app, conn


def connect_channel(settings: Settings, creator: str, channel: str, token: str) -> str:
    """Let a bot speak for a creator; answers sentences that say how its messages come in."""
    with open_database(settings) as database:
        bring_up_to_date(database)
        check_key(settings, database.url)
        return asyncio.run(_connect(settings, database.url, creator, Platform(channel), token))


async def _connect(settings: Settings, url: str, creator: str, channel: Platform, token: str) -> str:
    from api.bootstrap import run  # what needs no running program is not to wait for all of its parts

    async with run(settings, url, work=False) as runtime:
        if runtime.is_demo:
            raise StartupError(DEMO)
        runtime.app.creator(creator)
        try:
            with context.acting("system"):
                async with runtime.bots.connecting(creator, token) as bot:
                    await runtime.writer.do(
                        Clonnect.connect_channel, creator, channel, bot.account_id, in_transaction=bot.stored
                    )
        except ChannelError as error:
            raise StartupError(
                f"Telegram does not answer as it should ({error.error_class}); nothing was changed: try again."
            ) from error
        trouble = None if bot.replaces is None else await runtime.bots.let_go(bot.replaces)
        way = {"webhook": f"by a webhook at {settings.public_url}", "polling": "by long polling", None: "by no way"}
        said = f"@{bot.name} speaks for {creator}; its messages come in {way[runtime.bots.way_in]}."
        return said if trouble is None else f"{said} {trouble}"


def rotate_master(settings: Settings, new_key_file: Path) -> str:
    """Replace the installation's key by that of a file, made if need be; answers a sentence that says where it is.

    After a crash the same call goes on where it stopped.
    """
    old, new = installation_key(settings), key_in(new_key_file)
    path = key_path(settings)
    if settings.key is None and path.exists() and new_key_file.samefile(path):
        raise StartupError(f"{new_key_file} is the present key's file: name another one for the new key.")
    if old == new and settings.key is not None:
        raise StartupError(f"{new_key_file} holds the present key: name a file with another one, or none yet.")
    with open_database(settings) as database:
        bring_up_to_date(database)
        with psycopg.connect(
            database.url, autocommit=True, row_factory=dict_row, **session(MAINTENANCE, database.url)
        ) as conn:
            rotate(conn, old, new)
    if settings.key is not None:
        return f"Everything is sealed with the key in {new_key_file}: set CLONNECT_KEY to it, or CLONNECT_KEY_FILE."
    _replace(path, base64.b64encode(new))
    return f"Everything is sealed with the new key, which is in {path} now; keep {new_key_file} apart from backups."


def _replace(path: Path, content: bytes) -> None:
    """Put another file in the place of one, whole or not at all."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def erase(settings: Settings, creator: str, person: str) -> str:
    """Erase a person, by their id on a platform or their lead's id; answers a sentence that says what is gone."""
    with open_database(settings) as database:
        bring_up_to_date(database)
        check_key(settings, database.url)
        done = asyncio.run(_erase(settings, database.url, creator, person))
    if not done:
        return "This person was erased before."
    return (
        f"The person is erased: {sum(each.events for each in done)} events cannot be read any more;"
        f" {sum(each.deliveries for each in done)} deliveries and"
        f" {sum(each.received for each in done)} message keys are deleted."
    )


async def _erase(settings: Settings, url: str, creator: str, person: str) -> list[ErasureCounts]:
    from api.bootstrap import run

    async with run(settings, url, work=False) as runtime:
        with context.acting("system"):
            try:
                return await runtime.erasure.erase(creator, person)
            except NotShownYet as late:
                raise StartupError(f"{late} Nothing is lost: give the command again, or leave it to `work`.") from late


DEMO = "This database belongs to a demo, whose clock can be moved: use another one."


def refuse_demo(conn: psycopg.Connection[DictRow]) -> None:
    """Raise `StartupError` where time is not what it is elsewhere."""
    row = conn.execute("SELECT is_demo FROM app.clock").fetchone()
    if row is not None and row["is_demo"]:
        raise StartupError(DEMO)
