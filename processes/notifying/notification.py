"""A notification: what somebody of the creator's is told about a conversation that waits for a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.vocabulary import NotificationKind


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What is told, in the words of `wording`; `at` (aware) is when it happened, `url` where to go on.

    A test is about nobody.
    It keeps its `notification_id` however often it is tried: by that whoever gets it twice knows it again.
    """

    notification_id: UUID
    creator_id: str
    lead_id: UUID | None
    follower_id: UUID | None
    kind: NotificationKind
    title: str
    text: str
    url: str | None
    at: datetime


def plain_text(notification: Notification) -> str:
    """Its text and, where there is one, the link: what a mail or a chat says below the title."""
    return "\n\n".join(part for part in (notification.text, notification.url) if part)
