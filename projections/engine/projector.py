"""The projector: a catch-up subscription for all projections, rows and position in one transaction, one leader each."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import chain

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg import Connection
from psycopg.errors import DivisionByZero
from psycopg.rows import DictRow, dict_row

from eventstore.answer_timeouts import AnsweringConnection
from eventstore.leases import BEAT_SECONDS, Lease, beat, take
from eventstore.listener import POLL_SECONDS
from eventstore.log import Log, LogPage
from eventstore.round_trip import Statement, carry_out, carry_out_in_turn
from eventstore.session_limits import FOLLOWING, RECONNECT_SECONDS, session
from eventstore.vault import WrongKey
from projections.engine.folding import Parked, Waiting, apply_page, error_location, fold, with_parked
from projections.engine.generations import CHANNEL as CHANNEL
from projections.engine.generations import clear_away, leader_key, set_up, shown, storing_parked
from projections.engine.progress import Progress
from projections.engine.projection import Projection

BATCH = 500
CLEARS_EVERY = 60.0
FIRST_REST, LONGEST_REST = 0.1, 5.0
STOP_SECONDS = 2.0
ANSWER_SECONDS = 10.0
PREPARE_SECONDS = 25.0
"""How long a program waits that starts while others make tables; within the statement timeout of its session."""

SESSION = "SET synchronous_commit = off"
"""Should the database crash, what it had not flushed of these rows is made again from the log."""

CONNECTION_ERRORS = (psycopg.Error, PersistenceError, OSError)

_logger = logging.getLogger(__name__)


@dataclass
class _Led:
    """A projection that is led from here, as the database has it.

    `asked` is the one that queries go through. Any thread may let that show other tables; what is written goes where
    the position says.
    """

    asked: Projection
    projection: Projection
    lease: Lease
    position: int = 0
    waiting: Waiting = field(default_factory=dict)
    error: Exception | None = None
    rest: float = FIRST_REST
    rests_until: float = 0.0


class Projector:
    """Keeps every projection for which it is the leader at the head of the log."""

    def __init__(self, url: str, log: Log, projections: Sequence[Projection], progress: Progress) -> None:
        self._url = url
        self._log = log
        self._projections = projections
        self._progress = progress
        self._led: dict[str, _Led] = {}
        self._in_doubt = False
        self._cleared_at = time.monotonic()
        self._beaten_at = 0.0
        self._looked_at = -POLL_SECONDS
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)

    def log_moved(self, _payload: str | None) -> None:
        """Somebody appended: that concerns who leads something."""
        if self._led:
            self._wake.set()

    def heard(self, payload: str | None) -> None:
        """Another process reports how far it is, and in which tables; nothing: what is known may be wrong."""
        if not payload:
            self._in_doubt = True
            self._wake.set()
        known = {(each.name, each.version): each for each in self._projections}
        for told_of in (payload or "").split():
            name, version, generation, position = told_of.split(":")
            projection = known.get((name, int(version)))
            if projection is not None:
                self._report(projection, int(generation), int(position))

    def prepare(self) -> None:
        """Make the tables that are missing, and see how far all are, so that whoever starts now can ask them."""
        with self._connect() as conn:
            self._prepare(conn)
            self._see_how_far(conn, self._projections)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End; if the database gives no answer, without waiting for it."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def catch_up(self) -> int:
        """Bring everything to the head of the log, in the calling thread; answers the position reached.

        Raises what keeps a projection from going on.
        """
        with self._connect() as conn:
            self._prepare(conn)
            self._lead(conn)
            while self._round(conn):
                pass
        for led in self._led.values():
            if led.error is not None:
                raise led.error
        return self._progress.position

    def _run(self) -> None:
        delay = 0.1
        while not self._stopping.is_set():
            try:
                with self._connect() as conn:
                    self._prepare(conn)
                    delay = 0.1
                    while not self._stopping.is_set():
                        self._wake.clear()
                        if time.monotonic() - self._looked_at >= POLL_SECONDS:
                            self._lead(conn)
                        if self._in_doubt:
                            self._in_doubt = False
                            for led in self._led.values():
                                self._look_again(conn, led)
                        while self._round(conn) and not self._stopping.is_set():
                            pass
                        self._clear_away(conn)
                        self._wake.wait(POLL_SECONDS)
            except CONNECTION_ERRORS as error:
                _logger.warning("projector_connection_lost", extra={"error": type(error).__name__})
                self._stopping.wait(delay)
                delay = min(delay * 2, RECONNECT_SECONDS)
            except Exception:
                _logger.exception("projector_failed")
                self._stopping.wait(delay)
                delay = min(delay * 2, LONGEST_REST)

    def _connect(self) -> AnsweringConnection[DictRow]:
        conn = AnsweringConnection.connect(
            self._url, autocommit=True, row_factory=dict_row, **session(FOLLOWING, self._url)
        )
        conn.execute(SESSION)
        return conn

    def _prepare(self, conn: AnsweringConnection[DictRow]) -> None:
        """Make the tables that are missing, one program after the other; one that hangs over it loses its session."""
        self._led.clear()
        self._looked_at = -POLL_SECONDS
        conn.answer_seconds = PREPARE_SECONDS + ANSWER_SECONDS
        with conn.transaction():
            conn.execute(f"SET LOCAL lock_timeout = '{PREPARE_SECONDS:.0f}s'".encode())
            conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('projections', 0))")
            for projection in self._projections:
                set_up(conn, projection)
        conn.answer_seconds = ANSWER_SECONDS

    def _lead(self, conn: Connection[DictRow]) -> None:
        """Lead what nobody else does, and look how far the others have brought the rest."""
        self._looked_at = time.monotonic()
        others = {leader_key(each.name, each.version): each for each in self._projections if each.name not in self._led}
        if not others:
            return
        for key, lease in take(conn, others).items():
            projection = others.pop(key)
            self._led[projection.name] = led = _Led(projection, copy(projection), lease)
            self._look_again(conn, led)
        self._see_how_far(conn, list(others.values()))

    def _see_how_far(self, conn: Connection[DictRow], projections: Sequence[Projection]) -> None:
        known = {each.name: each for each in projections}
        rows = conn.execute(
            """SELECT name, generation, position FROM read.projections
                 JOIN unnest(%s::text[], %s::int[]) AS wanted (name, version) USING (name, version)""",
            (list(known), [each.version for each in known.values()]),
        )
        for row in rows:
            self._report(known[row["name"]], row["generation"], row["position"])

    def _beat(self, conn: Connection[DictRow]) -> None:
        if self._led and time.monotonic() - self._beaten_at > BEAT_SECONDS:
            beat(conn, [led.lease for led in self._led.values()])
            self._beaten_at = time.monotonic()

    def _look_again(self, conn: Connection[DictRow], led: _Led) -> None:
        found = shown(conn, led.projection)
        if found is None:
            raise RuntimeError(f"the tables of {led.projection.name} are gone and are made again")
        led.projection.show(found.generation)
        led.position, led.waiting = found.position, found.waiting
        self._report(led.asked, found.generation, found.position)

    def _report(self, projection: Projection, generation: int, position: int) -> None:
        # The tables first: who is woken by the position reads them.
        if generation > projection.generation:
            projection.show(generation)
        self._progress.advance(projection.name, position)

    def _round(self, conn: Connection[DictRow]) -> bool:
        """Take what is led one batch further, the furthest first; `False` when there is nothing left to do."""
        self._beat(conn)
        groups: dict[int, list[_Led]] = defaultdict(list)
        now = time.monotonic()
        for led in self._led.values():
            if led.rests_until <= now:
                groups[led.position].append(led)
        moved = [self._take_further(conn, position, groups[position]) for position in sorted(groups, reverse=True)]
        return any(moved)

    def _take_further(self, conn: Connection[DictRow], position: int, group: Sequence[_Led]) -> bool:
        """One batch for projections that stand at the same position."""
        topics = set(chain.from_iterable(led.projection.topics for led in group))
        try:
            page = self._log.page(position, BATCH, topics)
        except Exception as error:
            if isinstance(error, CONNECTION_ERRORS) and not isinstance(error, WrongKey):
                raise
            if len(group) > 1:  # a key that does not open, for instance: no event can help it
                moved = [self._take_further(conn, position, [led]) for led in group]
                return any(moved)
            self._rest(conn, group[0], error)
            return False
        if page.reached < position:  # the log has begun anew, and our tables with it
            for led in group:
                self._look_again(conn, led)
        if page.reached <= position:
            return False
        try:
            self._show_together(conn, group, page)
        except Exception as error:
            if conn.closed:
                raise
            _logger.info("projections_separated", extra={"position": position, "error": type(error).__name__})
            for led in group:
                self._show_alone(conn, led, page)
            return True
        return page.reached == position + BATCH  # else that was the head, and whoever appends more will say so

    def _show_together(self, conn: Connection[DictRow], group: Sequence[_Led], page: LogPage) -> None:
        folded = [fold(led.projection, page, led.waiting) for led in group]
        changed = [led.projection for led, each in zip(group, folded, strict=True) if each.changes]
        statements = [_pass_on(group, page.reached)]
        for led, each in zip(group, folded, strict=True):
            statements += each.statements()
            statements += storing_parked(led.projection, each.parked)
        carry_out(conn, [*statements, _notify(group, page.reached, changed)])
        for led, each in zip(group, folded, strict=True):
            self._shown(led, page, each.parked)

    def _show_alone(self, conn: Connection[DictRow], led: _Led, page: LogPage) -> None:
        """The same for one projection, where something went wrong: what is of an event parks its stream."""
        try:
            with conn.transaction():
                carry_out_in_turn(conn, [_pass_on([led], page.reached)])
                parked = apply_page(conn, led.projection, page, led.waiting)
                carry_out_in_turn(conn, storing_parked(led.projection, parked))
                carry_out_in_turn(conn, [_notify([led], page.reached, [led.projection])])
        except DivisionByZero:
            self._look_again(conn, led)
        except Exception as error:
            if conn.closed:
                raise
            self._rest(conn, led, error)
        else:
            self._shown(led, page, parked)

    def _shown(self, led: _Led, page: LogPage, parked: Sequence[Parked]) -> None:
        led.position, led.waiting = page.reached, with_parked(led.waiting, parked)
        led.error, led.rest, led.rests_until = None, FIRST_REST, 0
        self._progress.advance(led.projection.name, page.reached)

    def _rest(self, conn: Connection[DictRow], led: _Led, error: Exception) -> None:
        """Leave a projection that cannot go on alone for a while; everybody can see why it stands."""
        _logger.error(
            "projection_stands",
            extra={"projection": led.projection.name, "position": led.position, "error": error_location(error)},
        )
        led.error, led.rests_until = error, time.monotonic() + led.rest
        led.rest = min(led.rest * 2, LONGEST_REST)
        conn.execute(
            "UPDATE read.projections SET failure = %s WHERE name = %s AND version = %s",
            (error_location(error), led.projection.name, led.projection.version),
        )

    def _clear_away(self, conn: Connection[DictRow]) -> None:
        if self._led and time.monotonic() - self._cleared_at > CLEARS_EVERY:
            self._cleared_at = time.monotonic()
            clear_away(conn, [led.projection for led in self._led.values()])


def _pass_on(group: Sequence[_Led], reached: int) -> Statement:
    """Move the positions, and hold them until commit.

    Where somebody has switched, replayed or reset one it fails with `DivisionByZero`, and nothing is stored: no other
    expression refuses without a function.
    """
    return (
        """WITH passed AS (
               UPDATE read.projections AS p SET position = %s, failure = NULL
                 FROM unnest(%s::text[], %s::int[], %s::int[], %s::int[]) AS led (name, version, generation, parked)
                WHERE p.name = led.name AND p.version = led.version
                  AND p.generation = led.generation AND p.position = %s AND p.parked = led.parked
               RETURNING true)
           SELECT 1 / (count(*) = %s)::int FROM passed""",
        (
            reached,
            [led.projection.name for led in group],
            [led.projection.version for led in group],
            [led.projection.generation for led in group],
            [len(led.waiting) for led in group],
            group[0].position,
            len(group),
        ),
    )


def _notify(group: Sequence[_Led], reached: int, changed: Iterable[Projection]) -> Statement:
    told = {CHANNEL: " ".join(report(led.projection, reached) for led in group)}
    return notification(told | {each.announced_on: "" for each in changed if each.announced_on is not None})


def notification(told: Mapping[str, str]) -> Statement:
    """What tells whoever listens to these channels, when the transaction is committed."""
    return (
        "SELECT pg_notify(channel, payload) FROM unnest(%s::text[], %s::text[]) AS told (channel, payload)",
        (list(told), list(told.values())),
    )


def report(projection: Projection, position: int) -> str:
    """What other processes are told: how far a projection is, and in which tables."""
    return f"{projection.name}:{projection.version}:{projection.generation}:{position}"
