"""Completions: what became of asking the language model, and every request that was made for it."""

from dataclasses import dataclass
from enum import StrEnum

from domain.follower.values import ModelCall
from processes.language_models.reply_schema import ModelReply


class CallOutcome(StrEnum):
    """What one request came to."""

    COMPLETED = "completed"
    NOT_THE_SCHEMA = "not_the_schema"
    CUT_OFF = "cut_off"
    KEY_REFUSED = "key_refused"
    REQUEST_REFUSED = "request_refused"
    MODEL_RETIRED = "model_retired"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    NO_CONNECTION = "no_connection"


@dataclass(frozen=True)
class Completed:
    """The model wrote a reply; the last of the calls is the one that did."""

    reply: ModelReply
    calls: tuple[ModelCall, ...]


@dataclass(frozen=True)
class CompletionRefused:
    """Our key or our request is refused: asking again changes nothing. No calls: the key was refused before."""

    calls: tuple[ModelCall, ...]


@dataclass(frozen=True)
class Unusable:
    """The model wrote, twice, what is no reply."""

    calls: tuple[ModelCall, ...]


@dataclass(frozen=True)
class NoCompletion:
    """Nothing was written in time; `why` is a word: what the last call came to, or `busy` before the first."""

    why: str
    calls: tuple[ModelCall, ...]


Completion = Completed | CompletionRefused | Unusable | NoCompletion
