"""What commands leave beside the log, in the transaction of their events, and may ask of it: what it means, not how."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

SideStatement = tuple[str, tuple[Any, ...]]
"""A statement with its parameters that runs in the transaction of the events."""
MessageKey = tuple[str, str, str, str]
"""Creator, platform, account, and what the platform calls the message."""


class BesideLog:
    """Keeps nothing: for an application without a database. Where there is one, the settings name a subclass."""

    def __init__(self, recorder: Any) -> None:
        """`recorder` is the event store's, of which the domain knows no class."""

    def remember(self, key: MessageKey) -> Sequence[SideStatement]:
        """Keep a message's key for ever; a follower remembers only the latest."""
        return ()

    def was_received(self, key: MessageKey) -> bool:
        """Whether a key was ever remembered, also of somebody who was erased since."""
        return False

    def queue_erasure(self, lead_id: UUID, creator_id: str) -> Sequence[SideStatement]:
        """Have it tried until it is done, from the transaction on in which it is asked for."""
        return ()

    def forget_lead(self, lead_id: UUID) -> Sequence[SideStatement]:
        """Take a lead whose stream waits in the projections out of them: that it is deleted would wait with it."""
        return ()
