"""A local HTTP server that plays Telegram's Bot API.

It follows the public documentation (core.telegram.org/bots/api), but is stricter than the real one: a
parameter that the documentation does not know is refused. It runs in a test (`with BotApi() as api:`) or
beside one (`python -m tests.platforms.bot_api --port 8081`), where every action and view is at `/control/`:
`POST /control/receive_from_user {"chat_id": 42, "text": "hola"}`, `GET /control/sent`.
"""

import argparse
import contextlib
import json
import re
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

TOKEN: Final = "123456:AAtest-token_of-the-only-bot-in-town"
BOT_ID: Final = 123456

_UPDATE_KINDS: Final = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)
_LONGEST_QUEUE: Final = 100_000
_SENT_ONLY_IF_ASKED_FOR: Final = frozenset({"message_reaction"})
_PARAMETERS: Final[Mapping[str, frozenset[str]]] = {
    "getMe": frozenset(),
    "setWebhook": frozenset(
        {"url", "ip_address", "max_connections", "allowed_updates", "drop_pending_updates", "secret_token"}
    ),
    "deleteWebhook": frozenset({"drop_pending_updates"}),
    "getWebhookInfo": frozenset(),
    "getUpdates": frozenset({"offset", "limit", "timeout", "allowed_updates"}),
    "sendMessage": frozenset(
        {
            "business_connection_id",
            "chat_id",
            "message_thread_id",
            "text",
            "parse_mode",
            "entities",
            "link_preview_options",
            "disable_notification",
            "protect_content",
            "allow_paid_broadcast",
            "message_effect_id",
            "reply_parameters",
            "reply_markup",
        }
    ),
}


class ApiRefusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, parameters: dict[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


@dataclass(frozen=True)
class ApiMessage:
    """A message that reached a person; `at` in seconds since the epoch."""

    bot_id: int
    chat_id: int
    message_id: int
    text: str
    at: float
    business_connection_id: str | None = None
    message_thread_id: int | None = None


@dataclass(frozen=True)
class ApiCall:
    """A request as it came in."""

    bot_id: int
    method: str
    parameters: dict[str, Any]
    at: float


@dataclass(frozen=True)
class Push:
    """One attempt to deliver an update to a webhook; status None: nobody answered."""

    update_id: int
    status: int | None
    body: str


@dataclass
class _Script:
    """What happens to a call instead of the usual."""

    method: str
    status: int | None = None
    body: bytes = b""
    delivered: bool = False
    delay: float = 0.0
    hold: bool = False
    drop: bool = False


@dataclass
class _Webhook:
    url: str
    secret: str | None
    max_connections: int
    not_before: float = 0.0
    attempts: int = 0
    last_error: str | None = None
    last_error_at: int | None = None


@dataclass
class _Bot:
    bot_id: int
    username: str
    first_name: str
    next_update_id: int = 700
    next_message_id: int = 1
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    last_update: dict[str, Any] | None = None
    repeats: list[dict[str, Any]] = field(default_factory=list)
    allowed: frozenset[str] = frozenset(_UPDATE_KINDS) - _SENT_ONLY_IF_ASKED_FOR
    webhook: _Webhook | None = None
    poll: int = 0
    poll_ended_by: str = ""
    known: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    topics: set[tuple[int, int]] = field(default_factory=set)


class BotApi:
    """The server and the hands that move it; every public method may be called from any thread."""

    def __init__(self, port: int = 0, *, repeat_after: float = 0.2, give_up_after: int = 100) -> None:
        self._changed = threading.Condition()
        self._closing = False
        self._bots: dict[str, _Bot] = {}
        self._scripts: deque[_Script] = deque()
        self._held: set[object] = set()
        self._sent: list[ApiMessage] = []
        self._calls: list[ApiCall] = []
        self._pushes: list[Push] = []
        self._repeat_after = repeat_after
        self._give_up_after = give_up_after
        self._server = _Server(self, port)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.02,), name="bot api"),
            threading.Thread(target=self._push_updates, name="bot api webhooks"),
        ]
        self.add_bot(TOKEN)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        if self._server.faults:
            raise self._server.faults[0]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def connected(self) -> int:
        """How many connections were ever made."""
        return self._server.connected

    @property
    def open_connections(self) -> int:
        """How many connections are open."""
        return len(self._server.connections)

    def hang_up(self) -> None:
        """Close every connection."""
        self._server.hang_up()

    # What a test does.

    def add_bot(self, token: str, username: str = "clonnect_test_bot", first_name: str = "Test") -> int:
        """Another bot; its id is the number in its token."""
        bot_id = int(token.partition(":")[0])
        with self._changed:
            self._bots[token] = _Bot(bot_id, username, first_name)
        return bot_id

    def receive_from_user(
        self,
        chat_id: int,
        text: str | None = None,
        *,
        name: str = "Ana",
        username: str | None = "ana",
        language_code: str | None = "es",
        bot_id: int = BOT_ID,
        **fields: Any,
    ) -> dict[str, Any]:
        """A person writes to the bot; `fields` replaces or adds fields of the message. Returns the update.

        With `is_topic_message` and a `message_thread_id` the topic is there from then on, and can be answered in.
        """
        sender = {"id": chat_id, "is_bot": False, "first_name": name}
        sender |= {"username": username} if username else {}
        sender |= {"language_code": language_code} if language_code else {}
        with self._changed:
            bot = self._bot(bot_id)
            bot.known.add(chat_id)
            message: dict[str, Any] = {
                "message_id": bot.next_message_id,
                "date": int(time.time()),
                "chat": {"id": chat_id, "type": "private", "first_name": name},
                "from": sender,
            }
            bot.next_message_id += 1
            message |= ({} if text is None else {"text": text}) | fields
            if message.get("is_topic_message"):
                bot.topics.add((chat_id, message["message_thread_id"]))
            return self._queue(bot, {"message": message})

    def receive(self, update: dict[str, Any], bot_id: int = BOT_ID) -> dict[str, Any]:
        """Any update, given without its `update_id`. Returns the update."""
        with self._changed:
            return self._queue(self._bot(bot_id), update)

    def redeliver_last(self, bot_id: int = BOT_ID) -> dict[str, Any]:
        """The last update once more, under the same `update_id`, even if it was confirmed."""
        with self._changed:
            bot = self._bot(bot_id)
            if bot.last_update is None:
                raise LookupError("nothing was delivered yet")
            (bot.repeats if bot.webhook is None else bot.updates).append(bot.last_update)
            self._changed.notify_all()
            return bot.last_update

    def number_anew(self, first: int, bot_id: int = BOT_ID) -> None:
        """A week without updates has passed: the next one has this id, and nothing waits."""
        with self._changed:
            bot = self._bot(bot_id)
            bot.updates.clear()
            bot.next_update_id = first

    def block(self, chat_id: int, bot_id: int = BOT_ID) -> dict[str, Any]:
        """The person blocks the bot."""
        with self._changed:
            self._bot(bot_id).blocked.add(chat_id)
            return self._membership(bot_id, chat_id, "member", "kicked")

    def unblock(self, chat_id: int, bot_id: int = BOT_ID) -> dict[str, Any]:
        """The person comes back."""
        with self._changed:
            self._bot(bot_id).blocked.discard(chat_id)
            return self._membership(bot_id, chat_id, "kicked", "member")

    def answer_next(
        self, status: int, body: object = "", *, method: str = "sendMessage", delivered: bool = False
    ) -> None:
        """Answer the next call with `body` (as JSON, a text as it is). `delivered`: the message arrived."""
        raw = body if isinstance(body, str) else json.dumps(body)
        self._script(_Script(method, status=status, body=raw.encode(), delivered=delivered))

    def refuse_next(
        self,
        code: int,
        description: str,
        parameters: dict[str, int] | None = None,
        *,
        method: str = "sendMessage",
    ) -> None:
        """Refuse the next call in the Bot API's own form: `refuse_next(429, "…", {"retry_after": 3})`."""
        self.answer_next(code, ApiRefusal(code, description, parameters).body(), method=method)

    def delay_next(self, seconds: float, *, method: str = "sendMessage") -> None:
        """Serve the next call as usual, but later."""
        self._script(_Script(method, delay=seconds))

    def hold_next(self, *, method: str = "sendMessage") -> None:
        """Deliver the next message, but keep its caller waiting until `release()`."""
        self._script(_Script(method, hold=True))

    def drop_next(self, *, method: str = "sendMessage", delivered: bool = False) -> None:
        """Read the next call and close the connection without an answer."""
        self._script(_Script(method, drop=True, delivered=delivered))

    def release(self) -> None:
        """Answer everybody who is held."""
        with self._changed:
            self._held.clear()
            self._changed.notify_all()

    @property
    def sent(self) -> list[ApiMessage]:
        """Every message that reached a person."""
        with self._changed:
            return list(self._sent)

    @property
    def calls(self) -> list[ApiCall]:
        """Every request with a valid token, also the refused ones."""
        with self._changed:
            return list(self._calls)

    @property
    def pushes(self) -> list[Push]:
        """Every attempt to reach a webhook."""
        with self._changed:
            return list(self._pushes)

    @property
    def holding(self) -> int:
        """How many callers are held."""
        with self._changed:
            return len(self._held)

    def pending(self, bot_id: int = BOT_ID) -> int:
        """How many updates nobody has taken yet."""
        with self._changed:
            return len(self._bot(bot_id).updates)

    def wait_until(self, condition: Callable[[], bool], timeout: float = 120.0) -> None:
        """Wait until something that this server knows of has happened: `api.wait_until(lambda: api.sent)`."""
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                raise TimeoutError(f"not within {timeout} s")

    # What the bot's program asks.

    def call(self, token: str, method: str, parameters: dict[str, Any]) -> tuple[int, bytes] | None:
        """Status and body of the answer, or None to close the connection without one."""
        try:
            return 200, _json({"ok": True, "result": self._perform(token, method, parameters)})
        except ApiRefusal as refusal:
            return refusal.code, _json(refusal.body())
        except _Scripted as scripted:
            return scripted.answer

    def _perform(self, token: str, method: str, parameters: dict[str, Any]) -> object:
        if not re.fullmatch(r"\d+:[\w-]+", token, re.ASCII):
            raise ApiRefusal(404, "Not Found")
        with self._changed:
            bot = self._bots.get(token)
            if bot is None:
                raise ApiRefusal(401, "Unauthorized")
            if method not in _PARAMETERS:
                raise ApiRefusal(404, "Not Found: method not found")
            self._calls.append(ApiCall(bot.bot_id, method, parameters, time.time()))
            script = next((script for script in self._scripts if script.method == method), None)
            if script is not None:
                self._scripts.remove(script)
            self._changed.notify_all()
            if script is not None and script.delay:
                self._changed.wait_for(lambda: self._closing, script.delay)
            if script is not None and not script.delivered and (script.status is not None or script.drop):
                raise _Scripted(script)
            if unknown := parameters.keys() - _PARAMETERS[method]:
                raise ApiRefusal(400, f"Bad Request: unknown parameters {', '.join(sorted(unknown))}")
            result = _METHODS[method](self, bot, parameters)
            self._changed.notify_all()
            if script is not None and script.hold:
                self._held.add(script_key := object())
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closing or script_key not in self._held)
            if script is not None and script.delivered:
                raise _Scripted(script)
            return result

    def _get_me(self, bot: _Bot, parameters: dict[str, Any]) -> object:
        return {
            "id": bot.bot_id,
            "is_bot": True,
            "first_name": bot.first_name,
            "username": bot.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": True,
            "has_topics_enabled": bool(bot.topics),
        }

    def _set_webhook(self, bot: _Bot, parameters: dict[str, Any]) -> object:
        url, secret = parameters.get("url"), parameters.get("secret_token")
        if not isinstance(url, str):
            raise ApiRefusal(400, 'Bad Request: parameter "url" is required')
        if not url:
            return self._delete_webhook(bot, {"drop_pending_updates": parameters.get("drop_pending_updates")})
        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
        if parts.scheme != "https" and not local:
            raise ApiRefusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise ApiRefusal(400, "Bad Request: secret token contains unallowed characters")
        connections = _whole(parameters, "max_connections", 40, least=1, most=100)
        self._allow(bot, parameters)
        self._forget(bot, parameters)
        bot.webhook = _Webhook(url, secret, connections)
        self._end_poll(bot, "setWebhook")
        return True

    def _delete_webhook(self, bot: _Bot, parameters: dict[str, Any]) -> object:
        self._forget(bot, parameters)
        bot.webhook = None
        return True

    def _get_webhook_info(self, bot: _Bot, parameters: dict[str, Any]) -> object:
        info: dict[str, Any] = {"url": "", "has_custom_certificate": False}
        info |= {"pending_update_count": len(bot.updates), "allowed_updates": sorted(bot.allowed)}
        if bot.webhook is not None:
            info |= {"url": bot.webhook.url, "max_connections": bot.webhook.max_connections}
            if bot.webhook.last_error is not None:
                info |= {"last_error_message": bot.webhook.last_error}
                info |= {"last_error_date": bot.webhook.last_error_at}
        return info

    def _get_updates(self, bot: _Bot, parameters: dict[str, Any]) -> object:
        if bot.webhook is not None:
            raise ApiRefusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        offset = _whole(parameters, "offset", 0)
        offset += bot.next_update_id if offset < 0 else 0
        limit = _whole(parameters, "limit", 100, least=1, most=100)
        patience = _whole(parameters, "timeout", 0, least=0, most=50)
        self._allow(bot, parameters)
        self._end_poll(bot, "other getUpdates")
        mine = bot.poll
        self._confirm(bot, offset)
        self._changed.wait_for(lambda: self._closing or bot.poll != mine or bool(bot.updates or bot.repeats), patience)
        self._confirm(bot, offset)
        if bot.poll != mine:
            reason = f"Conflict: terminated by {bot.poll_ended_by} request"
            only = "; make sure that only one bot instance is running" if "getUpdates" in reason else ""
            raise ApiRefusal(409, reason + only)
        found = [*bot.repeats, *bot.updates][:limit]
        bot.repeats.clear()
        return found

    def _confirm(self, bot: _Bot, offset: int) -> None:
        """Forget what lies before an offset, as the real server does: `Client::do_get_updates`, `TQueueImpl::get`.

        One that is too far from the present ids, as after they began anew, confirms nothing: the whole queue comes.
        """
        following = bot.next_update_id
        if following - 2 * _LONGEST_QUEUE <= offset <= following + 10:
            while bot.updates and bot.updates[0]["update_id"] < offset:
                bot.updates.popleft()

    def _send_message(self, bot: _Bot, parameters: dict[str, Any]) -> object:
        text, address = parameters.get("text"), str(parameters.get("chat_id", ""))
        if "chat_id" not in parameters or not address:
            raise ApiRefusal(400, "Bad Request: chat_id is empty")
        if not isinstance(text, str) or not text.strip():
            raise ApiRefusal(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            raise ApiRefusal(400, "Bad Request: message is too long")
        if not re.fullmatch(r"-?\d+", address, re.ASCII):
            raise ApiRefusal(400, "Bad Request: chat not found")
        chat_id = int(address)
        if chat_id in bot.blocked:
            raise ApiRefusal(403, "Forbidden: bot was blocked by the user")
        if chat_id not in bot.known:
            raise ApiRefusal(403, "Forbidden: bot can't initiate conversation with a user")
        thread = parameters.get("message_thread_id")
        if thread is not None and (chat_id, thread) not in bot.topics:
            raise ApiRefusal(400, "Bad Request: message thread not found")
        message_id, bot.next_message_id = bot.next_message_id, bot.next_message_id + 1
        connection = parameters.get("business_connection_id")
        self._sent.append(ApiMessage(bot.bot_id, chat_id, message_id, text, time.time(), connection, thread))
        return {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "private"},
            "from": {"id": bot.bot_id, "is_bot": True, "first_name": bot.first_name},
            "text": text,
        }

    # What happens inside; all of it under the lock.

    def _bot(self, bot_id: int) -> _Bot:
        return next(bot for bot in self._bots.values() if bot.bot_id == bot_id)

    def _script(self, script: _Script) -> None:
        with self._changed:
            self._scripts.append(script)

    def _queue(self, bot: _Bot, update: dict[str, Any]) -> dict[str, Any]:
        complete = {"update_id": bot.next_update_id} | update
        bot.next_update_id += 1
        if bot.allowed & update.keys():
            bot.updates.append(complete)
            bot.last_update = complete
            self._changed.notify_all()
        return complete

    def _membership(self, bot_id: int, chat_id: int, before: str, after: str) -> dict[str, Any]:
        bot = self._bot(bot_id)
        user = {"id": bot.bot_id, "is_bot": True, "first_name": bot.first_name}
        change = {
            "chat": {"id": chat_id, "type": "private"},
            "from": {"id": chat_id, "is_bot": False, "first_name": "Ana"},
            "date": int(time.time()),
            "old_chat_member": {"user": user, "status": before},
            "new_chat_member": {"user": user, "status": after},
        }
        return self._queue(bot, {"my_chat_member": change})

    def _allow(self, bot: _Bot, parameters: dict[str, Any]) -> None:
        """A list that is left out keeps the earlier one, an empty one means the usual kinds."""
        if "allowed_updates" not in parameters:
            return
        kinds = parameters["allowed_updates"]
        if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
            raise ApiRefusal(400, "Bad Request: can't parse allowed updates")
        bot.allowed = frozenset(kinds) or frozenset(_UPDATE_KINDS) - _SENT_ONLY_IF_ASKED_FOR

    def _forget(self, bot: _Bot, parameters: dict[str, Any]) -> None:
        if parameters.get("drop_pending_updates") in (True, "true", "True"):
            bot.updates.clear()

    def _end_poll(self, bot: _Bot, by: str) -> None:
        bot.poll += 1
        bot.poll_ended_by = by
        self._changed.notify_all()

    def _push_updates(self) -> None:
        while True:
            with self._changed:
                while not self._closing and not self._pushable():
                    self._changed.wait(self._repeat_after)
                if self._closing:
                    return
                bot = self._pushable()[0]
                webhook, update = bot.webhook, bot.updates[0]
            if webhook is not None:
                status, body = _post(webhook, update)
                with self._changed:
                    self._note_push(bot, webhook, update, status, body)

    def _pushable(self) -> list[_Bot]:
        now = time.monotonic()
        return [
            bot
            for bot in self._bots.values()
            if bot.updates and bot.webhook is not None and bot.webhook.not_before <= now
        ]

    def _note_push(self, bot: _Bot, webhook: _Webhook, update: dict[str, Any], status: int | None, body: str) -> None:
        self._pushes.append(Push(update["update_id"], status, body))
        webhook.attempts += 1
        if (status is not None and 200 <= status < 300) or webhook.attempts >= self._give_up_after:
            webhook.attempts = 0
            if bot.updates and bot.updates[0] is update:
                bot.updates.popleft()
        else:
            webhook.not_before = time.monotonic() + self._repeat_after
            webhook.last_error = "Connection refused" if status is None else f"Wrong response: {status}"
            webhook.last_error_at = int(time.time())
        self._changed.notify_all()


