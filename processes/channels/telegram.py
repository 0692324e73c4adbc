"""Telegram: the Bot API, by webhook or by long polling."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx

from processes.channels.base import (
    Accepted,
    Account,
    ChannelError,
    ChannelName,
    Content,
    ErrorAnswer,
    ErrorClass,
    Item,
    Outcome,
    RefusedDelivery,
    Rejected,
    Uncertain,
    VerifiedDelivery,
)
from processes.channels.http_client import PlatformClient, transport_class
from processes.channels.reading import identifier, load, mapping, text, whole
from processes.channels.telegram_updates import ALLOWED_UPDATES, read_update

LONGEST_POLL: Final = 25
"""Seconds that a poll waits for updates."""

WEBHOOK_HEADER: Final = "x-telegram-bot-api-secret-token"

_TOKEN: Final = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,200}", re.ASCII)
_POLL_READ_TIMEOUT: Final = 35
_LONGEST_DETAIL: Final = 300

# The Bot API has no numbers for its reasons, only words (github.com/tdlib/telegram-bot-api, Client.cpp).
_UNREACHABLE: Final = ("blocked by the user", "can't initiate conversation", "user is deactivated")
_BAD_TEXT: Final = ("too long", "can't parse", "text is empty", "text must be non-empty")


class PollingConflict(ChannelError):
    """Another poller, or a webhook if `by_webhook`, takes this bot's updates at present."""

    def __init__(self, detail: str) -> None:
        super().__init__(ErrorClass.CONFIG, detail)
        self.by_webhook = "webhook" in detail.lower()


@dataclass(frozen=True)
class Bot:
    """A bot as Telegram knows it; `bot_id` is the account id."""

    bot_id: str
    username: str | None
    name: str


@dataclass(frozen=True)
class _Silence:
    error_class: ErrorClass
    cause: str


@dataclass(frozen=True)
class _Result:
    value: object


