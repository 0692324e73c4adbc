"""People write to a bot while the worker that reacts is killed again and again."""

import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import psycopg

from api.database.installation import installation_key, open_application
from eventstore.integrity import check_log
from tests.bench.peers.bots import BotCall
from tests.bench.peers.ground import Ground, ask, clonnect_program, wait_until_dealt_with
from tests.bench.peers.people import WEBHOOK_SECRET, sign_up_measured
from tests.bench.peers.writing_in import WritingLoad
from tests.chaos.killing import KillableWorkers, WorkerKill, left_lying, moments
from tests.chaos.two_creators import exported
from tests.domain.invariants import broken, unfinished
from tests.harness.waiting import wait_until

CONNECTIONS = 16
PAUSE_SECONDS = 3.5
UNDERSTOOD = """SELECT count(*) FROM log.events WHERE topic = 'follower.message_received'
                   AND notification_id <= (SELECT min(position) FROM app.processes)"""
NOT_STORED = "SELECT (SELECT position FROM log.head) - min(position) FROM app.processes"


@dataclass(frozen=True)
class KilledLeader:
    """A kill, and how many positions lay behind the one up to which the reactions were stored as done."""

    kill: WorkerKill
    behind: int


@dataclass
class ReactionFindings:
    """What became of the messages; `faults` is empty when each was understood once and answered in order."""

    written: int = 0
    understood: int = 0
    answered: int = 0
    uncertain: int = 0
    seconds: float = 0.0
    kills: list[KilledLeader] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


def kill_while_reacting(
    ground: Ground, url: str, messages: int, people: int, kills: int, *, seed: int = 0
) -> ReactionFindings:
    """Have so many people write in turns to an empty installation, and kill whoever reacts in the middle of it."""
    chance = random.Random(seed)
    sign_up_measured(ground, url)
    killed: list[KilledLeader] = []
    with clonnect_program(ground, url, "api") as api, KillableWorkers(ground, url) as workers:
        workers.start(kills + 1)
        workers.leader()
        begun = time.monotonic()
        load = WritingLoad(api.port, WEBHOOK_SECRET, messages, people, CONNECTIONS, PAUSE_SECONDS)
        with writing_in(load) as written:
            for moment in moments(kills, messages, chance):
                wait_until(lambda: ask(url, UNDERSTOOD) >= moment, lambda: workers.said)  # noqa: B023  # at once
                behind = ask(url, NOT_STORED)
                killed.append(KilledLeader(workers.kill(workers.leader(), ask(url, UNDERSTOOD), chance), behind))
        wait_until_dealt_with(url)
        seconds, ended = time.monotonic() - begun, workers.ended()
    with open_application(url, installation_key(ground.settings())) as app, psycopg.connect(url) as conn:
        check_log(conn)
        found = judge_reactions(exported(app), written, ground.bots.take().calls)
    found.seconds, found.kills = seconds, killed
    found.faults += Counter({"workers ended by themselves": ended, **left_lying(url)})
    return found


@contextmanager
def writing_in(load: WritingLoad) -> Iterator[dict[int, int]]:
    """People write, one of them until what is inside has ended; afterwards the chat of each message is known."""
    chats: dict[int, int] = {}
    command = [sys.executable, "-m", "tests.bench.peers.writing_in"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        writer.stdin.write(json.dumps(asdict(load)) + "\n")
        writer.stdin.flush()
        yield chats
        if writer.stdout.readline() != "written\n":
            raise RuntimeError("not every message was taken in")
        writer.stdin.close()
        chats.update({int(number): chat for number, chat in json.loads(writer.stdout.readline())["chats"].items()})


def judge_reactions(
    log: Sequence[Mapping[str, Any]], written: Mapping[int, int], calls: Sequence[BotCall]
) -> ReactionFindings:
    """Compare the messages that were taken in, by their numbers, with the log and with the answers that arrived."""
    received: dict[str, list[int]] = defaultdict(list)
    understood = Counter[tuple[str, int]]()
    burst_of: dict[str, tuple[str, int]] = {}
    drafted, requested = Counter[str](), Counter[str]()
    number_of: dict[str, int] = {}
    attempts: dict[str, list[str]] = defaultdict(list)
    accepted: dict[int, str] = {}
    doubted: dict[str, set[str]] = defaultdict(set)
    for event in log:
        stream = event["stream"]
        match event["topic"]:
            case "follower.message_received":
                received[stream].append(message_number(event["message_id"]))
            case "follower.burst_understood":
                numbers = [message_number(each) for each in event["message_ids"]]
                burst_of[event["burst_id"]] = stream, numbers[-1]
                understood.update((stream, number) for number in numbers)
            case "follower.reply_drafted":
                drafted[event["burst_id"]] += 1
                number_of[event["draft_id"]] = burst_of[event["burst_id"]][1]
            case "follower.send_requested" if event["purpose"] == "reply":
                requested[event["draft_id"]] += 1
                number_of[event["send_id"]] = number_of[event["draft_id"]]
            case "follower.send_attempted" if event["send_id"] in number_of:
                attempts[stream].append(event["send_id"])
            case "follower.send_accepted" if event["send_id"] in number_of:
                accepted |= {message_number(each): event["send_id"] for each in event["platform_message_ids"]}
            case "follower.send_uncertain" if event["send_id"] in number_of:
                doubted[stream].add(event["send_id"])
    taken_in = Counter(number for numbers in received.values() for number in numbers)
    chat_of = {stream: written.get(numbers[0], 0) for stream, numbers in received.items()}
    arrived, known, in_order = Counter(call.chat for call in calls), Counter[int](), defaultdict[int, list[int]](list)
    for call in calls:
        if (send := accepted.get(call.message_id)) is not None:
            known[call.chat] += 1
            in_order[call.chat].append(number_of[send])
    found = ReactionFindings(len(written), len(understood), len(accepted), sum(map(len, doubted.values())))
    found.faults = +Counter(
        {
            "not taken in": len(written.keys() - taken_in.keys()),
            "taken in twice": sum(times > 1 for times in taken_in.values()),
            "never understood": len(taken_in.keys() - {number for _, number in understood}),
            "understood twice": sum(times > 1 for times in understood.values()),
            "answered twice": sum(times > 1 for times in (drafted + requested).values()),
            "understood in another order": sum(
                [number for of, number in understood if of == stream] != numbers for stream, numbers in received.items()
            ),
            "attempted in another order": sum(
                not is_rising([number_of[send] for send in dict.fromkeys(sends)]) for sends in attempts.values()
            ),
            "answers arrived in another order": sum(not is_rising(numbers) for numbers in in_order.values()),
            "more arrived than was sent": sum(
                times > known[chat] + len(doubted[stream])
                for stream, chat in chat_of.items()
                if (times := arrived[chat])
            ),
            "sent to strangers": len(arrived.keys() - set(chat_of.values())),
            "said to be sent, never arrived": len(accepted.keys() - {call.message_id for call in calls}),
            "nobody tried to answer the last message": sum(
                numbers[-1] not in {number_of[send] for send in attempts[stream]}
                for stream, numbers in received.items()
            ),
        }
    )
    found.faults += Counter(broken(log))
    found.faults["left open"] = sum("attempt" in each or "send" in each for each in unfinished(log))
    found.faults = +found.faults
    return found


def message_number(message_id: str) -> int:
    """The platform's own, which stands behind the chat's."""
    return int(message_id.rpartition(":")[2])


def is_rising(numbers: Sequence[int]) -> bool:
    """Whether each is greater than the one before."""
    return all(one < other for one, other in pairwise(numbers))
