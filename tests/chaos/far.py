"""A worker far from the database, and one person who writes faster than it can react."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.chaos.hanging import HELLO, number, start
from tests.chaos.proxy import Proxy, Rates
from tests.chaos.two_creators import exported
from tests.domain.invariants import broken, unfinished
from tests.harness.installation import Installation
from tests.harness.waiting import wait_until

CHAT = 42
DRAINED_WITHIN = 600.0
SETTINGS = {"telegram_polling": "false", "answers_per_hour": "1000", "answers_per_day": "1000"}
BEHIND = """SELECT (SELECT position FROM log.head) - (SELECT min(position) FROM app.processes)
                 + (SELECT count(*) FROM read.agenda_v3
                     WHERE (due_at <= now() OR kind = 'attempt') AND leased_until IS DISTINCT FROM 'infinity') AS n"""
DISMISSED = "SELECT count(*) AS n FROM read.agenda_v3 WHERE leased_until = 'infinity'"


@dataclass
class FarFindings:
    """What became of the person's messages; `drained` in seconds from the last one until everything was done."""

    written: int = 0
    understood: int = 0
    answered: int = 0
    drained: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)


def write_to_a_far_worker(installation: Installation, seconds: float, per_second: float, away: float) -> FarFindings:
    """Write for so long to a program that is near the database, while the one that reacts is `away`, in seconds."""
    installation.sign_up()
    near = start(installation, "api", **SETTINGS)
    found = FarFindings()
    with Proxy(installation.url, Rates(), one_way_seconds=away / 2) as proxy:
        far = replace(installation, url=proxy.url)  # its programs are stopped with those of the installation
        far.start("work", **SETTINGS)
        wait_until(lambda: number(installation, "SELECT count(*) AS n FROM app.leases WHERE name = 'processes'"))
        write(installation, found, f"http://127.0.0.1:{near.port}/webhook/telegram", seconds, per_second)
        written_at = time.monotonic()
        wait_until(lambda: number(installation, BEHIND) == 0, seconds=DRAINED_WITHIN)
        found.drained = time.monotonic() - written_at
        judge(installation, found)
        installation.stop()
    return found


def write(installation: Installation, found: FarFindings, webhook: str, seconds: float, per_second: float) -> None:
    """One person writes; a message that is not acknowledged is sent again, as a platform does."""
    proof = {"X-Telegram-Bot-Api-Secret-Token": "secret"}
    begun = time.monotonic()
    with httpx.Client(headers=proof, timeout=30) as client:
        while (now := time.monotonic() - begun) < seconds:
            if found.written >= now * per_second:
                installation.conn.execute("SELECT pg_sleep(0.005)")
                continue
            update = installation.api.receive_from_user(CHAT, HELLO)
            while not client.post(webhook, json=update).is_success:
                found.faults["delivered again"] += 1
            found.written += 1


def judge(installation: Installation, found: FarFindings) -> None:
    """Count what was lost, doubled, set aside or left."""
    with installation.application(datetime.now(UTC)) as app:
        log = exported(app)
    texts = counted(log, "follower.message_received", "message_id")
    bursts = [event["message_ids"] for event in log if event["topic"] == "follower.burst_understood"]
    understood = Counter(message_id for burst in bursts for message_id in burst)
    answered = counted(log, "follower.reply_drafted", "burst_id")
    found.understood, found.answered = len(understood), len(installation.api.sent)
    accepted = len(installation.events("follower.send_accepted"))
    found.faults += Counter(
        {
            "not taken in": found.written - len(texts),
            "taken in twice": texts.total() - len(texts),
            "never understood": found.written - len(understood),
            "understood twice": understood.total() - len(understood),
            "answered twice": answered.total() - len(answered),
            "sent, but not known": found.answered - accepted,
            "uncertain": len(installation.events("follower.send_uncertain")),
            "parked": int(number(installation, "SELECT count(*) AS n FROM app.parked")),
            "dismissed": int(number(installation, DISMISSED)),
        }
    )
    found.faults += Counter(broken(log))
    found.faults["left open"] = sum("attempt" in each or "send" in each for each in unfinished(log))
    found.faults = +found.faults


def counted(log: Sequence[Mapping[str, Any]], topic: str, key: str) -> Counter[str]:
    """How often each value stands in events of a topic."""
    return Counter(str(event[key]) for event in log if event["topic"] == topic)
