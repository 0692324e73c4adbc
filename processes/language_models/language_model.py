"""The language model: a prompt in, a reply out, and a request for every try that was made."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from domain.follower.values import ModelCall, ModelParams, Urgency
from processes.channels import reading
from processes.language_models.account import GroqAccount, ModelNames
from processes.language_models.completions import (
    CallOutcome,
    Completed,
    Completion,
    CompletionRefused,
    NoCompletion,
    Unusable,
)
from processes.language_models.groq_client import GroqAnswer, GroqClient, NoAnswer
from processes.language_models.model_lane import LanePlace, ModelLane, NoPlace
from processes.language_models.prompt import Prompt
from processes.language_models.rate_limits import RateLimits, read_limits
from processes.language_models.reply_schema import REPLY_SCHEMA, REPLY_SCHEMA_NAME, ModelReply, read_reply

TOKENS: Final = 1500
MORE_TOKENS: Final = 3000
"""What the model may write, its reasoning included; more in the second try, where the first was cut off or no reply."""
PAUSE_SECONDS: Final = 2.0
"""Before a call is made again that the provider failed to answer, or whose limit it did not explain."""
MOST_CALLS: Final = 6
"""For one completion: whatever a provider answers, that is enough."""

_PURPOSE: Final = "reply"
_CHARACTERS_A_TOKEN: Final = 3
_SCHEMA: Final = {
    "type": "json_schema",
    "json_schema": {"name": REPLY_SCHEMA_NAME, "strict": True, "schema": REPLY_SCHEMA},
}
_STUMBLES: Final = frozenset({CallOutcome.SERVER_ERROR, CallOutcome.TIMEOUT, CallOutcome.NO_CONNECTION})
_NO_REPLY: Final = frozenset({CallOutcome.NOT_THE_SCHEMA, CallOutcome.CUT_OFF})

_logger = logging.getLogger(__name__)


@dataclass
class _Attempts:
    """What was tried for one completion so far."""

    calls: list[ModelCall] = field(default_factory=list)
    tokens: int = TOKENS
    stumbled: bool = False
    last: CallOutcome | None = None


@dataclass(frozen=True)
class _Judged:
    """What an answer comes to, and what of it is kept; `by_provider`: the provider itself has found it no reply."""

    outcome: CallOutcome
    output: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reply: ModelReply | None = None
    code: str | None = None
    by_provider: bool = False


class LanguageModel:
    """Asks for replies, in turn and within limits, and knows what to do about each way in which that fails.

    `seconds` is a clock that never goes back, `sleep` waits by it, and `new_id` gives each call its id. Whether the key
    was refused, and which models are retired, it knows until it is made anew.
    """

    def __init__(
        self,
        account: GroqAccount,
        names: ModelNames,
        *,
        seconds: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        new_id: Callable[[], UUID],
    ) -> None:
        self._client = GroqClient(account)
        self._lane = ModelLane(seconds, sleep)
        self._models = list(dict.fromkeys((names.reply, names.second)))
        self._seconds = seconds
        self._sleep = sleep
        self._new_id = new_id
        self._key_is_refused = False
        self._told: set[tuple[int, str | None]] = set()

    async def __aenter__(self) -> Self:
        await self._lane.__aenter__()
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)
        await self._lane.__aexit__(kind, error, traceback)

    @property
    def key_is_refused(self) -> bool:
        """The provider does not accept the key: nothing is asked any more."""
        return self._key_is_refused

    async def complete(self, prompt: Prompt, creator_id: str, *, urgency: Urgency, patience: float) -> Completion:
        """Have a reply written; no call begins later than `patience` seconds from now, and no wait ends later.

        So it lasts as long as that and one timeout at most. What is wrong with the model never raises.
        """
        until = self._seconds() + patience
        tried = _Attempts()
        while len(tried.calls) < MOST_CALLS and self._models:
            if self._key_is_refused:
                return CompletionRefused(tuple(tried.calls))
            if tried.calls and self._seconds() > until:
                break
            try:
                async with self._lane.place(
                    creator_id, urgency, tokens=_estimate(prompt, tried), until=until, ahead=bool(tried.calls)
                ) as place:
                    if self._key_is_refused or not self._models:
                        continue  # it happened while this one waited
                    judged = await self._call(prompt, place, tried)
            except NoPlace:
                break
            done = _settle(judged, tried)
            if done is not None:
                return done
            if judged.outcome in _STUMBLES:
                if tried.stumbled or self._seconds() + PAUSE_SECONDS > until:
                    break
                tried.stumbled = True
                await self._sleep(PAUSE_SECONDS)
        why = tried.last or (CallOutcome.MODEL_RETIRED if not self._models else "busy")
        _logger.info("model_gave_nothing", extra={"why": str(why)})
        return NoCompletion(str(why), tuple(tried.calls))

    async def _call(self, prompt: Prompt, place: LanePlace, tried: _Attempts) -> _Judged:
        """Make one request, note it, and take over what it says of key, model and limits."""
        model, params = self._models[0], _params(tried.tokens)
        begun = self._seconds()
        try:
            answer = await self._client.ask(model, prompt.messages, {**params, "response_format": _SCHEMA})
        except NoAnswer as none:
            judged = _Judged(none.outcome)
        else:
            limits = read_limits(answer.headers)
            self._lane.learn(place, limits)
            judged = _judge(answer)
            self._heed(judged, answer.status, model, limits)
        tried.calls.append(
            ModelCall(
                call_id=self._new_id(),
                purpose=_PURPOSE,
                model=model,
                prompt_version=prompt.version,
                prompt_sha256=prompt.sha256,
                params=params,
                output=judged.output,
                prompt_tokens=judged.prompt_tokens,
                completion_tokens=judged.completion_tokens,
                latency_ms=round((self._seconds() - begun) * 1000),
                outcome=judged.outcome,
            )
        )
        return judged

    def _heed(self, judged: _Judged, status: int, model: str, limits: RateLimits) -> None:
        match judged.outcome:
            case CallOutcome.RATE_LIMITED:
                self._lane.close_for(PAUSE_SECONDS if limits.wait is None else limits.wait)
            case CallOutcome.KEY_REFUSED if not self._key_is_refused:
                self._key_is_refused = True
                _logger.error("model_key_refused", extra={"status": status})
            case CallOutcome.MODEL_RETIRED if model in self._models:
                self._models.remove(model)
                self._lane.forget_limits()
                _logger.error("model_retired", extra={"model": model, "second": next(iter(self._models), None)})
            case CallOutcome.REQUEST_REFUSED if (status, judged.code) not in self._told:
                self._told.add((status, judged.code))
                _logger.error("model_request_refused", extra={"status": status, "code": judged.code})


def _settle(judged: _Judged, tried: _Attempts) -> Completion | None:
    """What the completion is after a call; None: another may follow."""
    tried.last = judged.outcome
    calls = tuple(tried.calls)
    if judged.reply is not None:
        return Completed(judged.reply, calls)
    if judged.outcome in (CallOutcome.KEY_REFUSED, CallOutcome.REQUEST_REFUSED):
        return CompletionRefused(calls)
    if judged.outcome in _NO_REPLY:
        if judged.by_provider or tried.tokens == MORE_TOKENS:
            return Unusable(calls)
        tried.tokens = MORE_TOKENS
    return None


def _params(tokens: int) -> ModelParams:
    """What is asked for besides the schema, as an event keeps it."""
    return {
        "temperature": 0.4,
        "reasoning_effort": "low",
        "include_reasoning": False,
        "max_completion_tokens": tokens,
    }


def _estimate(prompt: Prompt, tried: _Attempts) -> int:
    """Tokens that the provider will count: it reserves all that may be written."""
    return sum(len(message["content"]) for message in prompt.messages) // _CHARACTERS_A_TOKEN + tried.tokens


def _judge(answer: GroqAnswer) -> _Judged:
    """What an answer means (console.groq.com/docs/errors; the codes are those that its API gives)."""
    body = reading.load(answer.body)
    error = reading.mapping(body, "error")
    code = reading.text(error, "code")
    match answer.status, code:
        case 200, _:
            return _written(body)
        case 400, "json_validate_failed":
            output = reading.text(error, "failed_generation") or ""
            reply = read_reply(output)
            outcome = CallOutcome.NOT_THE_SCHEMA if reply is None else CallOutcome.COMPLETED
            return _Judged(outcome, output, reply=reply, code=code, by_provider=True)
        case (404, "model_not_found") | (400, "model_decommissioned"):
            return _Judged(CallOutcome.MODEL_RETIRED, code=code)
        case 403, "model_permission_blocked_org" | "model_permission_blocked_project":
            # The key is good: somebody has closed this one model in the provider's console.
            return _Judged(CallOutcome.MODEL_RETIRED, code=code)
        case 401 | 403, _:
            return _Judged(CallOutcome.KEY_REFUSED, code=code)
        case 429, _:
            return _Judged(CallOutcome.RATE_LIMITED, code=code)
        case 408 | 498 | 499, _:
            return _Judged(CallOutcome.SERVER_ERROR, code=code)
        case status, _ if status >= 500:
            return _Judged(CallOutcome.SERVER_ERROR, code=code)
        case _:
            return _Judged(CallOutcome.REQUEST_REFUSED, code=code)


def _written(body: object) -> _Judged:
    choice = next((each for each in reading.sequence(body, "choices") if isinstance(each, dict)), {})
    output = reading.text(reading.mapping(choice, "message"), "content") or ""
    usage = reading.mapping(body, "usage")
    reply = read_reply(output)
    if choice.get("finish_reason") == "length":
        reply, outcome = None, CallOutcome.CUT_OFF
    else:
        outcome = CallOutcome.NOT_THE_SCHEMA if reply is None else CallOutcome.COMPLETED
    return _Judged(
        outcome,
        output,
        max(0, reading.whole(usage, "prompt_tokens") or 0),
        max(0, reading.whole(usage, "completion_tokens") or 0),
        reply,
    )
