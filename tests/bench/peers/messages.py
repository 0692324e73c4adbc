"""Messages that come in as fast as they are taken in, until the last one is answered."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from api.database.installation import installation_key, open_application
from domain.follower.follower import Follower
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from tests.bench.peers.bots import BotCall
from tests.bench.peers.comparison import Comparison, PeerFigure, RoundOf, cpu_figures, in_turns
from tests.bench.peers.ground import Ground, PeerProgram, clonnect_program, wait_until_dealt_with
from tests.bench.peers.people import WEBHOOK_SECRET, sign_up_measured
from tests.bench.peers.writing_in import WritingLoad, WrittenIn
from tests.bench.results import percentiles

MESSAGES = 2_000
PEOPLE = 700
"""Nobody writes four times: who answers a bot at once that often seems to be one."""
CONNECTIONS = 16
PAUSE_SECONDS = 3.5


def measure_messages(ground: Ground, scale: float, rounds: int) -> Iterator[Comparison]:
    """`clonnect serve`, with people whom it meets for the first time in each round."""
    messages, people = max(int(MESSAGES * scale), 2), max(int(PEOPLE * scale), 1)
    title = f"{messages:,} messages of {people:,} people, {CONNECTIONS} connections, and one other person"
    systems: dict[str, RoundOf] = {"Clonnect (`serve`)": ClonnectMessages(ground, messages, people)}
    yield in_turns(title, systems, rounds)


class ClonnectMessages:
    """`clonnect serve` on a new database in each round."""

    def __init__(self, ground: Ground, messages: int, people: int) -> None:
        self._ground = ground
        self._messages = messages
        self._people = people
        self._signed_up = ground.database()
        sign_up_measured(ground, self._signed_up)

    def __call__(self) -> list[PeerFigure]:
        url = self._ground.database(self._signed_up)
        with clonnect_program(self._ground, url, "serve") as program:
            meter = self._ground.meter(program)
            written = self._write_in(url, program)
            cpu = meter.seconds()
        calls = self._ground.bots.take().calls
        answered = check_order(written, calls, answers_by_message(self._ground, url))
        return [*self._figures(written, answered), *cpu_figures("a message", cpu, len(written.chats))]

    def _write_in(self, url: str, program: PeerProgram) -> WrittenIn:
        load = WritingLoad(program.port, WEBHOOK_SECRET, self._messages, self._people, CONNECTIONS, PAUSE_SECONDS)
        command = [sys.executable, "-m", "tests.bench.peers.writing_in"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sender:
            assert sender.stdin is not None
            assert sender.stdout is not None
            sender.stdin.write(json.dumps(asdict(load)) + "\n")
            sender.stdin.flush()
            if sender.stdout.readline() != "written\n":
                raise RuntimeError("not every message was taken in")
            wait_until_dealt_with(url)
            sender.stdin.close()
            said = json.loads(sender.stdout.readline())
        wait_until_dealt_with(url)
        return WrittenIn(*({int(number): value for number, value in said[name].items()} for name in said))

    def _figures(self, written: WrittenIn, answered: Mapping[int, float]) -> list[PeerFigure]:
        many = range(1, self._messages + 1)
        begun, taken_in = min(written.sent_at[n] for n in many), max(written.taken_in_at[n] for n in many)
        last_answer = max(answered[n] for n in many if n in answered)
        waits = [at - written.taken_in_at[n] for n, at in _answered_at_last(written, answered, self._people + 1)]
        median, worst = percentiles(waits)
        return [
            PeerFigure("taken in", self._messages / (taken_in - begun), "1/s"),
            PeerFigure("dealt with, first message to last answer", self._messages / (last_answer - begun), "1/s"),
            PeerFigure("answers; who has written again gets one for both", sum(n in answered for n in many), ""),
            PeerFigure("from the last 200 to the last answer", last_answer - taken_in, "s"),
            PeerFigure("the other person, from 200 to answer, p50", median, "ms"),
            PeerFigure("the other person, from 200 to answer, p99", worst, "ms"),
        ]


def _answered_at_last(written: WrittenIn, answered: Mapping[int, float], chat: int) -> Iterator[tuple[int, float]]:
    """Each message of a chat, and when it or one behind it was answered."""
    numbers = sorted(number for number, of in written.chats.items() if of == chat)
    at = answered[numbers[-1]]
    for number in reversed(numbers):
        at = answered.get(number, at)
        yield number, at


def check_order(written: WrittenIn, calls: Sequence[BotCall], messages: Mapping[int, int]) -> dict[int, float]:
    """When each message was answered, by its number, where it was.

    Raises unless every call answers a message of its chat, later than the one before it there, and the last message of
    every chat is answered.
    """
    last: dict[int, int] = {}
    answered: dict[int, float] = {}
    for call in calls:
        number = messages[call.message_id]
        if written.chats[number] != call.chat or number <= last.get(call.chat, 0):
            raise RuntimeError(f"message {number} was answered in chat {call.chat} after {last.get(call.chat)}")
        last[call.chat], answered[number] = number, call.at
    latest = {chat: number for number, chat in sorted(written.chats.items())}
    if last != latest:
        missing = sum(last.get(chat) != number for chat, number in latest.items())
        raise RuntimeError(f"the last message of {missing} people was not answered")
    return answered


def answers_by_message(ground: Ground, url: str) -> dict[int, int]:
    """Which message was answered by which message of ours, as the log says; all are numbers of the platform."""
    bursts: dict[UUID, int] = {}
    drafts: dict[UUID | None, int] = {}
    sends: dict[UUID, int] = {}
    answers: dict[int, int] = {}
    with open_application(url, installation_key(ground.settings())) as app:
        assert isinstance(app.recorder, Recorder)
        assert isinstance(app.mapper, TypedMapper)
        for recorded in Log(app.recorder, app.mapper).read(0, 10**6):
            match recorded.event:
                case Follower.BurstUnderstood() as understood:
                    bursts[understood.burst_id] = _number(understood.message_ids[-1])
                case Follower.ReplyDrafted() as drafted:
                    drafts[drafted.draft_id] = bursts[drafted.burst_id]
                case Follower.SendRequested() as requested:
                    sends[requested.send_id] = drafts[requested.draft_id]
                case Follower.SendAccepted() as accepted:
                    (sent,) = accepted.platform_message_ids
                    answers[_number(sent)] = sends[accepted.send_id]
                case _:
                    pass
    return answers


def _number(message_id: str) -> int:
    """The platform's own, which stands behind the chat's."""
    return int(message_id.rpartition(":")[2])
