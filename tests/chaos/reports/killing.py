"""Workers that are killed in the middle of sends, and in the middle of reactions."""

from tests.bench.peers.bots import bots
from tests.bench.peers.ground import Ground
from tests.bench.results import machine, write_section
from tests.chaos.killed_reactions import ReactionFindings, kill_while_reacting
from tests.chaos.killed_sends import SendFindings, kill_while_sending
from tests.chaos.reports.words import counted, table
from tests.chaos.server import durable_server

SENDS = 5_000
KILLED_SENDERS = 10
MESSAGES = 1_000
WRITERS = 350
KILLED_LEADERS = 5
SENT = ("due at once", "killed", "sent", "uncertain", "all settled after", "faults")
KILLED_SENDER = (
    "killed after so many calls",
    "others at work",
    "uncertain",
    "of them arrived",
    "the platform was answering",
)
REACTED = ("messages", "of people", "killed", "understood", "answered", "uncertain", "all settled after", "faults")
KILLED_LEADER = ("killed after so many were understood", "workers standing by", "positions not stored as done")


def kill_senders(scale: float) -> int:
    """Kill whoever sends thousands of follow-ups, and write what became of each; 1 if not what must."""
    with durable_server() as (url, folder), bots() as platform:
        ground = Ground.of_one(url, folder, platform)
        found = kill_while_sending(ground, url, max(int(SENDS * scale), 1), _pairs(KILLED_SENDERS, scale))
    print(text := "\n".join((sends_tables(found), "", f"{machine()}; scale {scale:g}.")))
    write_section("make chaos, killed while sending", text)
    return 1 if found.faults else 0


def kill_leaders(scale: float) -> int:
    """Kill whoever reacts to messages, and write what became of each; 1 if not what must."""
    messages, people = max(int(MESSAGES * scale), 1), max(int(WRITERS * scale), 1)
    with durable_server() as (url, folder), bots() as platform:
        ground = Ground.of_one(url, folder, platform)
        found = kill_while_reacting(ground, url, messages, people, KILLED_LEADERS)
    print(text := "\n".join((reactions_tables(found, people), "", f"{machine()}; scale {scale:g}.")))
    write_section("make chaos, killed while reacting", text)
    return 1 if found.faults else 0


def _pairs(kills: int, scale: float) -> int:
    """As many as the scale says, but two at least and never one alone: each second one is that of who is left."""
    return 2 * max(1, int(kills * scale / 2))


def sends_tables(found: SendFindings) -> str:
    """What became of the follow-ups, and what each kill left."""
    all_of_it = (
        f"{found.promised:,}",
        f"{len(found.kills)}",
        f"{found.sent:,}",
        f"{found.uncertain:,}",
        f"{found.seconds:.0f} s",
        counted(found.faults),
    )
    kills = [
        (f"{each.kill.done:,}", f"{each.kill.others}", f"{each.uncertain}", f"{each.arrived}", f"{each.unanswered}")
        for each in found.kills
    ]
    return f"{table(SENT, all_of_it)}\n\n{table(KILLED_SENDER, *kills)}"


def reactions_tables(found: ReactionFindings, people: int) -> str:
    """What became of the messages, and what each kill left."""
    all_of_it = (
        f"{found.written:,}",
        f"{people:,}",
        f"{len(found.kills)}",
        f"{found.understood:,}",
        f"{found.answered:,}",
        f"{found.uncertain:,}",
        f"{found.seconds:.0f} s",
        counted(found.faults),
    )
    kills = [(f"{each.kill.done:,}", f"{each.kill.others}", f"{each.behind:,}") for each in found.kills]
    return f"{table(REACTED, all_of_it)}\n\n{table(KILLED_LEADER, *kills)}"