def secret_hash(secret: str) -> str:
    """What is kept of a webhook's secret: the key under which `verify` looks for the bot."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Telegram:
    """The Telegram channel.

    The token is a part of every URL: no exception of httpx, which carries its request, leaves this class.
    """

    name = ChannelName.TELEGRAM
    evidence_for = timedelta(0)  # nothing comes back from a bot

    def __init__(self, client: PlatformClient) -> None:
        self._client = client

    def claim(self, headers: Mapping[str, str]) -> str | None:
        """The hash of the secret in the header: looking it up tells an attacker who measures time nothing about it."""
        given = next((value for key, value in headers.items() if key.lower() == WEBHOOK_HEADER), "")
        return secret_hash(given) if given else None

    def verify(
        self, headers: Mapping[str, str], raw: bytes, secrets: Mapping[str, str]
    ) -> VerifiedDelivery | RefusedDelivery:
        """The secret in the header names the bot: `secrets` maps `secret_hash(secret)` to the account id."""
        claim = self.claim(headers)
        if claim is None:
            return RefusedDelivery("no secret token")
        account_id = secrets.get(claim)
        return RefusedDelivery("unknown secret token") if account_id is None else VerifiedDelivery(account_id)

    def parse(self, raw: bytes, account_id: str, received_at: datetime) -> list[Item]:
        """The items of one update, received by webhook or as JSON of one element of `updates`."""
        return read_update(raw, account_id, received_at)

    def classify(self, answer: ErrorAnswer) -> ErrorClass:
        """By `error_code`, and where that is not enough by the words of the description."""
        words = answer.detail.lower()
        match answer.code or answer.http_status:
            case 400 if "migrate_to_chat_id" in answer.parameters:
                return ErrorClass.READDRESS
            case 400 if "chat not found" in words:
                return ErrorClass.SUPPRESS
            case 400 if any(phrase in words for phrase in _BAD_TEXT):
                return ErrorClass.CONTENT
            case 401 | 404:
                return ErrorClass.CHANNEL_DOWN
            case 403 if any(phrase in words for phrase in _UNREACHABLE):
                return ErrorClass.SUPPRESS
            case 409:
                return ErrorClass.CONFIG
            case 429:
                return ErrorClass.DEFER
            case int(code) if 400 <= code < 500 and answer.code is not None:
                return ErrorClass.REJECTED
        # A 5xx, or an answer of something that is not the Bot API: nobody knows how far the message came.
        return ErrorClass.UNCERTAIN

    async def send(self, account: Account, to: str, content: Content, send_id: UUID) -> Outcome:
        """`sendMessage` of plain text. Telegram takes no id of ours, so nothing comes back by `send_id`."""
        if (wrong := _unsendable(to, content)) is not None:
            return wrong
        body: dict[str, object] = {"chat_id": int(to), "text": content.text}
        if account.business_connection_id is not None:
            body["business_connection_id"] = account.business_connection_id
        if content.thread is not None:
            body["message_thread_id"] = int(content.thread)
        match await self._call(account.token, "sendMessage", body):
            case _Result(value):
                message_id = identifier(value, "message_id")
                if message_id is None:
                    return Uncertain("accepted without a message id")
                parts = (account.business_connection_id, to, message_id)
                return Accepted((":".join(part for part in parts if part),))
            case _Silence(ErrorClass.NOT_SENT, cause):
                return Rejected(ErrorClass.NOT_SENT, detail=cause)
            case _Silence(_, cause):
                return Uncertain(cause)
            case ErrorAnswer() as answer:
                return self._rejected(answer)

    async def get_me(self, token: str) -> Bot:
        """Which bot does this token speak for? Raises `ChannelError`."""
        me = await self._ask(token, "getMe", {})
        bot_id = identifier(me, "id")
        if bot_id is None:
            raise ChannelError(ErrorClass.UNCERTAIN, "getMe answered without an id")
        return Bot(bot_id, text(me, "username"), text(me, "first_name") or "")

    async def set_webhook(self, account: Account, url: str, secret: str) -> None:
        """Have updates posted to `url` with `secret` (1 to 256 of `[A-Za-z0-9_-]`). Raises `ChannelError`."""
        body = {"url": url, "secret_token": secret, "max_connections": 1, "allowed_updates": ALLOWED_UPDATES}
        await self._ask(account.token, "setWebhook", body)

    async def delete_webhook(self, account: Account) -> None:
        """Have updates wait for `updates`; the undelivered ones stay. Raises `ChannelError`."""
        await self._ask(account.token, "deleteWebhook", {"drop_pending_updates": False})

    async def updates(
        self,
        account: Account,
        offset: int | None,
        timeout: int = LONGEST_POLL,  # noqa: ASYNC109  (what Telegram calls it: it ends the poll, not the task)
    ) -> list[dict[str, object]]:
        """Wait up to `timeout` seconds for updates, in the order of their ids.

        Those before `offset` are confirmed and gone for good. An offset far from the ids that Telegram gives at present
        confirms nothing: after a week without updates it numbers them anew (core.telegram.org/bots/api#update).
        Raises `PollingConflict` when somebody else takes them, else `ChannelError`.
        """
        body: dict[str, object] = {"limit": 100, "timeout": timeout, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            body["offset"] = offset
        found = await self._ask(account.token, "getUpdates", body, read_timeout=_POLL_READ_TIMEOUT)
        if not isinstance(found, list):
            raise ChannelError(ErrorClass.UNCERTAIN, "getUpdates answered without a list")
        return [update for update in found if isinstance(update, dict)]

    def _rejected(self, answer: ErrorAnswer) -> Rejected | Uncertain:
        error_class = self.classify(answer)
        if error_class is ErrorClass.UNCERTAIN:
            return Uncertain(f"HTTP {answer.http_status} {answer.detail}".strip())
        return Rejected(
            error_class,
            code=answer.code,
            http_status=answer.http_status,
            retry_after=_retry_after(answer),
            detail=answer.detail,
        )

    async def _ask(
        self, token: str, method: str, body: Mapping[str, object], read_timeout: float | None = None
    ) -> object:
        match await self._call(token, method, body, read_timeout):
            case _Result(value):
                return value
            case _Silence(error_class, cause):
                raise ChannelError(error_class, f"{method}: {cause}")
            case ErrorAnswer() as answer if method == "getUpdates" and self.classify(answer) is ErrorClass.CONFIG:
                raise PollingConflict(answer.detail)
            case ErrorAnswer() as answer:
                detail = f"{method}: HTTP {answer.http_status} {answer.detail}".strip()
                raise ChannelError(self.classify(answer), detail, _retry_after(answer))

    async def _call(
        self, token: str, method: str, body: Mapping[str, object], read_timeout: float | None = None
    ) -> _Result | _Silence | ErrorAnswer:
        if not _TOKEN.fullmatch(token):
            return ErrorAnswer(None, code=401, detail="this is not the token of a bot")
        try:
            answer = await self._client.post(f"bot{token}/{method}", body, read_timeout)
        except httpx.RequestError as error:
            return _Silence(transport_class(error), type(error).__name__)
        return _understood(answer, token)


def _unsendable(to: str, content: Content) -> Rejected | None:
    if not re.fullmatch(r"-?\d{1,18}", to, re.ASCII):
        return Rejected(ErrorClass.REJECTED, detail="the address is no chat id")
    if not content.text.strip():
        return Rejected(ErrorClass.CONTENT, detail="the text is empty")
    try:
        content.text.encode()
    except UnicodeEncodeError:
        return Rejected(ErrorClass.CONTENT, detail="the text is no valid Unicode")
    return None


def _understood(answer: httpx.Response, token: str) -> _Result | _Silence | ErrorAnswer:
    body = load(answer.content)
    said_ok = body.get("ok") if isinstance(body, dict) else None
    if said_ok is True and isinstance(body, dict) and answer.is_success:
        return _Result(body.get("result"))
    if said_ok is False:
        # Something between us and Telegram may quote the address that we asked for.
        detail = (text(body, "description") or "").replace(token, "…")[:_LONGEST_DETAIL]
        code = whole(body, "error_code") or answer.status_code
        return ErrorAnswer(answer.status_code, code, detail=detail, parameters=mapping(body, "parameters"))
    if answer.is_success:
        return _Silence(ErrorClass.UNCERTAIN, f"HTTP {answer.status_code} with an unreadable body")
    return ErrorAnswer(answer.status_code, detail="without a readable explanation")


def _retry_after(answer: ErrorAnswer) -> timedelta | None:
    seconds = whole(answer.parameters, "retry_after")
    return None if seconds is None or not 0 <= seconds <= 86_400 else timedelta(seconds=seconds)
