"""Idempotency keys: a POST is carried out once for each `Idempotency-Key`, and a repeat gets the first answer."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, TypeVar, get_type_hints
from uuid import UUID, uuid5

from fastapi import Request, Response
from pydantic import TypeAdapter

from api.http.problems import InProgress, KeyReused
from domain.aggregate import Aggregate
from domain.application import Clonnect
from domain.beside_log import SideStatement
from domain.errors import DomainError, FieldError, Invalid, LostRace
from eventstore.log import Log
from eventstore.sealing import Sealer
from eventstore.writer import Done, Writer
from processes.transient_errors import TRANSIENT_ERRORS
from projections.engine.progress import Progress
from projections.engine.projection import Pool

T = TypeVar("T")
Handle = Callable[[Request], Awaitable[Response]]

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
KEPT_FOR: Final = timedelta(hours=24)
SWEPT_AT_ONCE: Final = 10_000

_KEY: Final = re.compile(r"[\x20-\x7e]{1,255}")
_NAMESPACE: Final = UUID("5b1f5e0c-53d9-4f0b-8f5e-0f6c1f1a7c11")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """One request under a key: `about` names creator, caller and key, `sha256` everything that was asked."""

    about: bytes
    creator_id: str
    sha256: str


@dataclass(frozen=True)
class Known:
    """What is kept of a request: what each of its commands answered, and the whole answer if there was one."""

    steps: Sequence[Mapping[str, Any]]
    answer: Mapping[str, Any] | None


@dataclass
class Once:
    """The commands of one request: those that were carried out before answer what they answered then.

    An answer that `holds_secret` is not kept: a repeat renders it anew, without the secret.
    """

    asked: Asked
    kept_by: "Idempotency"
    carried_out: Sequence[Mapping[str, Any]] = ()
    step: int = field(default=0, init=False)
    holds_secret: bool = field(default=False, init=False)

    async def do(self, command: Callable[..., T], run: Callable[[Clonnect], T]) -> Done[T]:
        """Run a command unless it was run before; what it answers is kept in the transaction of its events.

        `run` carries out `command`, whose return type says how the answer is written and read.
        """
        step = self.step
        self.step += 1
        if step < len(self.carried_out):
            return await asyncio.to_thread(self.kept_by.as_recorded, command, self.carried_out[step])

        def recording(result: object, last_event_id: UUID | None) -> list[SideStatement]:
            row = {
                "sha256": self.asked.sha256,
                "result": _written(command, result),
                "last_event_id": None if last_event_id is None else str(last_event_id),
            }
            return [self.kept_by.recording(self.asked, step, row)]

        return await self.kept_by.writer.do_with(recording, run)

    def id(self, what: str) -> UUID:
        """An id that is the same whenever this request is run."""
        return uuid5(_NAMESPACE, f"{self.asked.about.hex()}/{what}")


_INSERT: Final = """
    INSERT INTO app.idempotency (key_sha256, step, creator_id, recorded_sealed)
    VALUES (%s, %s, %s, vault.sealed(%s, %s))"""

_KEEP: Final = """
    WITH answer AS (
        SELECT CASE WHEN NOT EXISTS (
            SELECT FROM log.events WHERE topic = 'lead.erased' AND notification_id > %(since)s
               AND (metadata->>'creator_id' = %(creator_id)s OR %(creator_id)s = ''))
             THEN vault.sealed(%(answer)s, %(key_id)s) END AS sealed)
    INSERT INTO app.idempotency AS kept (key_sha256, step, creator_id, recorded_sealed, answer_sealed)
    SELECT %(about)s, 0, %(creator_id)s, vault.sealed(%(recorded)s, %(key_id)s), sealed FROM answer
    ON CONFLICT (key_sha256, step) DO UPDATE SET answer_sealed = EXCLUDED.answer_sealed
     WHERE kept.answer_sealed IS NULL
    RETURNING true AS kept"""
"""Keeps an answer, unless it may speak of somebody who was erased while it was made."""


class Idempotency:
    """What this installation has answered to requests with a key, for 24 hours.

    The row of a command, unique for its key and step, is what lets only one of several programs carry it out. What
    is under way in this program is known here; what was carried out and has no answer yet is rendered again.
    """

    def __init__(
        self, pool: Pool, sealer: Sealer, writer: Writer[Clonnect], app: Clonnect, log: Log, progress: Progress
    ) -> None:
        self._pool = pool
        self._sealer = sealer
        self.writer = writer
        self._app = app
        self._log = log
        self._progress = progress
        self._under_way: dict[bytes, str] = {}

    async def once(self, request: Request, creator_id: str, caller: str, body: bytes, handle: Handle) -> Response:
        """The route's answer; a POST with an idempotency key is carried out once."""
        if request.method != "POST" or HEADER not in request.headers:
            return await handle(request)
        return await self.answer(request, creator_id, caller, body, handle)

    async def answer(self, request: Request, creator_id: str, caller: str, body: bytes, handle: Handle) -> Response:
        """The route's answer, or the one that was given to the same request before.

        Raises `KeyReused` for another request under the same key, and `InProgress` while the first one runs.
        """
        asked = _asked(request, creator_id, caller, body)
        if (sha := self._under_way.get(asked.about)) is not None:
            if sha != asked.sha256:
                raise KeyReused("This key was used for another request.")
            raise InProgress("The first request with this key is not answered yet.")
        self._under_way[asked.about] = asked.sha256
        try:
            return await self._once(request, asked, handle)
        finally:
            del self._under_way[asked.about]

    async def _once(self, request: Request, asked: Asked, handle: Handle) -> Response:
        since = self._progress.position
        known = await self._find(asked)
        if known is not None and known.answer is not None:
            return _replayed(known.answer)
        try:
            response = await self._run(request, asked, known, handle)
        except (DomainError, LostRace):
            # Another program may have been faster with the same request, and what it did is why this is refused.
            known, before = await self._find(asked), known
            if known is None or before is not None:
                raise
            response = await self._run(request, asked, known, handle)
        if not 200 <= response.status_code < 300 or request.state.once.holds_secret:
            return response
        return await self._keep(asked, response, since) or response

    async def _run(self, request: Request, asked: Asked, known: Known | None, handle: Handle) -> Response:
        if known is None:
            request.state.once = Once(asked, self)
            return await handle(request)
        if known.answer is not None:
            return _replayed(known.answer)
        request.state.once = Once(asked, self, known.steps)
        response = await handle(request)
        response.headers[REPLAYED] = "true"
        return response

    async def _find(self, asked: Asked) -> Known | None:
        """What is kept under the key, if its time is not over; raises `KeyReused` if it is of another request."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT *, recorded_at < now() - %s AS is_over FROM app.idempotency
                    WHERE key_sha256 = %s ORDER BY step""",
                (KEPT_FOR, asked.about),
            )
            rows = await cursor.fetchall()
            if any(row["is_over"] for row in rows):
                await conn.execute("DELETE FROM app.idempotency WHERE key_sha256 = %s", (asked.about,))
                return None
        if not rows:
            return None
        steps = [self._opened(row["recorded_sealed"], _place(asked, row["step"])) for row in rows]
        if steps[0]["sha256"] != asked.sha256:
            raise KeyReused("This key was used for another request.")
        sealed = rows[0]["answer_sealed"]
        answer = None if sealed is None else self._opened(sealed, _place(asked, None))
        return Known([step for step in steps if "result" in step], answer)

    def _opened(self, sealed: bytes, place: str) -> Mapping[str, Any]:
        opened: Mapping[str, Any] = json.loads(self._sealer.open(bytes(sealed), place))
        return opened

    async def _keep(self, asked: Asked, response: Response, since: int) -> Response | None:
        """Keep an answer; answers the one that another program has kept meanwhile, if one has."""
        answer = {
            "status": response.status_code,
            "headers": [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers],
            "body": bytes(response.body).decode("latin-1"),
        }
        values = {
            "about": asked.about,
            "creator_id": asked.creator_id,
            "recorded": _sealed(self._sealer, asked, 0, {"sha256": asked.sha256}),
            "answer": _sealed(self._sealer, asked, None, answer),
            "key_id": self._sealer.key_id,
            "since": since,
        }
        try:
            async with self._pool.connection() as conn:
                cursor = await conn.execute(_KEEP, values)
                if await cursor.fetchone() is not None:
                    return None
            known = await self._find(asked)
        except TRANSIENT_ERRORS as error:  # it is done; a repeat renders the answer from what the commands answered
            _logger.warning("answer_not_kept", extra={"error": type(error).__name__})
            return None
        return None if known is None or known.answer is None else _replayed(known.answer)

    def recording(self, asked: Asked, step: int, row: Mapping[str, Any]) -> SideStatement:
        """The statement that keeps what a command answered, in the transaction of its events."""
        sealed = _sealed(self._sealer, asked, step, row)
        return _INSERT, (asked.about, step, asked.creator_id, sealed, self._sealer.key_id)

    def as_recorded(self, command: Callable[..., T], step: Mapping[str, Any]) -> Done[T]:
        """What a command answered when it was carried out."""
        kind, result = get_type_hints(command)["return"], step["result"]
        if isinstance(kind, type) and issubclass(kind, Aggregate):
            result = self._app.repository.get(UUID(result["id"]), version=result["version"])
        else:
            result = TypeAdapter(kind).validate_python(result)
        event_id = step["last_event_id"]
        position = None if event_id is None else self._log.position_of(UUID(event_id))
        return Done(result, position, self._log.head())


