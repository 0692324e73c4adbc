"""Sentences of the attention list, made of the kind and the code of what was set aside."""

from collections.abc import Mapping
from typing import Final

from domain.vocabulary import PollingTrouble

SENTENCES: Final[Mapping[str, str]] = {
    "parked": "What happened here is not shown or reacted to by `{part}`: {why}.",
    "quarantined": "Something that came in by {part} is kept and was not taken in: {why}.",
    "uncertain": "Nobody knows whether this message arrived: look, and have it sent again if it did not.",
    "overdue": "{what} has been due for more than a minute.",
    "dismissed": "{what} was given up: {why}.",
    "erasure": "A person is to be erased, and that is not done yet.",
    "channel": "The account on {part} cannot be used: {why}.",
    "notification": "Nobody can be notified by {part}: {why}.",
    "polling": "Messages from {part} are not fetched: {why}.",
}

DUE: Final[Mapping[str, str]] = {
    "follow_up": "A follow-up",
    "expiry": "The end of a wait for a person",
    "send": "A message",
    "attempt": "The outcome of a message",
    "reconcile": "Looking for the outcome of a message",
    "notify": "Telling a person that somebody waits",
    "resume": "The end of the bot's pause",
    "silence": "A word after a long silence",
    "burst": "The understanding of what was written",
    "generate": "The writing of an answer",
    "draft": "The end of a draft's time",
}

REASONS: Final[Mapping[str, str]] = {
    "": "no reason is known",
    "dismissed": "an earlier release did so",
    "cannot_be_opened": "no key opens it",
    "unreadable": "it is none of what we can read",
    PollingTrouble.OTHER_POLLER: "another program takes them",
    PollingTrouble.WEBHOOK_SET: "a webhook is set, which takes them elsewhere",
    PollingTrouble.TOKEN_REFUSED: "its token is not accepted any more",
    PollingTrouble.UNREACHABLE: "the platform cannot be reached",
    PollingTrouble.FAILED: "fetching them failed, and the log says why",
}


def sentence(kind: str, part: str, code: str) -> str:
    """What it is; `part` and `code` are those of `SetAside`."""
    why = code if kind == "notification" else _why(code)  # what a sender says of a failure is a sentence already
    return SENTENCES[kind].format(part=part, what=DUE.get(part, part), why=why)


def _why(code: str) -> str:
    said = [_reason(each.partition(": ")[2] or each) for each in code.split("; ")]
    return ", ".join(dict.fromkeys(said))


def _reason(code: str) -> str:
    if code in REASONS:
        return REASONS[code]
    what, _, detail = code.partition(":")
    match what:
        case "refused":
            return f"it was refused ({detail})"
        case "failed":
            return f"it failed ({detail})"
    return code
