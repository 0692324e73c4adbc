"""The installation's key can be changed: the new one opens everything, the old one nothing."""

import base64
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import cast
from uuid import uuid4

import httpx
import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from fastapi import FastAPI, Request, Response
from psycopg.rows import DictRow, dict_row
from pydantic import SecretStr

from api.bootstrap import run
from api.cli.installation import rotate_master
from api.cli.key_rotation import SEALED, rotate
from api.database.installation import installation_key, open_application
from api.errors import StartupError
from api.http import error_handlers
from api.http.idempotency import Idempotency
from api.runtime import Runtime
from api.settings import Settings
from api.simulator.time_travel import settle
from domain import context
from domain.application import Clonnect
from domain.follower.follower import Follower
from eventstore.sealing import Sealer
from eventstore.vault import WrongKey, wrapping
from processes.channels.base import ChannelName
from tests.harness.installation import Installation
from tests.harness.processes import LISTENS, WORKS
from tests.harness.runtime import MONDAY, Start, deliver, events, say
from tests.harness.waiting import PATIENCE, wait_until
from tests.world import CREATOR, sign_up

NEW = bytes(range(32, 64))
"""Seconds that a program may take on a machine that has other things to do."""
PHONE = "ig_7712039485711"
Answering = Callable[[Request, Exception], Awaitable[Response]]
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
            assert await settle(runtime)
            connected = await runtime.connections.all(ChannelName.TELEGRAM)
            await runtime.deliveries.sweep()
            assert "idempotency-replayed" in (await once(runtime)).headers
            texts = {each.text for each in events(runtime, Follower.MessageReceived)}
            return [*sorted(texts), *(each.account.token for each in connected)]


async def once(runtime: Runtime, key: str = "1") -> Response:
    """A request with an idempotency key, which says when it was carried out."""
    path = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "state": {"runtime": runtime}}
    request = Request(path | {"headers": [(b"host", b"test"), (b"idempotency-key", key.encode())]})

    async def handle(request: Request) -> Response:
        done = await request.state.once.do(Clonnect.resume_bot, lambda _: None)
        return Response(str(done.head))

    sealer = Sealer(installation_key(runtime.settings))
    idempotency = Idempotency(runtime.pool, sealer, runtime.writer, runtime.app, runtime.log, runtime.progress)
    with context.acting("person:1"):
        return await idempotency.answer(request, CREATOR, "person:1", b"", handle)


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
        assert await settle(runtime)
    return Sealed(start, conn, settings)


FOUND = ["hola", "hola, me parece caro", "token"]


async def test_the_new_key_opens_everything_and_the_old_one_nothing(sealed: Sealed) -> None:
    old, before = sealed.key, sealed.values()
    assert rotate(sealed.conn, old, NEW) == len(before) > 10
    assert not set(before) & set(sealed.values())
    opened_by(sealed.conn, NEW)
    for schema, table, column, about in SEALED:
        query = f"SELECT {column} AS value, {about} AS about FROM {schema}.{table} WHERE {column} IS NOT NULL"
        for row in sealed.conn.execute(query.encode()):
            with pytest.raises(InvalidTag):
                Sealer(old).open(bytes(row["value"]), row["about"])
    sealed.uses(NEW)
    assert await sealed.reads() == FOUND


async def test_a_program_with_the_old_key_does_not_start(sealed: Sealed) -> None:
    rotate(sealed.conn, sealed.key, NEW)
    with pytest.raises(StartupError, match="not the one that this database was sealed with"):
        async with sealed.start():
            raise AssertionError


CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def opened_by(conn: Conn, key: bytes) -> None:
    """Everything that is sealed opens with this key."""
    for schema, table, column, about in SEALED:
        query = f"SELECT {column} AS value, {about} AS about FROM {schema}.{table} WHERE {column} IS NOT NULL"
        for row in conn.execute(query.encode()):
            Sealer(key).open(bytes(row["value"]), row["about"])


async def test_a_program_that_lost_sight_of_a_change_stores_nothing_under_the_old_key(sealed: Sealed) -> None:
    async with sealed.start(work=False) as runtime:
        sealed.conn.execute(f"{CUT} AND query LIKE '%%pg_advisory_lock_shared%%'".encode())
        rotate(sealed.conn, sealed.key, NEW)
        before = sealed.values(), sealed.conn.execute("SELECT position FROM log.head").fetchall()
        with pytest.raises(psycopg.OperationalError, match="was changed"):
            await say(runtime, PHONE, "¿hola?", "3")
        with pytest.raises(psycopg.OperationalError, match="was changed"):
            await deliver(runtime, {"follower_id": PHONE, "text": "👍", "kind": "reaction", "refers_to": "1"})
        with pytest.raises(WrongKey):
            await once(runtime, "2")
        with pytest.raises(WrongKey), context.acting("person:1"):
            await runtime.erasure.erase(CREATOR, PHONE)
        after = sealed.values(), sealed.conn.execute("SELECT position FROM log.head").fetchall()
        assert after == before
    opened_by(sealed.conn, NEW)


