"""Routes of webhooks: deliveries of platforms, verified over the bytes as received, stored, then answered."""

from typing import Annotated, Final, Literal

from fastapi import Request, Response

from api.http.fields import Ok
from api.http.middleware import refuse_too_large
from api.http.problems import also
from api.http.routing import Route, part, public_router
from api.webhooks.verification import WebhookReceiver

router = public_router("webhooks", Route)

Receiver = Annotated[WebhookReceiver, part(WebhookReceiver.of)]

TELEGRAM: Final = {
    "parameters": [
        {
            "name": "X-Telegram-Bot-Api-Secret-Token",
            "in": "header",
            "required": True,
            "description": "The secret that the bot's webhook was set with.",
            "schema": {"type": "string"},
            "example": "nZ3kq0Vb7s",
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "description": "An update, as the Bot API describes it."},
                "example": {
                    "update_id": 10001,
                    "message": {
                        "message_id": 1,
                        "date": 1772539200,
                        "chat": {"id": 42, "type": "private"},
                        "from": {"id": 42, "is_bot": False, "first_name": "Ana"},
                        "text": "Hola",
                    },
                },
            }
        },
    },
}


class Listening(Ok):
    """Somebody is here; nothing else is told."""

    channel: Literal["telegram"] = "telegram"


@router.get("/webhook/telegram")
async def get_telegram_webhook() -> Listening:
    """For whoever looks whether the address is right."""
    return Listening()


@router.post(
    "/webhook/telegram",
    response_class=Response,
    responses={200: {"description": "It is stored."}},
    openapi_extra=also("signature") | TELEGRAM,
)
async def receive_telegram_update(request: Request, receiver: Receiver) -> Response:
    """One update of a bot; 200 and an empty body once it is stored, 403 when the secret names no bot."""
    refuse_too_large(request.scope)
    await receiver.verify_and_store("telegram", request.headers, request.body, request.state.request_id)
    return Response()
