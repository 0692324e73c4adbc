"""Messages of the stream: what one says of an event, as the text that every reader of it is sent."""

import json
from typing import Final, NamedTuple

from domain.lead import Lead
from projections.event_history import Happened

CHANGED: Final = {
    Lead.StatusChanged.TOPIC: ["status"],
    Lead.Scored.TOPIC: ["purchase_intent"],
    Lead.Assigned.TOPIC: ["assigned_to"],
    Lead.Archived.TOPIC: ["archived"],
    Lead.MarkedAsSpam.TOPIC: ["spam"],
    Lead.Restored.TOPIC: ["archived", "spam"],
}


class StreamMessage(NamedTuple):
    """One event as it is told."""

    position: int
    topic: str
    text: str


def message_of(happened: Happened) -> StreamMessage:
    """What is told of an event: ids and names of fields, nothing personal."""
    position, topic, about = happened.position, happened.topic, happened.metadata
    data = {
        "position": position,
        "type": topic,
        "recorded_at": happened.recorded_at.isoformat(timespec="microseconds"),
        "actor": about.get("actor"),
        "lead_id": about.get("lead_id"),
        "follower_id": about.get("follower_id"),
        "correlation_id": about.get("correlation_id"),
        "changed": happened.changed or CHANGED.get(topic, []),
    }
    return StreamMessage(position, topic, told(position, topic, data))


def told(position: int, event: str, data: dict[str, object]) -> str:
    """The text of a message."""
    return f"id: {position}\nevent: {event}\ndata: {json.dumps(data)}\n\n"
