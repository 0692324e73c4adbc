"""Webhooks of platforms: verify a delivery by its signature, and store it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from api.http.problems import Unsigned
from api.runtime import Runtime
from domain import context
from processes.channel_accounts import Connections
from processes.channels.base import Channel, ChannelName, RefusedDelivery
from processes.deliveries import Deliveries

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebhookReceiver:
    """The way in for platforms that call us."""

    channels: Mapping[ChannelName, Channel]
    connections: Connections
    deliveries: Deliveries

    @classmethod
    def of(cls, runtime: Runtime) -> "WebhookReceiver":
        """From the parts of a program."""
        return cls(runtime.channels, runtime.connections, runtime.deliveries)

    async def verify_and_store(
        self, channel: str, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]], request_id: UUID
    ) -> None:
        """Verify a delivery and hand it on; raises `Unsigned` when nobody whom we trust has sent it.

        What is signed is kept, whatever it holds: what cannot be read goes to quarantine, not back. Nothing is `read`
        for whoever names no account that is connected.
        """
        name = ChannelName(channel)
        speaks = self.channels.get(name)
        claim = None if speaks is None else speaks.claim(headers)
        named = None if claim is None else await self.connections.named_by(name, claim)
        if speaks is None or claim is None or named is None:
            raise _unsigned(channel)
        raw = await read()
        verified = speaks.verify(headers, raw, {claim: named.account_id})
        if isinstance(verified, RefusedDelivery):
            raise _unsigned(channel)
        with context.acting(f"platform:{channel}", correlation_id=request_id, request_id=request_id):
            await self.deliveries.store(name, verified.account_hint, named.creator_id, raw, channel)


def _unsigned(channel: str) -> Unsigned:
    _logger.info("delivery_refused", extra={"channel": channel})
    return Unsigned("This delivery names no connected account.")
