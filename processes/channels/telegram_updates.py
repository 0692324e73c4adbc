"""Parser of Telegram updates: one function per kind of update, from core.telegram.org/bots/api#update."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from processes.channels.base import (
    AccountNotice,
    AttachmentKind,
    ChannelName,
    Common,
    Echo,
    Edited,
    IncomingAttachment,
    Item,
    Message,
    Postback,
    Reachability,
    Reaction,
    Service,
    Unknown,
    Unsent,
)
from processes.channels.reading import identifier, load, mapping, moment, sequence, text, whole

_START: Final = re.compile(r"/start(?:@\w+)?(?:\s+\S+)?\s*")

_MEDIA: Final[Mapping[str, AttachmentKind]] = {
    "voice": AttachmentKind.VOICE,
    "audio": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "video_note": AttachmentKind.VIDEO,
    "animation": AttachmentKind.VIDEO,
    "document": AttachmentKind.FILE,
    "sticker": AttachmentKind.STICKER,
}

# The fields that core.telegram.org/bots/api#message calls service messages, but for those by which a person gives us
# something: a payment, a gift, data.
_SERVICE: Final = frozenset(
    [
        "boost_added",
        "channel_chat_created",
        "chat_background_set",
        "chat_owner_changed",
        "chat_owner_left",
        "chat_shared",
        "checklist_tasks_added",
        "checklist_tasks_done",
        "connected_website",
        "delete_chat_photo",
        "direct_message_price_changed",
        "forum_topic_closed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "gift_upgrade_sent",
        "giveaway_completed",
        "giveaway_created",
        "group_chat_created",
        "left_chat_member",
        "message_auto_delete_timer_changed",
        "migrate_from_chat_id",
        "migrate_to_chat_id",
        "new_chat_members",
        "new_chat_photo",
        "new_chat_title",
        "paid_message_price_changed",
        "pinned_message",
        "proximity_alert_triggered",
        "refunded_payment",
        "suggested_post_approval_failed",
        "suggested_post_approved",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "supergroup_chat_created",
        "users_shared",
        "video_chat_ended",
        "video_chat_participants_invited",
        "video_chat_scheduled",
        "video_chat_started",
        "write_access_allowed",
    ]
)


@dataclass(frozen=True)
class _Update:
    account_id: str
    received_at: datetime
    key: str

    def common(self, person: str, key: str | None = None, at: object = None) -> Common:
        occurred_at, note = (self.received_at, None) if at is None else moment(at, self.received_at)
        return Common(
            channel=ChannelName.TELEGRAM,
            account_id=self.account_id,
            platform_user_id=person,
            dedupe_key=key or self.key,
            occurred_at=occurred_at,
            received_at=self.received_at,
            note=note,
        )

    def unknown(self, path: str, why: str, *, ignored: bool = False) -> list[Item]:
        return [Unknown(**self.common(""), path=path, why=why, ignored=ignored)]


def read_update(raw: bytes, account_id: str, received_at: datetime) -> list[Item]:
    """The items of one update; a body that is no update gives one `Unknown`."""
    digest = f"body:{hashlib.sha256(raw).hexdigest()}"
    body = load(raw)
    if not isinstance(body, dict):
        return _Update(account_id, received_at, digest).unknown("", "not a JSON object")
    number = whole(body, "update_id")
    update = _Update(account_id, received_at, digest if number is None else f"update:{number}")
    for kind, read in _READERS.items():
        if kind in body:
            return read(update, kind, mapping(body, kind))
    kinds = sorted(str(key)[:40] for key in body if key != "update_id")
    return update.unknown("", f"no kind of update that we read: {', '.join(kinds[:5]) or 'none'}")


def _stranger(update: _Update, kind: str, chat: dict[str, object], sender: dict[str, object]) -> list[Item] | None:
    """Why this update does not come from a person in a private chat, or None if it does."""
    chat_id = whole(chat, "id")
    if chat_id is None:
        return update.unknown(f"{kind}.chat.id", "no readable chat")
    # Private chats have the person's own id; groups and channels have negative ones.
    if chat.get("type", "private" if chat_id > 0 else "group") != "private":
        return update.unknown(f"{kind}.chat.type", "not a private chat", ignored=True)
    if sender.get("is_bot") is True:
        return update.unknown(f"{kind}.from.is_bot", "sent by a bot", ignored=True)
    return None


def _message_key(message: dict[str, object], message_id: str | None) -> str | None:
    """Message ids count per chat, and per account of the creator's that the person writes to."""
    if message_id is None:
        return None
    parts = (
        identifier(message, "business_connection_id"),
        identifier(mapping(message, "chat"), "id"),
        message_id,
    )
    return ":".join(part for part in parts if part)


