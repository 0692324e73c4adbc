"""The installation's key can be changed: the new one opens everything, the old one nothing."""

import base64
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from fastapi import Request, Response
from psycopg.rows import DictRow
from pydantic import SecretStr

from api.admin import rotate_master
from api.bootstrap import Runtime, run
from api.errors import StartupError
from api.installation import installation_key, open_application
from api.key_rotation import SEALED, rotate
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.follower import Follower
from eventstore.sealing import Sealer
from processes.channels.base import ChannelName
from tests.runtime import CREATOR, MONDAY, Start, deliver, events, say, sign_up

NEW = bytes(range(32, 64))
PHONE = "ig_7712039485711"
Conn = psycopg.Connection[DictRow]


@dataclass
class Sealed:
    """An installation in which something of each kind is sealed; nothing runs."""

    start: Start
    conn: Conn
    settings: Settings

    @property
    def key(self) -> bytes:
        return installation_key(self.settings)

    def values(self) -> list[bytes]:
        """Everything that the installation's key seals."""
        found: list[bytes] = []
        for schema, table, column, _ in SEALED:
            query = f"SELECT {column} AS value FROM {schema}.{table} ORDER BY ctid"
            found += [bytes(row["value"]) for row in self.conn.execute(query.encode())]
        return found

    def uses(self, key: bytes) -> None:
        (self.settings.data_dir / "key").write_bytes(base64.b64encode(key))

    async def reads(self) -> list[str]:
        """What a program that starts now finds: messages, tokens, and what a delivery that was left becomes."""
        self.conn.execute("UPDATE app.deliveries SET state = 'stored'")
        async with self.start() as runtime:
            assert await runtime.settle(runtime.clock())
            connected = await runtime.connections.all(ChannelName.TELEGRAM)
            await runtime.deliveries.sweep()
            assert "idempotency-replayed" in (await once(runtime)).headers
            texts = {each.text for each in events(runtime, Follower.MessageReceived)}
            return [*sorted(texts), *(each.account.token for each in connected)]


async def once(runtime: Runtime) -> Response:
    """A request with an idempotency key, which says when it was carried out."""
    path = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "state": {"runtime": runtime}}
    request = Request(path | {"headers": [(b"host", b"test"), (b"idempotency-key", b"1")]})

    async def handle(request: Request) -> Response:
        done = await request.state.once.do(runtime, Clonnect.resume_bot, lambda _: None)
        return Response(str(done.head))

    with context.acting("person:1"):
        return await runtime.idempotency.answer(request, CREATOR, "person:1", b"", handle)


@pytest.fixture
async def sealed(database_url: str, conn: Conn, settings: Settings) -> Sealed:
    conn.execute(f"UPDATE app.clock SET is_demo = true, ahead = {MONDAY} - now()".encode())
    with open_application(database_url, installation_key(settings)) as app:
        sign_up(app, settings)

    def start(work: bool = True) -> AbstractAsyncContextManager[Runtime]:
        return run(settings, database_url, work=work)

    async with start() as runtime:
        await say(runtime, PHONE, "hola, me parece caro", "1", "Marta")
        await deliver(runtime, {"follower_id": "tg_1", "text": "hola", "message_id": "2"})
        await once(runtime)
        assert await runtime.settle(runtime.clock())
    return Sealed(start, conn, settings)


FOUND = ["hola", "hola, me parece caro", "token"]


async def test_the_new_key_opens_everything_and_the_old_one_nothing(sealed: Sealed) -> None:
    old, before = sealed.key, sealed.values()
    assert rotate(sealed.conn, old, NEW) == len(before) > 10
    assert not set(before) & set(sealed.values())
    for schema, table, column, about in SEALED:
        query = f"SELECT {column} AS value, {about} AS about FROM {schema}.{table}"
        for row in sealed.conn.execute(query.encode()):
            Sealer(NEW).open(bytes(row["value"]), row["about"])
            with pytest.raises(InvalidTag):
                Sealer(old).open(bytes(row["value"]), row["about"])
    sealed.uses(NEW)
    assert await sealed.reads() == FOUND


