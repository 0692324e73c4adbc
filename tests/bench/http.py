"""How fast the API is over HTTP, beside a route of the same server that does nothing (P1 to P3)."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from api.access.credentials import NewKey
from api.database.installation import installation_key, open_application
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.errors import AlreadyTaken
from domain.vocabulary import Platform, Role
from eventstore.sealing import Sealer
from eventstore.writer import Writer
from processes.channel_accounts import connecting
from processes.channels.base import ChannelName
from tests.bench.appends import new_lead
from tests.bench.http_load import Answers, Load
from tests.bench.lived import come, live
from tests.bench.results import Measured, percentiles
from tests.chaos.writing import timed

COMMANDED, READ = "ana", "bea"
"""Two creators: what is added to the one while it is measured is no lead of the other."""
CONNECTIONS = 64
PEOPLE = 500
"""Who is moved, and who writes: strangers are rare among those who do."""
SECRET = "the secret of the webhook"
PACE = 200
UPDATE = (
    '{"update_id": {n}, "message": {"message_id": {n}, "date": 1790000000, "chat": {"id": {m}, "type": "private"},'
    ' "from": {"id": {m}, "is_bot": false, "first_name": "Luz"}, "text": "hola, ¿cuánto cuesta?"}}'
)


@dataclass
class Bench:
    """A served installation, and a program that sends requests to it."""

    server: "subprocess.Popen[str]"
    sender: "subprocess.Popen[str]"
    load: Load

    def ask(self, method: str, path: str, body: str = "", **more: object) -> Answers:
        """Send until the time is up; every answer must be a good one."""
        asked = replace(self.load, method=method, path=path, body=body, **more)  # type: ignore[arg-type]
        to, back = _pipe(self.sender.stdin), _pipe(self.sender.stdout)
        to.write(json.dumps(asdict(asked)) + "\n")
        to.flush()
        answers = Answers(**json.loads(back.readline()))
        if set(answers.statuses) - {"200", "202"}:
            raise RuntimeError(f"{method} {path} was answered {answers.statuses}")
        return answers


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end


def measure_http(
    url: str, folder: Path, seconds: float, leads: Sequence[int], by_command: int = 100_000
) -> Iterator[Measured]:
    """Commands, deliveries and reads; the reads again whenever there are as many leads as `leads` says.

    Leads beyond `by_command` are put into the tables that are read alone: by commands a million take half an hour.
    """
    settings = Settings(data_dir=folder)
    commanding, reading = prepare(url, settings, COMMANDED), prepare(url, settings, READ)
    asyncio.run(_capture(url, settings, COMMANDED, range(1, PEOPLE + 1)))  # nobody is number 0 on Telegram
    with serving(url, folder, commanding, seconds) as bench:
        yield from _commands(bench)
        yield from _deliveries(bench)
    have, first = 0, dict[str, float]()
    for wanted in leads:
        asyncio.run(_capture(url, settings, READ, range(have, min(wanted, by_command))))
        with serving(url, folder, reading, seconds) as bench:
            come(url, READ, range(max(have, by_command), wanted))
            live(url, READ)
            yield from _reads(bench, wanted, first)
        have = wanted


def _commands(bench: Bench) -> Iterator[Measured]:
    noop = bench.ask("POST", "/yardstick", '{"status": "hot"}').per_second
    against = "a POST that does nothing, same body"
    for what, answers in (
        ("change status", bench.ask("PUT", f"/dm/follower/{COMMANDED}/tg_{{m}}/status", '{"status": "{stage}"}')),
        ("add lead", bench.ask("POST", f"/dm/leads/{COMMANDED}", '{"name": "Person {n}"}')),
    ):
        median, worst = percentiles(answers.seconds)
        yield Measured(f"HTTP: {what}, {CONNECTIONS} connections", answers.per_second, "1/s", noop, against)
        yield Measured(f"HTTP: {what}, p50", median, "ms")
        yield Measured(f"HTTP: {what}, p99", worst, "ms", 60, "the target of P1")


def _deliveries(bench: Bench) -> Iterator[Measured]:
    noop = bench.ask("POST", "/yardstick", '{"status": "hot"}').per_second
    told = {"X-Telegram-Bot-Api-Secret-Token": f"{SECRET} of {COMMANDED}", "Content-Type": "application/json"}
    answers = bench.ask("POST", "/webhook/telegram", UPDATE, headers=told, begin=1_000_000)
    yield Measured("HTTP: webhook, 64 connections", answers.per_second, "1/s", noop, "a POST that does nothing")
    paced = bench.ask("POST", "/webhook/telegram", UPDATE, headers=told, begin=2_000_000, per_second=PACE)
    yield Measured(f"HTTP: webhook at {PACE}/s, p99", percentiles(paced.seconds)[1], "ms", 50, "the target of P2")


def _reads(bench: Bench, leads: int, first: dict[str, float]) -> Iterator[Measured]:
    noop = bench.ask("GET", "/yardstick").per_second
    column = bench.ask("GET", f"/dm/leads/{READ}?limit=50&status={{column}}")
    inbox = bench.ask("GET", f"/dm/conversations/{READ}?limit=50")
    for what, per_second in (("a column of the board", column.per_second), ("the inbox", inbox.per_second)):
        name = f"HTTP: {what}, 50 rows, {leads:,} leads"
        yield Measured(name, per_second, "1/s", noop, "a GET that does nothing")
        if what in first:
            yield Measured(f"{name}: time of one", first[what] / per_second, "×", 1.5, "the target of P3")
        first.setdefault(what, per_second)


def prepare(url: str, settings: Settings, creator_id: str) -> str:
    """A creator with a connected bot; answers a key."""
    key, installation = NewKey(), installation_key(settings)
    with open_application(url, installation) as app, timed_by_system():
        app.sign_up_creator(creator_id, None, CreatorSettings())
        stored = key.stored(creator_id, Role.OWNER, None, None)
        app.issue_key(creator_id, key.prefix, Role.OWNER, None, None, in_transaction=stored)
        bot, secret = f"bot of {creator_id}", f"{SECRET} of {creator_id}"
        connection = connecting(Sealer(installation), ChannelName.TELEGRAM, bot, creator_id, "1:token", secret)
        app.connect_channel(creator_id, Platform.TELEGRAM, bot, in_transaction=connection)
    return key.secret


@contextmanager
def timed_by_system() -> Iterator[None]:
    with context.acting("system"), timed():
        yield


async def _capture(url: str, settings: Settings, creator_id: str, numbers: range) -> None:
    with open_application(url, installation_key(settings), writer=True) as app, context.acting("system"):
        writer = Writer(app, conflict=AlreadyTaken, timed=timed)
        writer.start()
        for begin in range(numbers.start, numbers.stop, 500):
            some = range(begin, min(begin + 500, numbers.stop))
            await asyncio.gather(*(writer.do(Clonnect.capture_lead, creator_id, new_lead(number)) for number in some))
        await asyncio.to_thread(writer.stop)


@contextmanager
def serving(url: str, folder: Path, key: str, seconds: float) -> Iterator[Bench]:
    """The API in a program of its own, caught up, and the program that will ask it."""
    program = [sys.executable, "-m", "tests.bench.http_server", url, str(folder)]
    sending = [sys.executable, "-m", "tests.bench.http_load"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server,
        subprocess.Popen(sending, **pipes) as sender,  # type: ignore[call-overload]
    ):
        port = int(_pipe(server.stdout).readline())
        headers = {"X-API-Key": key, "Content-Type": "application/json"}
        load = Load(port, "", "", "", headers, CONNECTIONS, seconds, among=PEOPLE)
        try:
            yield Bench(server, sender, load)
        finally:
            _pipe(sender.stdin).close()
            server.terminate()
