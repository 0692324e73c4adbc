"""The context of a command: actor, cause and time. Set by whoever gives it, read when events are saved."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.random_ids import random_id


@dataclass(frozen=True)
class Context:
    """One cause of events. `at` is the program's clock when the command began, aware UTC."""

    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None
    request_id: UUID | None = None
    delivery_id: UUID | None = None
    at: datetime | None = None

    def metadata(self) -> dict[str, str]:
        """What every event of this cause carries: ids only, nothing personal."""
        ids = {
            "correlation_id": self.correlation_id,
            "causation_id": self.causation_id,
            "request_id": self.request_id,
            "delivery_id": self.delivery_id,
        }
        return {"actor": self.actor} | {name: str(value) for name, value in ids.items() if value is not None}


_context: ContextVar[Context] = ContextVar("context")


def current() -> Context:
    """The cause in force; raises `LookupError` where nobody said who acts."""
    return _context.get()


def present() -> Context | None:
    """The cause in force, if there is one."""
    return _context.get(None)


def now() -> datetime:
    """The time of the running command, as its caller's clock gave it."""
    at = current().at
    if at is None:
        raise LookupError("the running command was given no time")
    return at


@contextmanager
def instead(actor: str) -> Iterator[None]:
    """Within the block somebody else acts, for the same cause."""
    token = _context.set(replace(current(), actor=actor))
    try:
        yield
    finally:
        _context.reset(token)


@contextmanager
def acting(
    actor: str,
    *,
    correlation_id: UUID | None = None,
    causation_id: UUID | None = None,
    request_id: UUID | None = None,
    delivery_id: UUID | None = None,
    at: datetime | None = None,
) -> Iterator[Context]:
    """Say who acts (`person:…`, `bot`, `follower:…`, `platform:…`, `system`, `key:…`) for what happens inside."""
    context = Context(actor, correlation_id or random_id(), causation_id, request_id, delivery_id, at)
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)


@contextmanager
def going_on(correlation_id: UUID) -> Iterator[None]:
    """Go on with what was begun under this correlation id, perhaps by a request before."""
    token = _context.set(replace(current(), correlation_id=correlation_id))
    try:
        yield
    finally:
        _context.reset(token)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Give the command that runs inside its time."""
    token = _context.set(replace(current(), at=moment))
    try:
        yield
    finally:
        _context.reset(token)
