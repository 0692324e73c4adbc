"""Says on whose behalf a process acts: the bot, because of an event, within the same story."""

from contextlib import AbstractContextManager
from uuid import UUID

from domain import context
from eventstore.log import Recorded


def because_of(recorded: Recorded, actor: str = "bot") -> AbstractContextManager[context.Context]:
    """What happens inside was caused by this event."""
    return context.acting(
        actor,
        correlation_id=UUID(recorded.metadata["correlation_id"]),
        causation_id=recorded.event_id,
    )
