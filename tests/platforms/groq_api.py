"""A local HTTP server that plays Groq's chat completions.

It follows the public documentation (console.groq.com/docs: api-reference, errors, rate-limits, structured-outputs), but
is stricter than the real one: what the documentation does not know is refused. In a test: `with GroqApi() as api:`.
"""

import contextlib
import json
import re
import socket
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

GROQ_KEY: Final = "gsk_testkey0123456789"
GPT_OSS_120B: Final = "openai/gpt-oss-120b"
GPT_OSS_20B: Final = "openai/gpt-oss-20b"

_PATH: Final = "/openai/v1/chat/completions"
_FIELDS: Final = frozenset(
    {
        "citation_options",
        "compound_custom",
        "disable_tool_validation",
        "documents",
        "frequency_penalty",
        "include_reasoning",
        "max_completion_tokens",
        "max_tokens",
        "messages",
        "metadata",
        "model",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "reasoning_effort",
        "reasoning_format",
        "response_format",
        "search_settings",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_p",
        "user",
    }
)
_TYPES: Final = {"string", "number", "integer", "boolean", "object", "array", "null"}
_KEYWORDS: Final = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "description", "$ref", "$defs"}
)
_GREETINGS: Final = {
    "en": "Hi! Good to hear from you. What would you like to know?",
    "es": "¡Hola! Qué bueno leerte. ¿Qué te gustaría saber?",
    "pt": "Oi! Que bom falar com você. O que você gostaria de saber?",
}


class GroqRefusal(Exception):
    """An answer with an `error`."""

    def __init__(self, status: int, message: str, code: str | None = None, **fields: object) -> None:
        super().__init__(message)
        self.status = status
        self.headers: Mapping[str, str] = {}
        kind = "invalid_request_error" if status < 500 else "internal_server_error"
        self.body = {"error": {"message": message, "type": kind} | ({"code": code} if code else {}) | fields}


@dataclass(frozen=True)
class GroqRequest:
    """A request with the right key, as it came in; `at` by the monotonic clock, in seconds."""

    body: dict[str, Any]
    at: float

    @property
    def model(self) -> str:
        return str(self.body.get("model"))

    @property
    def text(self) -> str:
        """All that the model was given to read."""
        return "\n".join(str(message["content"]) for message in self.body["messages"])


@dataclass
class _Play:
    """What happens to one request instead of the usual."""

    status: int = 200
    content: str | None = None
    finish_reason: str = "stop"
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hold: bool = False
    drop: bool = False
    drip: float = 0.0


@dataclass
class _Refilling:
    """An allowance that refills evenly, as Groq's do."""

    most: int
    per: float
    left: float
    at: float

    def refill(self, now: float) -> None:
        self.left = min(self.most, self.left + (now - self.at) * self.most / self.per)
        self.at = now

    def full_in(self) -> float:
        return (self.most - self.left) * self.per / self.most


