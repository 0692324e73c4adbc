"""The demo: a creator with a history, a clock that can be moved, and a link that logs in."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import psycopg
from psycopg.rows import dict_row

from api.access.invitations import account_of, let_in, link_for
from api.bootstrap import run
from api.database.connect import open_database
from api.database.installation import bring_up_to_date, check_key, installation_key, open_application
from api.demo.people import DAYS, PRODUCTS, Moved, Said, history
from api.errors import StartupError
from api.runtime import Runtime
from api.server import serve_http
from api.settings import Settings
from api.simulator.time_travel import move_clock, settle
from domain import context
from domain.application import Clonnect
from domain.creator import Creator, CreatorSettings
from domain.errors import NotFound
from domain.follower.follower import Follower
from domain.person.identity import parse_id
from domain.vocabulary import Mode, Platform, Role, SequenceType
from eventstore.sealing import Sealer
from eventstore.session_limits import MAINTENANCE, session
from eventstore.vault import CHANNEL as VAULT_CHANNEL
from processes.channel_accounts import connecting
from processes.channels.base import ChannelName
from projections.engine.generations import begin_anew

CREATOR = "nina"
DEBOUNCE_SECONDS = 2
"""Whoever tries the demo does not wait for long."""
EMAIL = "nina@clonnect.example"
STEP = timedelta(hours=1)

GREETING = """
Clonnect's demo runs. Open this link; it logs you in for as long as the demo runs:

    {url}

Try first: in the Simulator write as a new follower
    Hola, ¿cuánto cuesta el curso? me parece caro
and see the answer on the phone, the card in Active, the follow-ups that are now scheduled.
Then move the clock past the first of them. Ctrl-C ends the demo; what you did is kept for the next time.
"""


def run_demo(settings: Settings) -> None:
    """Serve the demo until told to stop; its data lives in a folder of its own."""
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo"})
    with open_database(settings) as database:
        bring_up_to_date(database)
        check_key(settings, database.url)
        _claim(database.url)
        asyncio.run(_prepare(settings, database.url))
        token = _link(settings, database.url)

        def started(address: str) -> None:
            sys.stdout.write(GREETING.format(url=f"{address}/app#link={quote(token)}"))
            sys.stdout.flush()

        serve_http(settings, database.url, work=True, reset=reset, started=started)


def _link(settings: Settings, url: str) -> str:
    """The token of the link that logs in as long as this demo runs."""
    with (
        open_application(url, installation_key(settings)) as app,
        psycopg.connect(url, autocommit=True, row_factory=dict_row, **session(MAINTENANCE, url)) as conn,
        context.acting("system", at=datetime.now(UTC)),
    ):
        conn.execute("DELETE FROM app.links WHERE reusable")
        if account_of(conn, EMAIL) is None:
            let_in(app, CREATOR, EMAIL, Role.OWNER)
        account = account_of(conn, EMAIL)
        assert account is not None
        return link_for(app, account, reusable=True).token


def _claim(url: str) -> None:
    """Mark the database as a demo's; raises `StartupError` where somebody works in earnest."""
    with psycopg.connect(url, autocommit=True, **session(MAINTENANCE, url)) as conn:
        marked = conn.execute("SELECT is_demo FROM app.clock").fetchone()
        if marked is not None and marked[0]:
            return
        found = conn.execute("SELECT 1 FROM log.events WHERE topic = %s LIMIT 1", (Creator.SignedUp.TOPIC,)).fetchone()
        if found is not None:
            raise StartupError(
                "This database holds creators, and a demo moves the clock: give the demo a database of its own,"
                " or leave DATABASE_URL unset."
            )
        conn.execute("UPDATE app.clock SET is_demo = true, ahead = %s", (timedelta(days=-DAYS),))


async def _prepare(settings: Settings, url: str) -> None:
    async with run(settings, url, work=True) as runtime:
        try:
            await asyncio.to_thread(runtime.app.creator, CREATOR)
        except NotFound:
            sys.stderr.write("Making the demo creator and three weeks of history; this takes some seconds.\n")
            await populate(runtime)


async def populate(runtime: Runtime) -> None:
    """Make the creator by commands, and let the history happen on the demo's clock until it is now."""
    began = runtime.clock()
    with context.acting("system"):
        await _sign_up(runtime)
    happenings = history()
    while happenings:
        until = happenings[0].after + STEP
        now = [happened for happened in happenings if happened.after < until]
        happenings = happenings[len(now) :]
        await _reach(runtime, began + now[0].after)
        said: dict[str, list[Said]] = {}
        for happened in now:
            if isinstance(happened, Said):
                said.setdefault(happened.follower_id, []).append(happened)
        await asyncio.gather(*(_say(runtime, messages) for messages in said.values()))
        await settle(runtime)
        for happened in now:
            if isinstance(happened, Moved):
                await _move(runtime, happened)
    await _reach(runtime, datetime.now(UTC))
    await runtime.clock.advance_to(datetime.now(UTC), runtime.pool)
    with context.acting("system"):
        await runtime.writer.do(Clonnect.change_settings, CREATOR, {"debounce_seconds": DEBOUNCE_SECONDS}, None)