def _message(update: _Update, kind: str, message: dict[str, object]) -> list[Item]:
    chat, sender = mapping(message, "chat"), mapping(message, "from")
    if stranger := _stranger(update, kind, chat, sender):
        return stranger
    key = _message_key(message, identifier(message, "message_id")) or update.key
    if service := _SERVICE & message.keys():
        return [
            Service(**update.common(identifier(chat, "id") or "", key, message.get("date", "")), notes=min(service))
        ]
    words = text(message, "text")
    names = (text(sender, "first_name"), text(sender, "last_name"))
    answered = identifier(mapping(message, "reply_to_message"), "message_id")
    return [
        Message(
            **update.common(identifier(chat, "id") or "", key, message.get("date", "")),
            opens_window=True,
            message_id=key,
            text=words or text(message, "caption") or "",
            attachments=_attachments(message),
            reply_to=_message_key(message, answered),
            name=" ".join(name for name in names if name) or None,
            username=(text(sender, "username") or "") if sender else None,
            started=_START.fullmatch(words or "") is not None,
            business_connection_id=identifier(message, "business_connection_id"),
            forwarded="forward_origin" in message or "forward_date" in message,
            thread=_thread(message),
            album=identifier(message, "media_group_id"),
        )
    ]


def _thread(message: dict[str, object]) -> str | None:
    """The topic of a private chat; a thread that is none is only a chain of replies."""
    thread = whole(message, "message_thread_id")
    return str(thread) if thread is not None and message.get("is_topic_message") is True else None


def _edited_message(update: _Update, kind: str, message: dict[str, object]) -> list[Item]:
    chat = mapping(message, "chat")
    if stranger := _stranger(update, kind, chat, mapping(message, "from")):
        return stranger
    refers_to = _message_key(message, identifier(message, "message_id"))
    if refers_to is None:
        return update.unknown(f"{kind}.message_id", "which message was edited?")
    return [
        Edited(
            **update.common(identifier(chat, "id") or "", at=message.get("edit_date", message.get("date", ""))),
            refers_to=refers_to,
            text=text(message, "text") or text(message, "caption") or "",
            attachments=_attachments(message),
        )
    ]


def _written_by_account(message: dict[str, object]) -> bool | None:
    """In a chat of a business account, did the account write? None if the update does not tell."""
    if "sender_business_bot" in message:
        return True
    sender = identifier(mapping(message, "from"), "id")
    return None if sender is None else sender != identifier(mapping(message, "chat"), "id")


def _business_message(update: _Update, kind: str, message: dict[str, object]) -> list[Item]:
    chat = mapping(message, "chat")
    match _written_by_account(message):
        case None:
            return update.unknown(f"{kind}.from", "the person or the account? Nobody is named")
        case False:
            return _message(update, kind, message)
    if stranger := _stranger(update, kind, chat, {}):
        return stranger
    key = _message_key(message, identifier(message, "message_id")) or update.key
    return [
        Echo(
            **update.common(identifier(chat, "id") or "", key, message.get("date", "")),
            message_id=key,
            text=text(message, "text") or text(message, "caption") or "",
            attachments=_attachments(message),
            own=identifier(mapping(message, "sender_business_bot"), "id") == update.account_id,
        )
    ]


def _edited_business_message(update: _Update, kind: str, message: dict[str, object]) -> list[Item]:
    match _written_by_account(message):
        case None:
            return update.unknown(f"{kind}.from", "the person or the account? Nobody is named")
        case True:
            return update.unknown(f"{kind}.from", "the account edited its own message", ignored=True)
    return _edited_message(update, kind, message)


def _deleted_business_messages(update: _Update, kind: str, deleted: dict[str, object]) -> list[Item]:
    chat = mapping(deleted, "chat")
    if stranger := _stranger(update, kind, chat, {}):
        return stranger
    numbers = [number for number in sequence(deleted, "message_ids") if isinstance(number, int | str)]
    keys = [key for number in numbers if (key := _message_key(deleted, identifier({"id": number}, "id")))]
    if not keys:
        return update.unknown(f"{kind}.message_ids", "which messages were deleted?")
    person = identifier(chat, "id") or ""
    return [Unsent(**update.common(person, f"{update.key}:{key}"), refers_to=key) for key in keys]


def _callback_query(update: _Update, kind: str, query: dict[str, object]) -> list[Item]:
    person, message = mapping(query, "from"), mapping(query, "message")
    chat = mapping(message, "chat") or {"id": person.get("id")}  # a button of an inline message has no chat
    if stranger := _stranger(update, kind, chat, person):
        return stranger
    payload = text(query, "data")
    if payload is None:
        return update.unknown(f"{kind}.data", "a button without data")
    return [
        Postback(
            **update.common(identifier(chat, "id") or "", _query_key(query)),
            opens_window=True,
            payload=payload,
            thread=_thread(message),
            refers_to=_message_key(message, identifier(message, "message_id")),
        )
    ]