class GroqApi:
    """The server and the hands that move it; every public method may be called from any thread."""

    def __init__(self, key: str = GROQ_KEY, models: tuple[str, ...] = (GPT_OSS_120B, GPT_OSS_20B)) -> None:
        self._key = key
        self._changed = threading.Condition()
        self._closing = False
        self._models = dict.fromkeys(models, True)
        self._plays: deque[_Play] = deque()
        self._held: set[object] = set()
        self._requests: list[GroqRequest] = []
        self._answered: Counter[int] = Counter()
        self._in_air = 0
        self._most_in_air = 0
        self._limits: dict[str, _Refilling] = {}
        self._server = _GroqServer(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="groq api")

    def __enter__(self) -> Self:
        self._thread.start()
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
        self._thread.join()
        if self._server.faults:
            raise self._server.faults[0]

    @property
    def url(self) -> str:
        """What `CLONNECT_MODEL_BASE_URL` is set to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What a test does.

    def write_next(self, *replies: object, finish_reason: str = "stop") -> None:
        """Have the model write these for the next requests, one each: a text as it is, anything else as JSON."""
        for reply in replies:
            content = reply if isinstance(reply, str) else json.dumps(reply, ensure_ascii=False)
            self._play(_Play(content=content, finish_reason=finish_reason))

    def refuse_next(
        self,
        status: int,
        message: str = "refused",
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        **fields: object,
    ) -> None:
        """Refuse the next request in Groq's own form, such as `refuse_next(429, headers={"retry-after": "2"})`."""
        raw = json.dumps(GroqRefusal(status, message, code, **fields).body).encode()
        self._play(_Play(status=status, raw=raw, headers=headers or {}))

    def answer_next(self, raw: str | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer the next request with these bytes, whatever they are."""
        self._play(_Play(status=status, raw=raw.encode() if isinstance(raw, str) else raw, headers=headers or {}))

    def drop_next(self) -> None:
        """Read the next request and close the connection without an answer."""
        self._play(_Play(drop=True))

    def hold_next(self) -> None:
        """Keep the next caller waiting until `release()`, then answer as usual."""
        self._play(_Play(hold=True))

    def delay_next(self, seconds: float) -> None:
        """Answer the next request as usual, but later."""
        self._play(_Play(delay=seconds))

    def trickle_next(self, seconds_each: float) -> None:
        """Answer the next request as usual, but a byte at a time."""
        self._play(_Play(drip=seconds_each))

    def release(self) -> None:
        """Answer everybody who is held."""
        with self._changed:
            self._held.clear()
            self._changed.notify_all()

    def retire(self, model: str) -> None:
        """There is no such model any more."""
        with self._changed:
            self._models[model] = False

    def limit(self, *, requests: int | None = None, tokens: int | None = None, per: float = 60.0) -> None:
        """Allow so much in so many seconds, refilled evenly and full now; without any: no limit."""
        with self._changed:
            now = time.monotonic()
            self._limits = {
                what: _Refilling(most, per, most, now)
                for what, most in (("requests", requests), ("tokens", tokens))
                if most is not None
            }

    @property
    def requests(self) -> list[GroqRequest]:
        """Every request with the right key, the refused ones included."""
        with self._changed:
            return list(self._requests)

    @property
    def answered(self) -> Counter[int]:
        """How often each status was answered."""
        with self._changed:
            return Counter(self._answered)

    @property
    def holding(self) -> int:
        """How many callers are held."""
        with self._changed:
            return len(self._held)

    @property
    def most_in_air(self) -> int:
        """How many requests were ever under way at the same time."""
        with self._changed:
            return self._most_in_air

    def wait_until(self, condition: Callable[[], bool], timeout: float = 60.0) -> None:
        """Wait until something that this server knows of has happened: `api.wait_until(lambda: api.holding == 2)`."""
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                raise TimeoutError(f"not within {timeout} s")

    # What the client asks.

    def respond(self, handler: "_GroqHandler", raw: bytes) -> None:
        """Answer one request."""
        with self._changed:
            self._in_air += 1
            self._most_in_air = max(self._most_in_air, self._in_air)
        try:
            status, headers, body, drip = self._decide(handler, raw)
        except GroqRefusal as refusal:
            status, headers, body, drip = refusal.status, refusal.headers, _encode(refusal.body), 0.0
        except _HangUp:
            handler.hang_up()
            return
        finally:
            with self._changed:
                self._in_air -= 1
        with self._changed:
            self._answered[status] += 1
        handler.answer(status, {**headers, "Content-Length": str(len(body))}, self._pieces(body, drip))

    def _decide(self, handler: "_GroqHandler", raw: bytes) -> tuple[int, Mapping[str, str], bytes, float]:
        if handler.command != "POST" or handler.path != _PATH:
            raise GroqRefusal(404, f"Unknown request URL: {handler.command} {handler.path}", "unknown_url")
        if handler.headers.get("Authorization") != f"Bearer {self._key}":
            raise GroqRefusal(401, "Invalid API Key", "invalid_api_key")
        body = _read(raw)
        with self._changed:
            self._requests.append(GroqRequest(body, time.monotonic()))
            play = self._plays.popleft() if self._plays else _Play()
            self._changed.notify_all()
            if play.hold:
                self._held.add(held := object())
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closing or held not in self._held)
            if play.delay:
                self._changed.wait_for(lambda: self._closing, play.delay)
            if play.drop:
                raise _HangUp
            if play.raw is not None:
                return play.status, play.headers, play.raw, play.drip
            _check(body)
            self._check_model(body["model"])
            content = _sensible(body) if play.content is None else play.content
            asked = sum(len(str(message["content"])) for message in body["messages"]) // 4
            headers = self._charge(asked + len(content) // 4)
            return 200, headers, _encode(_completion(body["model"], content, asked, play.finish_reason)), play.drip

    def _check_model(self, model: str) -> None:
        if not self._models.get(model, False):
            message = f"The model `{model}` does not exist or you do not have access to it."
            raise GroqRefusal(404, message, "model_not_found")

    def _charge(self, tokens: int) -> dict[str, str]:
        now = time.monotonic()
        amounts = {"requests": 1, "tokens": tokens}
        for limit in self._limits.values():
            limit.refill(now)
        missing = {
            what: min(amounts[what], limit.most) - limit.left
            for what, limit in self._limits.items()
            if limit.left < min(amounts[what], limit.most)
        }
        headers: dict[str, str] = {}
        for what, limit in self._limits.items():
            limit.left -= 0 if missing else amounts[what]
            headers |= {
                f"x-ratelimit-limit-{what}": str(limit.most),
                f"x-ratelimit-remaining-{what}": str(max(0, int(limit.left))),
                f"x-ratelimit-reset-{what}": _duration(limit.full_in()),
            }
        if missing:
            wait = max(amount * self._limits[what].per / self._limits[what].most for what, amount in missing.items())
            refusal = GroqRefusal(429, "Rate limit reached", "rate_limit_exceeded")
            refusal.headers = headers | {"retry-after": f"{wait:.3f}"}
            raise refusal
        return headers

    def _play(self, play: _Play) -> None:
        with self._changed:
            self._plays.append(play)

    def _pieces(self, body: bytes, drip: float) -> Iterator[bytes]:
        if not drip:
            yield body
            return
        for index in range(len(body)):
            with self._changed:
                if self._changed.wait_for(lambda: self._closing, drip):
                    return
            yield body[index : index + 1]


class _HangUp(Exception):
    """The connection is closed without an answer."""


def _read(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError:
        raise GroqRefusal(400, "could not parse the request body as JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise GroqRefusal(400, "'messages' : property 'messages' is missing")
    return body


def _check(body: dict[str, Any]) -> None:
    """Refuse what the documentation does not allow."""
    if unknown := sorted(body.keys() - _FIELDS):
        raise GroqRefusal(400, f"property '{unknown[0]}' is unsupported")
    if not isinstance(body.get("model"), str):
        raise GroqRefusal(400, "'model' : property 'model' is missing")
    if not body["messages"]:
        raise GroqRefusal(400, "'messages' : minimum number of items is 1")
    for index, message in enumerate(body["messages"]):
        if not isinstance(message, dict) or message.get("role") not in ("system", "developer", "user", "assistant"):
            raise GroqRefusal(400, f"'messages.{index}' : discriminator property 'role' has invalid value")
        if extra := sorted(message.keys() - {"role", "content"}):
            raise GroqRefusal(400, f"'messages.{index}' : property '{extra[0]}' is unsupported")
        if not isinstance(message.get("content"), str):
            raise GroqRefusal(400, f"'messages.{index}.content' : value must be a string")
    _check_number(body, "temperature", 0, 2)
    _check_number(body, "top_p", 0, 1)
    for name in ("max_completion_tokens", "max_tokens"):
        _check_number(body, name, 1, 65536)
    if body.get("n", 1) != 1:
        raise GroqRefusal(400, "'n' : value must be 1")
    if body.get("reasoning_effort", "low") not in ("low", "medium", "high"):
        raise GroqRefusal(400, "`reasoning_effort` must be one of `low`, `medium`, or `high`")
    if "include_reasoning" in body and "reasoning_format" in body:
        raise GroqRefusal(400, "cannot specify both `include_reasoning` and `reasoning_format`")
    if not isinstance(body.get("include_reasoning", True), bool):
        raise GroqRefusal(400, "'include_reasoning' : value must be a boolean")
    _check_format(body.get("response_format"))


def _check_number(body: Mapping[str, Any], name: str, least: float, most: float) -> None:
    value = body.get(name, least)
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise GroqRefusal(400, f"'{name}' : number must be between {least} and {most}")


def _check_format(response_format: object) -> None:
    if response_format in (None, {"type": "text"}, {"type": "json_object"}):
        return
    if not isinstance(response_format, dict) or response_format.keys() != {"type", "json_schema"}:
        raise GroqRefusal(400, "'response_format' : one of the following must be satisfied")
    asked = response_format["json_schema"]
    if response_format["type"] != "json_schema" or not isinstance(asked, dict):
        raise GroqRefusal(400, "'response_format.type' : value is not one of the allowed values")
    if extra := sorted(asked.keys() - {"name", "description", "schema", "strict"}):
        raise GroqRefusal(400, f"'response_format.json_schema' : property '{extra[0]}' is unsupported")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(asked.get("name", ""))):
        raise GroqRefusal(400, "'response_format.json_schema.name' : value does not match the pattern")
    if not isinstance(asked.get("strict", False), bool):
        raise GroqRefusal(400, "'response_format.json_schema.strict' : value must be a boolean")
    if asked.get("strict"):
        _check_strict(asked.get("schema"), "schema")


def _check_strict(schema: object, where: str) -> None:
    """The rules of Structured Outputs with `strict`, for each part of a schema."""

    def refuse(why: str) -> GroqRefusal:
        return GroqRefusal(400, f"invalid JSON schema for response_format: '{where}': {why}")

    if not isinstance(schema, dict):
        raise refuse("no schema")
    if unknown := sorted(schema.keys() - _KEYWORDS):
        raise refuse(f"`{unknown[0]}` is not supported")
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if kinds - _TYPES or not (kinds or schema.keys() & {"enum", "anyOf", "$ref"}):
        raise refuse("`type` is missing or unknown")
    if "object" in kinds:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            raise refuse("`properties` is required")
        if schema.get("additionalProperties") is not False:
            raise refuse("`additionalProperties:false` must be set on every object")
        if set(schema.get("required", ())) != properties.keys():
            raise refuse("`required` is required to be supplied and to be an array including every key in properties")
        for name, each in properties.items():
            _check_strict(each, f"{where}.{name}")
    if "array" in kinds:
        _check_strict(schema.get("items"), f"{where}[]")
    for index, each in enumerate(schema.get("anyOf", ())):
        _check_strict(each, f"{where}.anyOf[{index}]")


def _sensible(body: dict[str, Any]) -> str:
    """What a model might write, in the language that the prompt names, with the intent that it hints at."""
    text = "\n".join(message["content"] for message in body["messages"])
    named = re.search(r"^language: (en|es|pt)\b", text, re.MULTILINE)
    language = named[1] if named else "en"
    hinted = re.search(r'"hint":{"intents":\[{"intent":"(\w+)"', text)
    return json.dumps(
        {
            "reply": _GREETINGS[language],
            "language": language,
            "intent": hinted[1] if hinted else "question_general",
            "confidence": 0.9,
            "product_id": None,
            "facts_used": [],
            "needs_person": False,
            "person_reason": None,
        },
        ensure_ascii=False,
    )


def _completion(model: str, content: str, asked: int, finish_reason: str) -> dict[str, Any]:
    written = len(content) // 4
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content},
                "logprobs": None,
                "finish_reason": finish_reason,
            }
        ],
        "usage": {"prompt_tokens": asked, "completion_tokens": written, "total_tokens": asked + written},
        "system_fingerprint": "fp_test",
        "x_groq": {"id": "req_test"},
    }


def _duration(seconds: float) -> str:
    """As Groq writes it: `2m59.56s`, `7.66s`, `480ms`."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    return (f"{int(minutes)}m" if minutes else "") + f"{rest:.3f}".rstrip("0").rstrip(".") + "s"


def _encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


class _GroqServer(ThreadingHTTPServer):
    """One thread per connection; closing it waits for all of them."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, api: GroqApi) -> None:
        super().__init__(("127.0.0.1", 0), _GroqHandler)
        self.api = api
        self.connections: set[socket.socket] = set()
        self.faults: list[BaseException] = []

    def hang_up(self) -> None:
        for connection in list(self.connections):
            with contextlib.suppress(OSError):  # the other side was faster
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.faults.append(error)


class _GroqHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _GroqServer

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """The log of this server is `requests`."""

    def do_GET(self) -> None:
        self.server.api.respond(self, b"")

    def do_POST(self) -> None:
        self.server.api.respond(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):  # the caller was faster
            self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self, status: int, headers: Mapping[str, str], body: Iterator[bytes]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in body:
            self.wfile.write(piece)
            self.wfile.flush()