class _Scripted(Exception):
    """Leaves the usual way: the answer was decided by the test."""

    def __init__(self, script: _Script) -> None:
        super().__init__()
        self.answer = None if script.status is None else (script.status, script.body)


_METHODS: Final[Mapping[str, Callable[[BotApi, _Bot, dict[str, Any]], object]]] = {
    "getMe": BotApi._get_me,
    "setWebhook": BotApi._set_webhook,
    "deleteWebhook": BotApi._delete_webhook,
    "getWebhookInfo": BotApi._get_webhook_info,
    "getUpdates": BotApi._get_updates,
    "sendMessage": BotApi._send_message,
}

_ACTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "add_bot": BotApi.add_bot,
    "receive_from_user": BotApi.receive_from_user,
    "receive": BotApi.receive,
    "redeliver_last": BotApi.redeliver_last,
    "number_anew": BotApi.number_anew,
    "block": BotApi.block,
    "unblock": BotApi.unblock,
    "answer_next": BotApi.answer_next,
    "refuse_next": BotApi.refuse_next,
    "delay_next": BotApi.delay_next,
    "hold_next": BotApi.hold_next,
    "drop_next": BotApi.drop_next,
    "release": BotApi.release,
    "pending": BotApi.pending,
}

_VIEWS: Final = ("sent", "calls", "pushes", "holding")