async def sweep(pool: Pool) -> None:
    """Throw away what is older than 24 hours, or some of it if that is much."""
    async with pool.connection() as conn:
        await conn.execute(
            """DELETE FROM app.idempotency WHERE ctid = ANY (ARRAY(
                   SELECT ctid FROM app.idempotency WHERE recorded_at < now() - %s LIMIT %s))""",
            (KEPT_FOR, SWEPT_AT_ONCE),
        )


def _asked(request: Request, creator_id: str, caller: str, body: bytes) -> Asked:
    given = request.headers.getlist(HEADER)
    if len(given) != 1 or not _KEY.fullmatch(given[0]):
        detail = "An idempotency key has 1 to 255 printable ASCII characters."
        raise Invalid(FieldError(f"header:{HEADER}", "form", detail))
    what = (request.method.encode(), request.url.path.encode(), request.url.query.encode(), body)
    about = sha256(json.dumps([creator_id, caller, given[0]]).encode()).digest()
    return Asked(about, creator_id, sha256(b"".join(sha256(part).digest() for part in what)).hexdigest())


def _sealed(sealer: Sealer, asked: Asked, step: int | None, content: Mapping[str, Any]) -> bytes:
    return sealer.seal(json.dumps(content).encode(), _place(asked, step))


def _place(asked: Asked, step: int | None) -> str:
    """What binds a sealed value to its row: the result of a step, or the answer."""
    return f"{asked.about.hex()}/{'answer' if step is None else step}"


def _replayed(answer: Mapping[str, Any]) -> Response:
    response = Response(answer["body"].encode("latin-1"), answer["status"])
    response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer["headers"]]
    response.headers[REPLAYED] = "true"
    return response


def _written(command: Callable[..., T], result: Any) -> Any:
    """What a command answered, as JSON; an aggregate as its id and version, at which the log can show it again."""
    if isinstance(result, Aggregate):
        return {"id": str(result.id), "version": result.version}
    return TypeAdapter(get_type_hints(command)["return"]).dump_python(result, mode="json")