async def test_a_program_with_the_old_key_does_not_start(sealed: Sealed) -> None:
    rotate(sealed.conn, sealed.key, NEW)
    with pytest.raises(StartupError, match="not the one that this database was sealed with"):
        async with sealed.start():
            raise AssertionError


async def test_a_destroyed_key_stays_destroyed(sealed: Sealed) -> None:
    sealed.conn.execute("UPDATE vault.data_keys SET wrapped = NULL, destroyed_at = now()")
    rotate(sealed.conn, sealed.key, NEW)
    sealed.uses(NEW)
    assert await sealed.reads() == ["", "token"]


async def test_the_key_is_not_changed_while_a_program_holds_it(sealed: Sealed) -> None:
    before = sealed.values()
    async with sealed.start(work=False):
        with pytest.raises(StartupError, match="stop it everywhere first"):
            rotate(sealed.conn, sealed.key, NEW)
    assert sealed.values() == before
    assert rotate(sealed.conn, sealed.key, NEW) == len(before)


async def test_if_one_thing_does_not_open_nothing_is_changed(sealed: Sealed) -> None:
    sealed.conn.execute("UPDATE app.channels SET secret_sealed = token_sealed || 'x' WHERE channel = 'whatsapp'")
    before = sealed.values()
    with pytest.raises(StartupError, match=r"app\.channels does not open"):
        rotate(sealed.conn, sealed.key, NEW)
    assert sealed.values() == before


async def test_a_key_that_opens_nothing_changes_nothing(sealed: Sealed) -> None:
    before = sealed.values()
    with pytest.raises(StartupError, match="Neither"):
        rotate(sealed.conn, os.urandom(32), NEW)
    assert sealed.values() == before


def test_every_sealed_column_is_known(conn: Conn) -> None:
    rows = conn.execute(
        """SELECT table_schema, table_name, column_name FROM information_schema.columns
            WHERE table_schema IN ('app', 'vault', 'read') AND data_type = 'bytea'
              AND (column_name LIKE '%%sealed' OR column_name LIKE '%%wrapped%%')"""
    ).fetchall()
    assert {tuple(row.values()) for row in rows} == {column[:3] for column in SEALED}


@pytest.fixture
def rotated(sealed: Sealed, database_url: str) -> Callable[..., str]:
    """`clonnect keys rotate-master` on this installation."""

    def call(new_key_file: Path, **more: object) -> str:
        here = sealed.settings.model_copy(update={"database_url": SecretStr(database_url), **more})
        return rotate_master(here, new_key_file)

    return call


async def test_the_key_file_holds_the_new_key_afterwards(
    sealed: Sealed, rotated: Callable[..., str], tmp_path: Path
) -> None:
    old, file = sealed.key, tmp_path / "new"
    assert str(sealed.settings.data_dir / "key") in rotated(file)
    assert base64.b64decode(file.read_bytes()) == sealed.key != old
    assert (sealed.settings.data_dir / "key").stat().st_mode & 0o777 == 0o600
    assert await sealed.reads() == FOUND


async def test_a_rotation_that_was_cut_short_is_finished_by_the_same_call(
    sealed: Sealed, rotated: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / "new"
    file.write_bytes(base64.b64encode(NEW))
    rotate(sealed.conn, sealed.key, NEW)
    after = sealed.values()
    rotated(file)
    assert sealed.values() == after
    assert sealed.key == NEW
    rotated(file)
    assert sealed.values() == after


async def test_a_key_that_is_a_setting_is_changed_by_its_owner(
    sealed: Sealed, rotated: Callable[..., str], tmp_path: Path
) -> None:
    old = sealed.key
    said = rotated(tmp_path / "new", key=SecretStr(base64.b64encode(old).decode()))
    assert "set CLONNECT_KEY" in said
    assert sealed.key == old
    sealed.uses(base64.b64decode((tmp_path / "new").read_bytes()))
    assert await sealed.reads() == FOUND


async def test_the_present_key_is_no_new_one(sealed: Sealed, rotated: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="present key's file"):
        rotated(sealed.settings.data_dir / "key")
    same = tmp_path / "same"
    same.write_bytes(base64.b64encode(sealed.key))
    with pytest.raises(StartupError, match="holds the present key"):
        rotated(same, key=SecretStr(base64.b64encode(sealed.key).decode()))