class _Server(ThreadingHTTPServer):
    """One thread per connection; closing it waits for all of them."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, api: BotApi, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.api = api
        self.connections: set[socket.socket] = set()
        self.connected = 0
        self.faults: list[BaseException] = []

    def hang_up(self) -> None:
        for connection in list(self.connections):
            with contextlib.suppress(OSError):  # the other side was faster
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.faults.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)
        self.server.connected += 1

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """The log of this server is `calls`."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        try:
            parameters = self._parameters(parts.query, raw)
        except ValueError:
            self._answer(400, _json(ApiRefusal(400, "Bad Request: can't parse the parameters").body()))
            return
        if parts.path.startswith("/control/"):
            self._control(parts.path.removeprefix("/control/"), parameters)
            return
        asked = re.fullmatch(r"/bot(?P<token>[^/]*)/(?P<method>\w+)", parts.path)
        if asked is None:
            self._answer(404, _json(ApiRefusal(404, "Not Found").body()))
            return
        answer = self.server.api.call(asked["token"], asked["method"], parameters)
        if answer is None:
            self.close_connection = True
            with contextlib.suppress(OSError):  # the caller was faster
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(*answer)

    def _parameters(self, query: str, raw: bytes) -> dict[str, Any]:
        """The Bot API takes a query string, a form or JSON; lists in the first two are JSON themselves."""
        kind = (self.headers.get("Content-Type") or "").partition(";")[0].strip()
        plain = dict(parse_qsl(query, keep_blank_values=True))
        if kind == "application/x-www-form-urlencoded":
            plain |= dict(parse_qsl(raw.decode(), keep_blank_values=True))
        given: dict[str, Any] = dict(plain)
        if "allowed_updates" in plain:
            given["allowed_updates"] = json.loads(plain["allowed_updates"])
        if kind == "application/json" and raw:
            body = json.loads(raw)
            if not isinstance(body, dict):
                raise ValueError("not an object")
            given |= body
        return given

    def _control(self, name: str, parameters: dict[str, Any]) -> None:
        api = self.server.api
        if name in _VIEWS:
            seen = getattr(api, name)
            self._answer(200, _json([asdict(one) for one in seen] if isinstance(seen, list) else seen))
        elif name in _ACTIONS:
            try:
                done = _ACTIONS[name](api, **parameters)
            except (TypeError, LookupError, StopIteration) as error:
                self._answer(400, _json({"error": repr(error)}))
            else:
                self._answer(200, _json(done))
        else:
            self._answer(404, _json({"error": f"no such control: {name}"}))

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _whole(
    parameters: dict[str, Any], key: str, default: int, *, least: int | None = None, most: int | None = None
) -> int:
    try:
        value = int(parameters.get(key, default))
    except (TypeError, ValueError):
        raise ApiRefusal(400, f"Bad Request: {key} is no number") from None
    if (least is not None and value < least) or (most is not None and value > most):
        raise ApiRefusal(400, f"Bad Request: {key} is out of range")
    return value


def _post(webhook: _Webhook, update: dict[str, Any]) -> tuple[int | None, str]:
    parts = urlsplit(webhook.url)
    headers = {"Content-Type": "application/json"}
    if webhook.secret is not None:
        headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("POST", parts.path or "/", json.dumps(update), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, HTTPException):
        return None, ""
    finally:
        connection.close()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    port = parser.parse_args().port
    with BotApi(port) as api, contextlib.suppress(KeyboardInterrupt):
        print(api.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
