"""Routes of notifications: where a creator's people are told that somebody waits for a person."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from uuid import uuid4

from fastapi import Request
from pydantic import Field

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS
from api.http.fields import NOT_BLANK, Listed, Ok, RequestModel, ResponseModel, Time
from api.http.pagination import refuse_query
from api.http.routing import Account, Senders, Settings
from api.settings import Settings as AllSettings
from domain.errors import Conflict, FieldError, Invalid, NotFound
from domain.person.email_addresses import checked_address
from domain.vocabulary import NotificationKind
from processes.notifying.notification import Notification
from processes.notifying.notified import Delivered
from processes.notifying.targets import NotificationTarget, TargetKind
from processes.notifying.webhook_out import new_secret, what_is_wrong
from processes.notifying.wording import worded

router = guarded_router("notifications", reads=OWNERS, writes=OWNERS)

NOT_THERE: Final = "Nobody is notified there."
_CHAT: Final = re.compile(r"-?[0-9]{1,16}|@[A-Za-z][A-Za-z0-9_]{3,31}")
"""A chat of Telegram's as `sendMessage` takes it (Bot API: Integer or String of the form @channelusername)."""


class TargetItem(ResponseModel):
    """One address; `failing_since` and `failure` say why the last try came to nothing, if it did.

    Nothing is sent where the address `is_off`, because it said that it is gone: give it again, or test it.
    """

    kind: TargetKind
    address: str
    created_at: Time
    failing_since: Time | None
    failure: str | None
    is_off: bool

    @classmethod
    def of(cls, target: NotificationTarget) -> "TargetItem":
        """As it is answered: without its secret."""
        return cls(
            kind=target.kind,
            address=target.address,
            created_at=target.created_at,
            failing_since=target.failing_since,
            failure=target.failure,
            is_off=target.is_off,
        )


class NotificationTargetList(Listed):
    """Where a creator's people are told."""

    targets: list[TargetItem]


class SetTarget(RequestModel):
    """A URL for `webhook`, an address for `email`, the id of a chat for `telegram`."""

    address: Annotated[str, Field(min_length=1, max_length=2000, json_schema_extra=NOT_BLANK)]


class TargetSet(Ok):
    """An address that is told from now on; `secret`, by which a webhook knows that it is us, is shown this once."""

    target: TargetItem
    secret: str | None


class TargetRemoved(Ok):
    """An address that is told nothing any more."""

    removed: Literal[True] = True


class TargetTested(Ok):
    """Whether a notification has just arrived, and why not."""

    delivered: bool
    reason: str | None


def _kind(word: str) -> TargetKind:
    try:
        return TargetKind(word)
    except ValueError as error:
        raise NotFound("There is no such way to notify somebody.") from error


def _address(kind: TargetKind, given: str, settings: AllSettings) -> str:
    """The address as it is kept; raises `Invalid`."""
    match kind:
        case TargetKind.WEBHOOK:
            wrong = what_is_wrong(given, private=settings.webhook_out_private)
        case TargetKind.EMAIL:
            return checked_address(given, field="/address")
        case TargetKind.TELEGRAM:
            wrong = None if _CHAT.fullmatch(given) else "a chat is the id that Telegram gives it, or @channel"
    if wrong is not None:
        raise Invalid(FieldError("/address", "address", f"{wrong[0].upper()}{wrong[1:]}."))
    return given


@router.get("/settings/{creator_id}/notifications")
async def list_notification_targets(request: Request, creator: Acting, senders: Senders) -> NotificationTargetList:
    """Where the creator's people are told that somebody waits for a person, and whether that works."""
    refuse_query(request)
    items = [TargetItem.of(target) for target in await senders.targets.of(creator.creator_id)]
    return NotificationTargetList(targets=items, count=len(items), total=len(items), next_cursor=None)


@router.put("/settings/{creator_id}/notifications/{kind}")
async def set_notification_target(
    request: Request, creator: Acting, senders: Senders, settings: Settings, kind: str, body: SetTarget
) -> TargetSet:
    """Have the creator's people be told here, in the place of the address before; a webhook gets a new secret."""
    refuse_query(request)
    way = _kind(kind)
    if way is TargetKind.EMAIL and not senders.has_mail_server:
        raise Conflict("This installation has no mail server, so that nobody can be told by e-mail.")
    secret = new_secret() if way is TargetKind.WEBHOOK else None
    await senders.targets.put(creator.creator_id, way, _address(way, body.address.strip(), settings), secret)
    return TargetSet(target=TargetItem.of(await _found(senders, creator.creator_id, way)), secret=secret)


@router.delete("/settings/{creator_id}/notifications/{kind}")
async def remove_notification_target(request: Request, creator: Acting, senders: Senders, kind: str) -> TargetRemoved:
    """Tell nobody there any more."""
    refuse_query(request)
    if not await senders.targets.remove(creator.creator_id, _kind(kind)):
        raise NotFound(NOT_THERE)
    return TargetRemoved()


@router.post("/settings/{creator_id}/notifications/{kind}/test")
async def test_notification_target(
    request: Request, creator: Acting, account: Account, senders: Senders, kind: str
) -> TargetTested:
    """Send a notification that is a test, once; an address that takes it works again."""
    refuse_query(request)
    target = await _found(senders, creator.creator_id, _kind(kind))
    title, text = worded(NotificationKind.TEST, account.settings.language, None)
    outcome = await senders.notify(
        target,
        Notification(
            notification_id=uuid4(),
            creator_id=creator.creator_id,
            lead_id=None,
            follower_id=None,
            kind=NotificationKind.TEST,
            title=title,
            text=text,
            url=None,
            at=datetime.now(UTC),
        ),
    )
    return TargetTested(
        delivered=isinstance(outcome, Delivered), reason=None if isinstance(outcome, Delivered) else outcome.reason
    )


async def _found(senders: Senders, creator_id: str, kind: TargetKind) -> NotificationTarget:
    target = await senders.targets.find(creator_id, kind)
    if target is None:
        raise NotFound(NOT_THERE)
    return target
