"""One update of every kind that Telegram sends, as its documentation shows them."""

from typing import Any, Final

ANA: Final[dict[str, Any]] = {
    "id": 42,
    "is_bot": False,
    "first_name": "Ana",
    "last_name": "Ruiz",
    "username": "ana",
    "language_code": "es",
}
CHAT: Final[dict[str, Any]] = {"id": 42, "type": "private", "first_name": "Ana"}
OWNER: Final[dict[str, Any]] = {"id": 77, "is_bot": False, "first_name": "Marta"}


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 1, "date": 1734950000, "chat": CHAT, "from": ANA} | fields


def business(**fields: Any) -> dict[str, Any]:
    return message(business_connection_id="b", **fields)


_UPDATES: Final[dict[str, dict[str, Any]]] = {
    "text": {"message": message(text="hola")},
    "photo": {"message": message(photo=[{"file_id": "small"}, {"file_id": "large"}], caption="¿qué es?")},
    "voice": {"message": message(voice={"file_id": "f", "mime_type": "audio/ogg", "file_size": 9000})},
    "audio": {"message": message(audio={"file_id": "f", "file_name": "song.mp3"})},
    "video": {"message": message(video={"file_id": "f"})},
    "video_note": {"message": message(video_note={"file_id": "f"})},
    "document": {"message": message(document={"file_id": "f", "file_name": "cv.pdf"})},
    "sticker": {"message": message(sticker={"file_id": "f", "emoji": "👍"})},
    "animation": {"message": message(animation={"file_id": "f"}, document={"file_id": "f"})},
    "location": {"message": message(location={"latitude": 40.4, "longitude": -3.7})},
    "contact": {"message": message(contact={"phone_number": "+34611", "first_name": "Luis"})},
    "poll": {"message": message(poll={"id": "1", "question": "?"})},
    "start": {"message": message(text="/start promo7")},
    "reply": {"message": message(message_id=3, text="sí", reply_to_message={"message_id": 2})},
    "edit": {"edited_message": message(text="hola!", edit_date=1734950060)},
    "button": {
        "callback_query": {
            "id": "q",
            "from": ANA,
            "chat_instance": "c",
            "data": "PRICE",
            "message": {"message_id": 5, "date": 1734950000, "chat": CHAT, "from": {"id": 9, "is_bot": True}},
        }
    },
    "reaction": {
        "message_reaction": {
            "chat": CHAT,
            "message_id": 1,
            "user": ANA,
            "date": 1734950000,
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        }
    },
    "reaction removed": {
        "message_reaction": {
            "chat": CHAT,
            "message_id": 1,
            "date": 1734950000,
            "old_reaction": [{"type": "emoji", "emoji": "👍"}],
            "new_reaction": [],
        }
    },
    "blocked": {
        "my_chat_member": {
            "chat": CHAT,
            "from": ANA,
            "date": 1734950000,
            "old_chat_member": {"user": {"id": 9, "is_bot": True}, "status": "member"},
            "new_chat_member": {"user": {"id": 9, "is_bot": True}, "status": "kicked"},
        }
    },
    "back": {
        "my_chat_member": {
            "chat": CHAT,
            "from": ANA,
            "date": 1734950000,
            "new_chat_member": {"user": {"id": 9, "is_bot": True}, "status": "member"},
        }
    },
    "business": {"business_message": business(text="hola")},
    "business, ours": {
        "business_message": business(text="¡Hola!", **{"from": OWNER}, sender_business_bot={"id": 9, "is_bot": True})
    },
    "business, owner typed": {"business_message": business(text="Soy yo", **{"from": OWNER})},
    "business edit": {"edited_business_message": business(text="hola!", edit_date=1734950060)},
    "business connection": {
        "business_connection": {
            "id": "b",
            "user": OWNER,
            "user_chat_id": 77,
            "date": 1734950000,
            "is_enabled": True,
            "rights": {"can_reply": True},
        }
    },
    "business deleted": {
        "deleted_business_messages": {"business_connection_id": "b", "chat": CHAT, "message_ids": [1, 2]}
    },
    "group": {"message": message(text="hola", chat={"id": -100, "type": "supergroup", "title": "Grupo"})},
    "bot": {"message": message(text="hola", **{"from": {"id": 42, "is_bot": True, "first_name": "Other"}})},
    "pinned": {"message": message(pinned_message={"message_id": 1, "chat": CHAT, "date": 0})},
    "new kind": {"something_new": {"id": 1}},
}

GOLDEN: Final = {name: {"update_id": 7} | update for name, update in _UPDATES.items()}
