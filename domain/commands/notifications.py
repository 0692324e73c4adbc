"""Commands about notifications: whether a person is told that somebody waits, and what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from domain import context
from domain.errors import NotDue
from domain.follower.follower import Follower
from domain.streams import Streams
from domain.vocabulary import Language, NotificationKind

QUIET: Final = timedelta(minutes=5)
"""About one conversation a person is told at most once in this time."""
REMIND_AFTER: Final = timedelta(hours=4)
"""Whoever still waits for a person is told of once more."""


@dataclass(frozen=True)
class PlannedNotification:
    """What may be told now, and about whom; `said` is the last that they wrote.

    `is_recent`: of this conversation somebody was told a moment ago, so that nobody is told of it now.
    """

    notification_id: UUID
    creator_id: str
    lead_id: UUID
    follower_id: UUID
    language: Language
    name: str | None
    said: str | None
    is_recent: bool


class NotificationCommands(Streams):
    """What a creator's people are told about somebody who waits for a person."""

    def plan_notification(
        self, follower_id: UUID, escalation_id: UUID, kind: NotificationKind, *, retried: bool = False
    ) -> PlannedNotification:
        """What is to be told about an escalation; `retried`: at a target that did not take it before.

        Raises `NotDue` when nobody waits any more, when this was told before, and of a retry when the reminder was.
        """
        follower = self.follower(follower_id)
        if not follower.is_alive or follower.escalation != escalation_id:
            raise NotDue("Nobody waits for a person any more.")
        told = kind in follower.notified
        is_outdated = kind is NotificationKind.ESCALATED and NotificationKind.UNRESOLVED in follower.notified
        if is_outdated or (told and not retried):
            raise NotDue("This was told before.")
        told_at, now = follower.notified_at, context.now()
        return PlannedNotification(
            notification_id=_notification_id(escalation_id, kind),
            creator_id=follower.creator_id,
            lead_id=follower.lead_id,
            follower_id=follower_id,
            language=self.creator(follower.creator_id).settings.language,
            name=self.lead_of(follower).details.name,
            said=follower.understood.text if follower.understood is not None else None,
            is_recent=told_at is not None and now - told_at < QUIET,
        )

    def record_notified(
        self, follower_id: UUID, escalation_id: UUID, kind: NotificationKind, outcomes: tuple[tuple[str, str], ...]
    ) -> None:
        """Record what became of a notification at each target; who still waits then is told of once more, later.

        Raises `NotDue` when that was recorded before, or the person is gone.
        """
        follower = self.follower(follower_id)
        waits = follower.escalation == escalation_id
        if not follower.is_alive or (waits and kind in follower.notified):
            raise NotDue("This was told before.")
        again_at = context.now() + REMIND_AFTER if waits and kind is NotificationKind.ESCALATED else None
        follower.trigger_event(
            Follower.PersonNotified,
            notification_id=_notification_id(escalation_id, kind),
            escalation_id=escalation_id,
            kind=kind,
            outcomes=outcomes,
            retried=False,
            again_at=again_at,
        )
        self.save_streams(follower)

    def record_notified_again(
        self, follower_id: UUID, escalation_id: UUID, kind: NotificationKind, target: str, outcome: str
    ) -> None:
        """Record what at last became of a notification that was tried again at a target.

        Raises `NotDue` when the person is gone.
        """
        follower = self.follower(follower_id)
        if not follower.is_alive:
            raise NotDue("Nobody waits for a person any more.")
        follower.trigger_event(
            Follower.PersonNotified,
            notification_id=_notification_id(escalation_id, kind),
            escalation_id=escalation_id,
            kind=kind,
            outcomes=((target, outcome),),
            retried=True,
            again_at=None,
        )
        self.save_streams(follower)


def _notification_id(escalation_id: UUID, kind: NotificationKind) -> UUID:
    return uuid5(escalation_id, f"notification/{kind}")