def _query_key(query: dict[str, object]) -> str | None:
    """By its own id: those of updates begin anew after a week of silence."""
    query_id = identifier(query, "id")
    return None if query_id is None else f"query:{query_id}"


def _message_reaction(update: _Update, kind: str, change: dict[str, object]) -> list[Item]:
    chat = mapping(change, "chat")
    if stranger := _stranger(update, kind, chat, mapping(change, "user")):
        return stranger
    refers_to = _message_key(change, identifier(change, "message_id"))
    if refers_to is None:
        return update.unknown(f"{kind}.message_id", "a reaction to which message?")
    reactions = sequence(change, "new_reaction")
    emojis = (text(reaction, "emoji") or text(reaction, "type") for reaction in reactions)
    return [
        Reaction(
            **update.common(identifier(chat, "id") or "", at=change.get("date")),
            refers_to=refers_to,
            emojis=tuple(emoji for emoji in emojis if emoji),
        )
    ]


def _my_chat_member(update: _Update, kind: str, change: dict[str, object]) -> list[Item]:
    chat = mapping(change, "chat")
    if stranger := _stranger(update, kind, chat, mapping(change, "from")):
        return stranger
    status = text(mapping(change, "new_chat_member"), "status")
    if status not in ("kicked", "member"):
        return update.unknown(f"{kind}.new_chat_member.status", f"a status that we do not know: {status}"[:100])
    common = update.common(identifier(chat, "id") or "", at=change.get("date"))
    return [Reachability(**common, reachable=status == "member")]


def _business_connection(update: _Update, kind: str, connection: dict[str, object]) -> list[Item]:
    connection_id = identifier(connection, "id")
    if connection_id is None:
        return update.unknown(f"{kind}.id", "a connection without id")
    facts: dict[str, str | bool] = {
        "business_connection_id": connection_id,
        "owner_id": identifier(mapping(connection, "user"), "id") or "",
        "enabled": connection.get("is_enabled") is True,
        "can_reply": mapping(connection, "rights").get("can_reply") is True,
    }
    return [AccountNotice(**update.common("", at=connection.get("date")), notice=kind, facts=facts)]


def _attachments(message: dict[str, object]) -> tuple[IncomingAttachment, ...]:
    caption = text(message, "caption")
    found: list[IncomingAttachment] = []
    if "photo" in message:
        sizes = [size for size in sequence(message, "photo") if text(size, "file_id")]
        largest = sizes[-1] if sizes else {}  # Telegram lists the sizes in ascending order
        found.append(_file(AttachmentKind.IMAGE, largest, caption))
    for key, kind in _MEDIA.items():
        # An animation comes with a document of the same file, for clients older than animations.
        if key in message and not (key == "document" and "animation" in message):
            found.append(_file(kind, mapping(message, key), caption))
    if "location" in message:
        place = mapping(message, "location")
        ref = f"{place.get('latitude')},{place.get('longitude')}"[:60]
        title = text(mapping(message, "venue"), "title")
        found.append(IncomingAttachment(kind=AttachmentKind.LOCATION, ref=ref, caption=title))
    if "contact" in message:
        contact = mapping(message, "contact")
        ref = text(contact, "phone_number") or ""
        found.append(IncomingAttachment(kind=AttachmentKind.CONTACT, ref=ref, caption=text(contact, "first_name")))
    if not found and not text(message, "text"):
        # A poll, a game, or what Telegram invents next: it is kept as something that a person has to look at.
        found.append(IncomingAttachment(kind=AttachmentKind.UNKNOWN, ref="", caption=caption))
    return tuple(found)


def _file(kind: AttachmentKind, value: object, caption: str | None) -> IncomingAttachment:
    return IncomingAttachment(
        kind=kind,
        ref=text(value, "file_id") or "",
        mime=text(value, "mime_type"),
        caption=caption,
        filename=text(value, "file_name"),
        size=whole(value, "file_size"),
    )


_READERS: Final[Mapping[str, Callable[[_Update, str, dict[str, object]], list[Item]]]] = {
    "message": _message,
    "edited_message": _edited_message,
    "callback_query": _callback_query,
    "my_chat_member": _my_chat_member,
    "message_reaction": _message_reaction,
    "business_connection": _business_connection,
    "business_message": _business_message,
    "edited_business_message": _edited_business_message,
    "deleted_business_messages": _deleted_business_messages,
}

ALLOWED_UPDATES: Final = tuple(_READERS)
