"""The platforms' own way in: verified over the bytes as received, stored, then answered."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from api.dependencies import Running
from api.intake import take_in
from api.schemas import Ok

router = APIRouter(tags=["webhooks"])


class Listening(Ok):
    """Somebody is here; nothing else is told."""

    channel: Literal["telegram"] = "telegram"


@router.get("/webhook/telegram")
async def get_telegram_webhook() -> Listening:
    """For whoever looks whether the address is right."""
    return Listening()


@router.post("/webhook/telegram", response_class=Response)
async def receive_telegram_update(request: Request, runtime: Running) -> Response:
    """One update of a bot; 200 and an empty body once it is stored, 403 when the secret names no bot."""
    await take_in(runtime, "telegram", request.headers, await request.body(), request.state.request_id)
    return Response()
