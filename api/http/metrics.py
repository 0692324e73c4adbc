"""Telemetry: counters and times of requests and commands, for the log and for Prometheus (`/metrics`)."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypedDict

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import Scope

from api.runtime import Runtime
from projections.engine.lag import lags

BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

OUTCOMES: Final = {
    "follower.send_accepted": "accepted",
    "follower.send_rejected": "rejected",
    "follower.send_uncertain": "uncertain",
    "follower.send_cancelled": "cancelled",
}
"""The events that say what became of a message of ours."""

_requests = logging.getLogger("api.requests")


@dataclass(frozen=True)
class Answered:
    """A request that has its answer."""

    scope: Scope
    status: int
    seconds: float

    @property
    def route(self) -> str:
        """The path as it is declared: the one that was asked for may name people."""
        return getattr(self.scope.get("route"), "path", None) or "(none)"


class _About(TypedDict):
    namespace: str
    registry: CollectorRegistry


class Telemetry:
    """The counters of one program; what is true of the whole installation is asked when somebody scrapes.

    Sends are counted in the log behind position `since`.
    """

    def __init__(self, since: int) -> None:
        self._registry = CollectorRegistry(auto_describe=True)
        about: _About = {"namespace": "clonnect", "registry": self._registry}
        self._requests = Counter("requests", "Requests answered.", ("method", "route", "status"), **about)
        self._seconds = Histogram(
            "request_seconds", "Until the answer was sent.", ("method", "route"), buckets=BUCKETS, **about
        )
        self._commands = Counter("commands", "Commands carried out.", ("command",), **about)
        self._waiting = Gauge("writer_waiting", "Commands that wait for the writer.", **about)
        self._head = Gauge("log_position", "Position of the last event of the log.", **about)
        self._lag_events = Gauge("projection_lag_events", "Events not shown yet.", ("projection",), **about)
        self._lag_seconds = Gauge("projection_lag_seconds", "Age of the oldest of them.", ("projection",), **about)
        self._parked = Gauge("projection_parked", "Streams that wait for a person.", ("projection",), **about)
        self._due = Gauge("due", "Rows of the agenda that are due or under way.", **about)
        self._sends = Counter("sends", "Messages of ours, since this program began.", ("outcome",), **about)
        self._set_aside = Gauge("set_aside", "What waits for a person.", ("kind",), **about)
        self._left = Gauge("deliveries_left", "What platforms delivered and is not processed.", ("state",), **about)
        self._handled = Counter("deliveries", "What this program has handled of it.", ("state",), **about)
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._seen: dict[str, int] = defaultdict(int)
        self._since = since
        self._scraping = asyncio.Lock()

    def answered(self, answered: Answered) -> None:
        """Count a request, time it, and give it its line in the log: ids only, no query, no body."""
        scope, route = answered.scope, answered.route
        method = scope["method"] if scope["method"] in METHODS else "(other)"
        answers, seconds = self._series(method, route, answered.status)
        answers.inc()
        seconds.observe(answered.seconds)
        if _requests.isEnabledFor(logging.INFO):
            state = scope["state"]
            caller = state.get("caller")
            about = {
                "method": method,
                "route": route,
                "status": answered.status,
                "ms": round(answered.seconds * 1000, 1),
                "request": state["request_id"],
                "caller": None if caller is None else caller.actor,
                "creator": None if caller is None else scope["path_params"].get("creator_id", caller.creator_id),
            }
            _requests.info("request", extra=about)

    def _series(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """What counts and times such requests; the library looks for a series under a lock, and by texts."""
        known = self._known.get((method, route, status))
        if known is None:
            known = self._requests.labels(method, route, status), self._seconds.labels(method, route)
            self._known[method, route, status] = known
        return known

    def commanded(self, command: str) -> None:
        """Count a command that was carried out."""
        self._commands.labels(command).inc()

    async def scrape(self, runtime: Runtime, set_aside: Iterable[tuple[str, int]]) -> bytes:
        """Everything in Prometheus' text format; `set_aside` is how much waits for a person, by kind."""
        async with self._scraping:
            self._waiting.set(runtime.writer.waiting)
            async with runtime.pool.connection() as conn:
                behind = await lags(conn, runtime.projections)
            for lag in behind:
                self._head.set(lag.head)
                self._lag_events.labels(lag.name).set(lag.events)
                self._lag_seconds.labels(lag.name).set(lag.seconds)
                self._parked.labels(lag.name).set(lag.parked)
            for kind, waiting in set_aside:
                self._set_aside.labels(kind).set(waiting)
            self._due.set(await runtime.agenda.unfinished(runtime.clock()))
            for state, handled in runtime.deliveries.settled.items():
                self._handled.labels(state).inc(handled - self._seen[state])
                self._seen[state] = handled
            async with runtime.pool.connection() as conn:
                cursor = await conn.execute(_LEFT)
                async for row in cursor:
                    self._left.labels(row["state"]).set(row["n"])
                cursor = await conn.execute(_OUTCOMES, {"since": self._since, "topics": list(OUTCOMES)})
                async for row in cursor:
                    self._since = row["until"]
                    if row["topic"] is not None:
                        self._sends.labels(OUTCOMES[row["topic"]]).inc(row["n"])
            return generate_latest(self._registry)


_LEFT: Final = """
    SELECT 'stored' AS state, count(*) AS n FROM app.deliveries WHERE state = 'stored'
    UNION ALL SELECT 'quarantined', count(*) FROM app.deliveries WHERE state = 'quarantined'"""


_OUTCOMES: Final = """
    SELECT head.position AS until, happened.topic, count(*) AS n
      FROM log.head AS head LEFT JOIN log.events AS happened
        ON happened.topic = ANY(%(topics)s)
       AND happened.notification_id > %(since)s AND happened.notification_id <= head.position
     GROUP BY head.position, happened.topic"""