async def _sign_up(runtime: Runtime) -> None:
    do = runtime.writer.do
    sealer = Sealer(installation_key(runtime.settings))
    settings = CreatorSettings(timezone="Europe/Madrid", debounce_seconds=0)  # the history is told message by message
    await do(Clonnect.sign_up_creator, CREATOR, EMAIL, settings)
    for product in PRODUCTS:
        await do(Clonnect.add_product, CREATOR, product)
    for channel in ChannelName:
        account_id = f"demo-{channel}"
        stored = connecting(sealer, channel, account_id, CREATOR, "no token", f"no secret of {channel}")
        await do(Clonnect.connect_channel, CREATOR, Platform(channel), account_id, in_transaction=stored)
    for sequence_type in SequenceType:
        await do(Clonnect.switch_sequence, CREATOR, sequence_type, True)
    await do(Clonnect.change_mode, CREATOR, Mode.AUTO)


async def _reach(runtime: Runtime, moment: datetime) -> None:
    if not await move_clock(runtime, moment):
        raise TimeoutError("the demo's history did not come to rest")


async def _say(runtime: Runtime, messages: list[Said]) -> None:
    for number, message in enumerate(messages):
        if number:
            await settle(runtime)
        await simulate(runtime, CREATOR, message.follower_id, message.text, message.name)


async def simulate(runtime: Runtime, creator_id: str, follower_id: str, text: str, name: str) -> None:
    """A follower of the demo writes from their phone."""
    platform, person = parse_id(follower_id)
    channel = ChannelName(platform or Platform.SIMULATOR)
    username = name.lower().replace(" ", ".")
    body = {
        "follower_id": follower_id,
        "text": text,
        "name": name,
        "username": username,
        "message_id": f"{person}-{runtime.clock().timestamp()}",
    }
    await runtime.deliveries.store(channel, f"demo-{channel}", creator_id, json.dumps(body).encode(), "simulator")


async def _move(runtime: Runtime, moved: Moved) -> None:
    platform, person = parse_id(moved.follower_id)
    if platform is None:
        raise ValueError(f"{moved.follower_id} tells no platform")
    follower_id = Follower.create_id(runtime.app.namespace, CREATOR, platform, person)
    follower = await asyncio.to_thread(runtime.app.follower, follower_id)
    with context.acting(f"person:{CREATOR}"):
        await runtime.writer.do(Clonnect.change_status, CREATOR, follower.lead_id, moved.status)
    await settle(runtime)


async def reset(runtime: Runtime) -> None:
    """Begin the demo anew: another log, the clock back, the history made again; who is logged in stays so."""
    async with runtime.pool.connection() as conn, conn.transaction():
        await conn.execute("SELECT 1 FROM log.head FOR UPDATE")
        cursor = await conn.execute("SELECT is_demo FROM app.clock FOR UPDATE")
        row = await cursor.fetchone()
        if row is None or not row["is_demo"]:
            raise NotFound("Only a demo can be reset.")
        await conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
        await conn.execute("TRUNCATE log.events, app.deliveries, app.received, app.parked, app.simulator_book")
        await conn.execute("TRUNCATE app.idempotency, app.dismissed, app.erasures, app.erased_messages")
        await conn.execute("TRUNCATE app.notification_targets, app.notification_attempts")
        await conn.execute("ALTER TABLE log.events ENABLE TRIGGER append_only")
        # The people of the history come back under the same ids.
        await conn.execute("DELETE FROM vault.data_keys WHERE destroyed_at IS NOT NULL")
        await conn.execute("SELECT pg_notify(%s, '')", (VAULT_CHANNEL,))
        await conn.execute("UPDATE log.head SET position = 0, chain = sha256(''), recorded_at = '-infinity'")
        await conn.execute("UPDATE app.processes SET position = 0")
        await conn.execute("DELETE FROM app.channels")
        await conn.execute("UPDATE app.clock SET ahead = %s", (timedelta(days=-DAYS),))
        await begin_anew(conn)
    runtime.forget_keys()
    runtime.progress.restart()
    await runtime.clock.read(runtime.pool)
    if runtime.worker is not None:
        await runtime.worker.restart()
    await populate(runtime)
