"""A notification as the tests send it."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from domain.vocabulary import NotificationKind
from processes.notifying.notification import Notification

WAITING: Final = Notification(
    notification_id=UUID("00000000-0000-4000-8000-000000000001"),
    creator_id="lucia",
    lead_id=UUID("00000000-0000-4000-8000-000000000002"),
    follower_id=UUID("00000000-0000-4000-8000-000000000003"),
    kind=NotificationKind.ESCALATED,
    title="Inés necesita a una persona",
    text="El bot guarda silencio.\n\n«¿Hay alguien ahí?»",
    url="https://dm.example.com/app/conversations/00000000-0000-4000-8000-000000000003",
    at=datetime(2026, 11, 30, 10, 0, tzinfo=UTC),
)
