"""Recomputes the chain of the log from the stored bytes and says where the first break is."""

import hashlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

GENESIS = hashlib.sha256(b"").digest()
"""The chain of the empty log."""

BATCH = 2000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PRINTED = re.compile(r"(?P<position>0|[1-9][0-9]{0,18}):(?P<chain>[0-9a-f]{64})")
_NAMED = '"event_id": "'
"""How PostgreSQL prints the id in metadata; quotes that are part of a value are printed with a backslash."""


@dataclass(frozen=True)
class Head:
    """The chain at a position: it stands for everything up to there. Kept elsewhere, it is an anchor."""

    position: int
    chain: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.chain.hex()}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """A head as it is printed; raises `ValueError` for anything else, such as one that was cut short."""
        found = _PRINTED.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not a position and a chain of 64 digits, as `check-log` prints them")
        return cls(int(found["position"]), bytes.fromhex(found["chain"]))


START = Head(0, GENESIS)


@dataclass(frozen=True)
class StoredRow:
    """One event as its bytes lie in the log; `metadata` is the text that PostgreSQL prints for it."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    recorded_at: datetime
    metadata: str
    state: bytes
    chain: bytes
    event_id: UUID

    @property
    def has_its_id(self) -> bool:
        """Whether the metadata, which the chain covers, names this event id; the oldest events name none."""
        return _NAMED not in self.metadata or f'{_NAMED}{self.event_id}"' in self.metadata


class Broken(Exception):
    """The log is not what was written; `position` is the first that does not fit."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"At position {position}: {reason}.")
        self.position = position
        self.reason = reason


def link(previous: bytes, row: StoredRow) -> bytes:
    """The chain behind `previous` when the row follows; the same as `log.link` in the database."""
    topic = row.topic.encode()
    return hashlib.sha256(
        b"".join(
            (
                previous,
                struct.pack(">q", row.position),
                row.originator_id.bytes,
                struct.pack(">qq", row.originator_version, len(topic)),
                topic,
                struct.pack(">q", (row.recorded_at - _EPOCH) // _MICROSECOND),
                hashlib.sha256(row.metadata.encode()).digest(),
                hashlib.sha256(row.state).digest(),
            )
        )
    ).digest()


def follow(start: Head, rows: Iterable[StoredRow], anchors: Mapping[int, bytes]) -> Head:
    """Walk from `start` over the rows behind it and answer where they end. Raises `Broken`.

    `anchors` are chains by position that were noted when the log stood there, outside of its database: without
    one, whoever may write everywhere can write another history with a chain that fits.
    """
    position, chain, recorded_at = start.position, start.chain, datetime.min.replace(tzinfo=UTC)
    anchored = start.position
    for row in rows:
        position += 1
        if row.position != position:
            raise Broken(position, f"no event stands here, the next is at {row.position}")
        chain = link(chain, row)
        if row.chain != chain:
            raise Broken(position, "the event is not the one that was appended here")
        if not row.has_its_id:
            raise Broken(position, "the event has another id than the one that it was appended with")
        if row.recorded_at < recorded_at:
            raise Broken(position, "the event is older than the one before it")
        recorded_at = row.recorded_at
        if (anchor := anchors.get(position)) is not None:
            if anchor != chain:
                raise Broken(position, f"the anchor is another: something between {anchored + 1} and here is forged")
            anchored = position
    return Head(position, chain)


def check_log(
    conn: psycopg.Connection,
    *,
    first: int = 1,
    last: int | None = None,
    anchors: Iterable[Head] = (),
    watching: Callable[[Iterator[StoredRow]], Iterator[StoredRow]] = iter,
) -> Head:
    """Check the log from position `first` to `last`, all of it by default; answers the head of what was checked.

    A check that begins later trusts the chain stored before `first`, unless an anchor says the same. Appends may
    go on meanwhile. `watching` is shown the rows on their way. Raises `Broken`, and `ValueError` for positions that
    the log does not have, and for anchors that contradict each other.
    """
    known = _by_position(anchors)
    head, lowest, highest = _ends(conn)
    stop = head.position if last is None else last
    if not 1 <= first <= stop + 1 or stop > head.position:
        raise ValueError(f"the log has the positions 1 to {head.position}")
    if lowest < 1:
        raise Broken(lowest, "an event stands before the beginning")
    start = START if first == 1 else _before(conn, first)
    if known.get(start.position, start.chain) != start.chain:
        raise Broken(start.position, "the anchor is another: something up to here is forged")
    reached = follow(start, watching(_rows(conn, start.position, stop)), known)
    if reached.position < stop:
        raise Broken(reached.position + 1, f"no event stands here, though the head is at {head.position}")
    if stop == head.position and reached.chain != head.chain:
        raise Broken(stop, "the head of the log is another")
    if highest > head.position:
        raise Broken(head.position + 1, "an event stands behind the head of the log")
    if beyond := min((each for each in known if each > head.position), default=None):
        raise Broken(head.position + 1, f"the log ends before, though an anchor was noted at {beyond}")
    return reached


def _by_position(anchors: Iterable[Head]) -> dict[int, bytes]:
    known: dict[int, bytes] = {}
    for anchor in anchors:
        if known.setdefault(anchor.position, anchor.chain) != anchor.chain:
            raise ValueError(f"two anchors contradict each other at position {anchor.position}")
    return known


def _ends(conn: psycopg.Connection) -> tuple[Head, int, int]:
    """What `log.head` says, and the first and the last position of an event at the same instant."""
    row = conn.execute(
        "SELECT position, chain, (SELECT coalesce(min(notification_id), 1) FROM log.events),"
        " (SELECT coalesce(max(notification_id), 0) FROM log.events) FROM log.head"
    ).fetchone()
    if row is None:
        raise Broken(0, "the head of the log is gone")
    return Head(row[0], bytes(row[1])), int(row[2]), int(row[3])


def _before(conn: psycopg.Connection, first: int) -> Head:
    row = conn.execute("SELECT chain FROM log.events WHERE notification_id = %s", (first - 1,)).fetchone()
    if row is None:
        raise Broken(first - 1, "no event stands here")
    return Head(first - 1, bytes(row[0]))


def _rows(conn: psycopg.Connection, after: int, last: int) -> Iterator[StoredRow]:
    # By ranges of positions, not by a limit: of two rows at one position none may slip through between batches.
    while after < last:
        rows = conn.execute(_RANGE, (after, min(after + BATCH, last)), binary=True).fetchall()
        for row in rows:
            if row[4] is None:
                raise Broken(row[0], "the event is not the one that was appended here")
            yield StoredRow(*row)
        if not rows:
            return
        after += BATCH


_RANGE = """
    SELECT notification_id, originator_id, originator_version, topic,
           CASE WHEN recorded_at BETWEEN '0001-01-02Z' AND '9999-12-30Z' THEN recorded_at END,
           metadata::text, state, chain, event_id
      FROM log.events WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id
"""
