"""The real command line on a database of its own, with a server that plays Telegram."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import DictRow

from api.database.installation import installation_key, open_application
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.follower.follower import Follower
from domain.follower.values import Inbound
from domain.nurturing.steps import Step
from domain.vocabulary import Mode, Platform, SequenceType
from tests.harness.processes import STOP_SECONDS, clonnect, started
from tests.harness.waiting import PATIENCE
from tests.platforms.bot_api import BOT_ID, TOKEN, BotApi
from tests.world import CREATOR, connect

ALL_DAY = CreatorSettings("Europe/Madrid", quiet_from=hour(0), quiet_to=hour(0), debounce_seconds=0)
FOLLOW_UP = "¿Tuviste algún problema?"
LONG_AGO = timedelta(hours=3)


@dataclass
class Installation:
    """A database, a key and a Bot API, and the programs that are run on them."""

    url: str
    data_dir: Path
    api: BotApi
    conn: psycopg.Connection[DictRow]
    programs: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """A program that runs until it is stopped; what it says goes into a file beside the key."""
        with (self.data_dir / "said.log").open("a") as log:
            program = started(self.data_dir, *arguments, out=log, errors=log, **self._environment(settings))
        self.programs.append(program)
        return program

    def run(self, *arguments: str, given: str = "", **settings: str) -> str:
        """A command that ends by itself; answers what it prints."""
        done = clonnect(self.data_dir, *arguments, given=given, **self._environment(settings))
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def said(self) -> str:
        """What all programs have said so far."""
        return (self.data_dir / "said.log").read_text()

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        ours = {"DATABASE_URL": self.url, "CLONNECT_TELEGRAM_BASE_URL": self.api.url}
        return ours | {f"CLONNECT_{name.upper()}": value for name, value in settings.items()}

    def kill(self, program: subprocess.Popen[str]) -> None:
        program.send_signal(signal.SIGKILL)
        program.wait()

    def stop(self) -> None:
        for program in self.programs:
            if program.poll() is None:
                program.terminate()
        for program in self.programs:
            program.wait(STOP_SECONDS)

    def wait_for(self, topic: str, number: int = 1) -> list[DictRow]:
        """Wait until the log holds that many events of a topic, woken by the log itself."""
        self.conn.execute("LISTEN log_events")
        deadline = time.monotonic() + PATIENCE
        while len(found := self.events(topic)) < number:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{len(found)} of {number} {topic} in {PATIENCE} s; the programs said:\n{self.said}")
            list(self.conn.notifies(timeout=min(left, 1), stop_after=1))
        return found

    def events(self, topic: str) -> list[DictRow]:
        rows = self.conn.execute(
            "SELECT *, convert_from(state, 'UTF8')::jsonb AS said FROM log.events WHERE topic = %s"
            " ORDER BY notification_id",
            (topic,),
        )
        return rows.fetchall()

    @contextmanager
    def application(self, at: datetime) -> Iterator[Clonnect]:
        """The application in this process, for commands that happened, or happen, at an instant of our choice."""
        with open_application(self.url, self.key()) as app, context.acting("system", at=at):
            yield app

    def key(self) -> bytes:
        """The key of this installation."""
        return installation_key(Settings(data_dir=self.data_dir))

    def sign_up(self) -> None:
        """A creator without quiet hours, whose bot and one sequence of one step are on."""
        with self.application(datetime.now(UTC) - LONG_AGO) as app:
            app.sign_up_creator(CREATOR, None, ALL_DAY)
            connect(app, self.key(), CREATOR, Platform.TELEGRAM, str(BOT_ID), token=TOKEN, secret="secret")
            app.change_mode(CREATOR, Mode.AUTO)
            app.change_steps(CREATOR, SequenceType.ABANDONED, (Step(0, FOLLOW_UP),))
            app.switch_sequence(CREATOR, SequenceType.ABANDONED, True)

    def promise(self, *chats: int) -> None:
        """People who said thank you three hours ago, with a follow-up that has been due since an hour ago."""
        begun = datetime.now(UTC) - LONG_AGO
        for chat in chats:
            self.api.receive_from_user(chat, "gracias")
        with self.application(begun) as app:
            for chat in chats:
                app.receive_message(CREATOR, _thanks(chat, begun))
        self.enrol(*chats)

    def enrol(self, *chats: int) -> None:
        """Follow-ups that have been due since an hour ago, for people who have written."""
        begun = datetime.now(UTC) - LONG_AGO
        with self.application(begun) as app:
            for chat in chats:
                app.enrol(
                    Follower.create_id(app.namespace, CREATOR, Platform.TELEGRAM, str(chat)),
                    SequenceType.ABANDONED,
                    trigger="intent",
                    trigger_event_id=uuid4(),
                    anchor_at=begun + timedelta(hours=2),
                )

    def postpone(self, until: datetime) -> None:
        """Hold every promise, and release it for an instant: not only whole minutes, as plans have."""
        with self.application(datetime.now(UTC)) as app:
            app.change_mode(CREATOR, Mode.OFF)
            held = []
            for event in self.events("follower.follow_up_scheduled"):
                promised = event["originator_id"], UUID(event["said"]["follow_up_id"])
                app.decide_follow_up(*promised, "0")
                held.append(promised)
            app.change_mode(CREATOR, Mode.AUTO)
        with self.application(until) as app:
            for promised in held:
                app.release_follow_up(*promised, "sending_on")


def _thanks(chat: int, at: datetime) -> Inbound:
    return Inbound(
        platform=Platform.TELEGRAM,
        platform_user_id=str(chat),
        message_id=f"{chat}:0",
        dedupe_key=f"{chat}:0",
        text="gracias",
        occurred_at=at,
        origin="telegram",
    )


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    with BotApi() as api:
        yield api


@pytest.fixture
def installation(
    database_url: str, data_dir: Path, bot_api: BotApi, conn: psycopg.Connection[DictRow]
) -> Iterator[Installation]:
    installation = Installation(database_url, data_dir, bot_api, conn)
    yield installation
    bot_api.release()
    installation.stop()
