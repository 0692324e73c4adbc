"""The base of process managers: one handler for each kind of event, acting as the bot because of that event."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from domain import context
from eventstore.log import Recorded
from projections.engine.projection import Pool

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[None]])


def _always(_event: Any) -> bool:
    return True


def reacts_to(*event_classes: type[Any], when: Callable[[Any], bool] = _always) -> Callable[[Handler], Handler]:
    """Mark a method as the reaction to these events; `when` tells by the event alone which of them call for nothing."""

    def mark(method: Handler) -> Handler:
        method.__dict__.update(handled=event_classes, when=when)
        return method

    return mark


class Process:
    """Follows the log and gives commands. It may see an event twice, after a crash; its commands do not mind.

    A process is never replayed: it would answer years of messages.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self._handlers: dict[str, Callable[[Any, Recorded], Awaitable[None]]] = {}
        self._conditions: dict[str, Callable[[Any], bool]] = {}
        for attribute in vars(type(self)).values():
            for event_class in getattr(attribute, "handled", ()):
                self._handlers[event_class.TOPIC] = attribute.__get__(self)
                self._conditions[event_class.TOPIC] = attribute.when

    def prepare(self) -> None:
        """Load what reacting takes, on a thread of its own, before this worker leads."""

    @property
    def topics(self) -> Collection[str]:
        """The kinds of events that concern the process."""
        return self._handlers.keys()

    def reacts(self, recorded: Recorded) -> bool:
        """Whether this event concerns the process; what was erased calls for nothing any more."""
        event = recorded.event
        condition = self._conditions.get(event.TOPIC)
        return condition is not None and not event.erased and condition(event)

    async def handle(self, recorded: Recorded) -> None:
        """React to one event that concerns the process."""
        await self._handlers[recorded.event.TOPIC](recorded.event, recorded)


def caused_by(recorded: Recorded, actor: str = "bot") -> AbstractContextManager[context.Context]:
    """What happens inside was caused by this event."""
    return context.acting(
        actor,
        correlation_id=UUID(recorded.metadata["correlation_id"]),
        causation_id=recorded.event_id,
    )


async def decided_up_to(pool: Pool) -> int:
    """Up to which position every process has done what it does about it."""
    async with pool.connection() as conn:
        cursor = await conn.execute("SELECT coalesce(min(position), 0) AS position FROM app.processes")
        row = await cursor.fetchone()
    return int(row["position"]) if row else 0
