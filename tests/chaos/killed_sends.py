"""Thousands of follow-ups that are due at once, while whoever sends them is killed again and again."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from api.database.installation import installation_key, open_application
from eventstore.integrity import check_log
from processes.due_work import AT_ONCE
from tests.bench.peers.bot_platform import ANSWER_SECONDS
from tests.bench.peers.bots import BotCall, monotonic_at
from tests.bench.peers.ground import Ground, react_from_here, wait_until_dealt_with, wait_until_shown
from tests.bench.peers.people import fall_due, promise, sign_up_measured, writer_of
from tests.chaos.killing import KillableWorkers, WorkerKill, left_lying, moments
from tests.chaos.two_creators import exported
from tests.domain.invariants import broken, unfinished
from tests.harness.waiting import wait_until

DUE_IN = timedelta(seconds=2)
HASTENED_TOGETHER = 1000
"""In one transaction, of which the writer waits for an answer only so long."""
AT_WORK = 2
"""Workers that begin together; the second kill of the two is that of whoever is left."""
ATTEMPTED_AT = """SELECT notification_id, extract(epoch FROM recorded_at)::float8 FROM log.events
                   WHERE topic = 'follower.send_attempted'"""

ChatsByFollower = Mapping[str, int]


@dataclass(frozen=True)
class KilledSender:
    """What a kill left: attempts of which nobody knows, those of them that had arrived, and what was being answered."""

    kill: WorkerKill
    uncertain: int
    arrived: int
    unanswered: int


@dataclass
class SendFindings:
    """What became of the follow-ups; `faults` is empty when each has its outcome and nobody was written to twice."""

    promised: int = 0
    sent: int = 0
    uncertain: int = 0
    seconds: float = 0.0
    kills: list[KilledSender] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class SendEvidence:
    """What the log and the platform say: `recorded_at` of each attempt by its position, on the platform's clock."""

    log: Sequence[Mapping[str, Any]]
    recorded_at: Mapping[int, float]
    calls: Sequence[BotCall]
    kills: Sequence[WorkerKill]


def kill_while_sending(ground: Ground, url: str, sends: int, kills: int, *, seed: int = 0) -> SendFindings:
    """Have so many follow-ups fall due at once on an empty database, and kill whoever sends in the middle of it."""
    chance = random.Random(seed)
    sign_up_measured(ground, url)
    with KillableWorkers(ground, url) as workers:
        promised = asyncio.run(_let_fall_due(ground, url, workers, sends))
        begun, killed = time.monotonic(), []
        for moment in moments(kills, sends, chance):
            if not workers.running:
                workers.start(AT_WORK)
            wait_until(lambda: ground.bots.count() >= moment, lambda: workers.said)  # noqa: B023  # at once
            killed.append(workers.kill(chance.choice(workers.running), ground.bots.count(), chance))
        if not workers.running:
            workers.start(1)
        wait_until_dealt_with(url)
        seconds, ended = time.monotonic() - begun, workers.ended()
    chats = {str(follower): chat for chat, (follower, _) in enumerate(promised, start=1)}
    found = judge_sends(_evidence(ground, url, killed), chats)
    found.seconds = seconds
    found.faults += Counter({"workers ended by themselves": ended, **left_lying(url)})
    return found


async def _let_fall_due(ground: Ground, url: str, workers: KillableWorkers, sends: int) -> list[tuple[UUID, UUID]]:
    """Follow-ups that fall due as soon as two workers see them; answers followers and follow-ups, for chats 1 on."""
    async with writer_of(ground, url) as writer:
        promised = await promise(writer, range(1, sends + 1))
        react_from_here(url)
        await asyncio.to_thread(workers.start, AT_WORK)
        await asyncio.to_thread(wait_until_shown, url)
        due_at = datetime.now(UTC) + DUE_IN
        for begin in range(0, sends, HASTENED_TOGETHER):
            await fall_due(writer, promised[begin : begin + HASTENED_TOGETHER], due_at)
    return promised