async def test_what_does_not_open_is_a_defect_or_says_that_the_key_was_changed(sealed: Sealed) -> None:
    app = FastAPI()
    error_handlers.install(app)
    async with sealed.start(work=False) as runtime:
        state = {"runtime": runtime, "request_id": "1"}
        request = Request({"type": "http", "method": "POST", "path": "/", "headers": [], "state": state})
        for error in (InvalidTag(), WrongKey()):
            with pytest.raises(type(error)):
                await cast(Answering, app.exception_handlers[type(error)])(request, error)
        sealed.conn.execute(f"{CUT} AND query LIKE '%%pg_advisory_lock_shared%%'".encode())
        rotate(sealed.conn, sealed.key, NEW)
        for error in (InvalidTag(), WrongKey()):
            answer = await cast(Answering, app.exception_handlers[type(error)])(request, error)
            assert answer.status_code == 503
        assert runtime.key.is_over


@pytest.fixture
def another(database_url: str) -> Iterator[Conn]:
    with psycopg.connect(database_url, row_factory=dict_row) as conn:
        yield conn


async def test_what_is_being_stored_while_the_key_is_changed_is_sealed_anew_with_the_rest(
    sealed: Sealed, another: Conn
) -> None:
    old, subject = Sealer(sealed.key), uuid4()
    store = "INSERT INTO vault.data_keys (subject, wrapped) VALUES (%s, vault.sealed(%s, %s))"
    wrapped = old.seal(b"a data key", wrapping(subject))
    another.execute(store, (subject, wrapped, old.key_id))
    rotation = Thread(target=rotate, args=(sealed.conn, sealed.key, NEW))
    rotation.start()
    wait_until_somebody_waits(another)
    another.commit()
    rotation.join()
    row = another.execute("SELECT wrapped FROM vault.data_keys WHERE subject = %s", (subject,)).fetchone()
    assert row is not None
    assert Sealer(NEW).open(bytes(row["wrapped"]), wrapping(subject)) == b"a data key"
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        another.execute(store, (uuid4(), wrapped, old.key_id))


def wait_until_somebody_waits(conn: Conn) -> None:
    """Until another session is held up by this one."""
    waiting = "SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    while conn.execute(waiting).fetchone() is None:
        conn.execute("SELECT pg_stat_clear_snapshot()")


async def test_of_two_who_change_the_key_at_once_the_second_is_refused(sealed: Sealed, another: Conn) -> None:
    old = sealed.key
    with another.transaction():
        rotate(another, old, NEW)
        before = sealed.values()
        with pytest.raises(StartupError, match="just being changed"):
            rotate(sealed.conn, old, bytes(32))
        assert sealed.values() == before
    with pytest.raises(StartupError, match="Neither"):
        rotate(sealed.conn, old, bytes(32))
    opened_by(sealed.conn, NEW)


UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 1,
        "date": 1772539200,
        "chat": {"id": 42, "type": "private"},
        "from": {"id": 42, "is_bot": False, "first_name": "Marta"},
        "text": "hola",
    },
}


def test_programs_whose_key_is_changed_take_in_nothing_any_more_and_end(installation: Installation) -> None:
    installation.sign_up()
    old = installation.key()
    worker = installation.start("work", telegram_polling="false")
    serve = installation.start("serve", port="0", telegram_polling="false", drain_seconds="60")
    wait_for_line(installation, WORKS)
    address = wait_for_line(installation, LISTENS)
    installation.conn.execute(CUT.encode())
    rotate(installation.conn, old, NEW)

    secret = {"X-Telegram-Bot-Api-Secret-Token": "secret"}
    answer = httpx.post(f"{address}/webhook/telegram", json=UPDATE, headers=secret, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert worker.wait(PATIENCE) == 1
    ready = httpx.get(f"{address}/health/ready", timeout=PATIENCE)
    assert (ready.status_code, ready.json()["missing"]) == (503, ["key"])
    assert installation.conn.execute("SELECT * FROM app.deliveries").fetchall() == []
    assert installation.events("follower.message_received") == []
    opened_by(installation.conn, NEW)
    told = "ERROR eventstore.key_watch installation_key_changed"
    wait_until(lambda: installation.said.count(told) == 2, lambda: installation.said)
    serve.terminate()
    serve.wait(PATIENCE)

    (installation.data_dir / "key").write_bytes(base64.b64encode(NEW))
    installation.start("serve", port="0", telegram_polling="false")
    address = wait_for_line(installation, LISTENS, 2)
    answer = httpx.post(f"{address}/webhook/telegram", json=UPDATE, headers=secret, timeout=PATIENCE)
    assert answer.status_code == 200
    assert len(installation.events("follower.message_received")) == 1
    opened_by(installation.conn, NEW)


def wait_for_line(installation: Installation, begins: str, number: int = 1) -> str:
    """What stands behind these words in the line in which programs have said them for the n-th time."""
    while len(said := [each for each in installation.said.splitlines() if each.startswith(begins)]) < number:
        assert all(program.poll() is None for program in installation.programs[-1:]), installation.said
        installation.conn.execute("SELECT pg_sleep(0.05)")
    return said[number - 1].removeprefix(begins)


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
