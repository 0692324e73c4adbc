"""A phone of the demo: what is typed on it takes the way that every platform's messages take."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.application import Clonnect
from domain.errors import FieldError, Invalid, NotFound
from domain.person.identity import check_shape, format_id, parse_id
from eventstore.log import Log
from processes.channels.base import ChannelName
from processes.deliveries import Deliveries


@dataclass(frozen=True)
class Arrived:
    """Where a phone's message was stored; no lead where it was no message."""

    message_id: str
    lead_id: UUID | None
    position: int


async def from_phone(
    app: Clonnect, deliveries: Deliveries, log: Log, creator_id: str, body: Mapping[str, Any]
) -> Arrived:
    """Deliver what was typed on a phone of the demo, by the way that every platform's messages take."""
    follower_id = body["follower_id"]
    platform, person = parse_id(follower_id)
    creator = await asyncio.to_thread(app.creator, creator_id)
    if platform is None or not person:
        detail = "A phone's id begins with one of ig_, wa_, tg_, sim_."
        raise Invalid(FieldError("/follower_id", "form", detail))
    check_shape(platform, person, field="/follower_id")
    account_id = creator.channels.get(platform)
    if account_id is None:
        raise Invalid(FieldError("/follower_id", "not_connected", f"The channel {platform} is not connected."))
    message_id = body.get("message_id") or uuid4().hex
    spelled = {"follower_id": format_id(platform, person), "message_id": message_id}
    raw = json.dumps({**body, **spelled}, sort_keys=True).encode()
    handled = await deliveries.store(ChannelName(platform), account_id, creator_id, raw, "simulator")
    if handled.quarantined is not None:
        raise Invalid(FieldError("", "unreadable", handled.quarantined))
    try:
        lead = await asyncio.to_thread(app.lead_known_as, creator_id, follower_id)
    except NotFound:
        lead = None
    position = await asyncio.to_thread(log.head) if handled.position is None else handled.position
    return Arrived(message_id, lead.id if lead else None, position)