def _evidence(ground: Ground, url: str, kills: Sequence[WorkerKill]) -> SendEvidence:
    with open_application(url, installation_key(ground.settings())) as app, psycopg.connect(url) as conn:
        check_log(conn)
        recorded_at = {position: monotonic_at(epoch) for position, epoch in conn.execute(ATTEMPTED_AT)}
        return SendEvidence(exported(app), recorded_at, ground.bots.take().calls, kills)


def judge_sends(evidence: SendEvidence, chats: ChatsByFollower) -> SendFindings:
    """Compare what the log says of each follow-up with what arrived; a chat for each follower."""
    log = evidence.log
    outcomes: dict[str, set[str]] = defaultdict(set)
    attempts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    doubted: dict[tuple[str, int], str] = {}
    follow_ups = set()
    for event in log:
        match event["topic"]:
            case "follower.follow_up_scheduled":
                follow_ups.add(event["stream"])
            case "follower.send_attempted":
                attempts[event["stream"]].append(event)
            case "follower.send_uncertain":
                doubted[event["stream"], event["attempt"]] = event["cause"]
            case "follower.follow_up_sent" | "follower.follow_up_uncertain" as outcome:
                outcomes[event["stream"]].add(outcome)
    arrived = Counter(call.chat for call in evidence.calls)
    first = {call.chat: call.at for call in reversed(evidence.calls)}
    sent = {each for each, those in outcomes.items() if those == {"follower.follow_up_sent"}}
    uncertain = {each for each, those in outcomes.items() if those == {"follower.follow_up_uncertain"}}
    killed = {kill.worker for kill in evidence.kills}
    makers = [
        (event["worker"], doubted.get((stream, event["attempt"])), chats[stream])
        for stream, those in attempts.items()
        for event in those
    ]
    found = SendFindings(len(follow_ups), len(sent), len(uncertain))
    found.kills = [_left_by(kill, makers, first) for kill in evidence.kills]
    found.faults = +Counter(
        {
            "never promised": len(chats.keys() - follow_ups),
            "without one outcome": len(chats.keys() - sent - uncertain),
            "sent twice": sum(times > 1 for times in arrived.values()),
            "sent to strangers": len(arrived.keys() - set(chats.values())),
            "said to be sent, never arrived": sum(chats[each] not in arrived for each in sent),
            "arrived, and nobody knows of it": sum(
                chat in arrived and each not in sent | uncertain for each, chat in chats.items()
            ),
            "arrived before an attempt was stored": sum(
                min(map(evidence.recorded_at.__getitem__, _positions(attempts[each])), default=float("inf"))
                > first[chat]
                for each, chat in chats.items()
                if chat in first
            ),
            "uncertain, but its worker was not killed": sum(
                cause is not None and worker not in killed for worker, cause, _ in makers
            ),
            "uncertain, but of no crash": sum(cause != "crash" for cause in doubted.values()),
            f"kills that left more than {AT_ONCE} uncertain": sum(each.uncertain > AT_ONCE for each in found.kills),
        }
    )
    found.faults += Counter(broken(log)) + Counter(unfinished(log))
    return found


def _positions(events: Sequence[Mapping[str, Any]]) -> list[int]:
    return [event["position"] for event in events]


def _left_by(
    kill: WorkerKill, makers: Sequence[tuple[str, str | None, int]], arrived_at: Mapping[int, float]
) -> KilledSender:
    own = [(cause, chat) for worker, cause, chat in makers if worker == kill.worker]
    uncertain = [chat for cause, chat in own if cause is not None]
    unanswered = [chat for _, chat in own if arrived_at.get(chat, 0.0) + ANSWER_SECONDS > kill.at]
    return KilledSender(kill, len(uncertain), sum(chat in arrived_at for chat in uncertain), len(unanswered))
