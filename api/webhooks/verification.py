"""Takes in what arrives from outside: a platform's webhook, or a phone of the demo."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from api.http.problems import Unsigned
from domain import context
from domain.errors import FieldError, Invalid, NotFound
from domain.person.identity import check_shape, format_id, parse_id
from processes.channels.base import ChannelName, RefusedDelivery

if TYPE_CHECKING:
    from api.bootstrap import Runtime

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrived:
    """Where a phone's message was stored; no lead where it was no message."""

    message_id: str
    lead_id: UUID | None
    position: int


async def verify_and_store(
    runtime: "Runtime", channel: str, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]], request_id: UUID
) -> None:
    """Verify a delivery and hand it on; raises `Unsigned` when nobody whom we trust has sent it.

    What is signed is kept, whatever it holds: what cannot be read goes to quarantine, not back. Nothing is `read` for
    whoever names no account that is connected.
    """
    name = ChannelName(channel)
    speaks = runtime.channels.get(name)
    claim = None if speaks is None else speaks.claim(headers)
    named = None if claim is None else await runtime.connections.named_by(name, claim)
    if speaks is None or claim is None or named is None:
        raise _unsigned(channel)
    raw = await read()
    verified = speaks.verify(headers, raw, {claim: named.account_id})
    if isinstance(verified, RefusedDelivery):
        raise _unsigned(channel)
    with context.acting(f"platform:{channel}", correlation_id=request_id, request_id=request_id):
        await runtime.deliveries.store(name, verified.account_hint, named.creator_id, raw, channel)


def _unsigned(channel: str) -> Unsigned:
    _logger.info("delivery_refused", extra={"channel": channel})
    return Unsigned("This delivery names no connected account.")


async def from_phone(runtime: "Runtime", creator_id: str, body: Mapping[str, Any]) -> Arrived:
    """Deliver what was typed on a phone of the demo, by the way that every platform's messages take."""
    follower_id = body["follower_id"]
    platform, person = parse_id(follower_id)
    creator = await asyncio.to_thread(runtime.app.creator, creator_id)
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
    handled = await runtime.deliveries.store(ChannelName(platform), account_id, creator_id, raw, "simulator")
    if handled.quarantined is not None:
        raise Invalid(FieldError("", "unreadable", handled.quarantined))
    try:
        lead = await asyncio.to_thread(runtime.app.lead_known_as, creator_id, follower_id)
    except NotFound:
        lead = None
    position = await asyncio.to_thread(runtime.log.head) if handled.position is None else handled.position
    return Arrived(message_id, lead.id if lead else None, position)
