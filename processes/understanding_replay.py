"""Understands recorded bursts again by the present rules and weights, and records nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.application import Clonnect
from domain.creator import Creator
from domain.follower.follower import Follower
from domain.follower.values import OpenBurst, Proposal
from domain.vocabulary import Intent
from eventstore.log import Log
from processes.understanding import burst_of_one, propose

PAGE: Final = 5_000
"""Positions of the log that are looked through at once for people who were met."""

RecordedStop = Literal["stop", "perhaps", "none", "unknown"]
"""`unknown`: who is left alone already is not recorded to ask for it again."""


class BurstReading(NamedTuple):
    """What an understanding makes of a burst, as far as something follows from it."""

    intent: Intent
    stop: RecordedStop
    refusal: bool
    direct_purchase: bool
    needs_reply: bool


@dataclass(frozen=True)
class ReplayedBurst:
    """What was recorded of a burst, and what would be now; `version` is that of the understanding at the time."""

    burst_id: UUID
    lead_id: UUID
    text: str
    version: int
    recorded: BurstReading
    present: BurstReading

    @property
    def changes(self) -> Mapping[str, tuple[object, object]]:
        """What differs, old and new, by the names of `BurstReading`."""
        return {
            name: (old, new)
            for name, old, new in zip(BurstReading._fields, self.recorded, self.present, strict=True)
            if old != new and not (old == "unknown" and new in ("stop", "none"))
        }


class UnderstandingReplay:
    """One run over the log, a conversation at a time; its counts are of what was read so far.

    `erased` are bursts whose words nobody can read any more, `unreadable` conversations with an event that its class
    cannot be made of, `model_calls` the recorded calls of the language model, of which none is repeated.
    """

    def __init__(self, app: Clonnect, log: Log) -> None:
        self._app = app
        self._log = log
        self.erased = 0
        self.unreadable = 0
        self.model_calls = 0

    def bursts(self, creator_id: str | None = None) -> Iterator[ReplayedBurst]:
        """Every burst of a creator's followers, or of everybody's, by when they were met and then in order.

        The products are the creator's present ones; what was known of the person is what the log tells up to then.
        """
        creator_of = cache(self._app.creator)
        if creator_id is not None:
            creator_of(creator_id)
        reached, head = 0, self._log.head()
        while reached < head:
            page = self._log.page(reached, PAGE, (Follower.Met.TOPIC,))
            reached = page.reached
            for met in page.events:
                owner = met.metadata["creator_id"]
                if creator_id in (None, owner):
                    yield from self._conversation(creator_of(owner), met.event.originator_id)
            self.unreadable += len(page.unreadable)

    def _conversation(self, creator: Creator, follower_id: UUID) -> Iterator[ReplayedBurst]:
        try:
            events: list[Any] = list(self._app.events.get(follower_id))
        except MapperDeserialisationError:
            self.unreadable += 1
            return
        follower: Any = None
        heard: dict[str, Follower.MessageReceived] = {}
        stopped_by: set[str | None] = set()
        for event, following in zip(events, (*events[1:], None), strict=True):
            match event:
                case Follower.MessageReceived():
                    heard[event.message_id] = event
                case Follower.OptedOut():
                    stopped_by.add(event.message_id)
                case Follower.ModelCalled():
                    self.model_calls += 1
                case Follower.BurstUnderstood():
                    messages = [heard.pop(each) for each in event.message_ids if each in heard]
                    if event.erased or not messages:
                        self.erased += 1
                    else:
                        is_stop = _asks_to_stop(following) or not stopped_by.isdisjoint(event.message_ids)
                        recorded = _recorded(event, is_stop=is_stop, was_stopped=follower.opted_out)
                        burst = _burst(follower, event, messages)
                        present = _present(propose(creator, follower, burst))
                        yield ReplayedBurst(
                            event.burst_id, event.lead_id, burst.text, event.classifier_version, recorded, present
                        )
                case _:
                    pass
            follower = event.mutate(follower)


def _asks_to_stop(following: object) -> bool:
    """Whether what stands right behind a burst was recorded because of what it means."""
    return isinstance(following, Follower.OptedOut) and following.source == "understood"


def _burst(
    follower: Follower, event: Follower.BurstUnderstood, messages: Sequence[Follower.MessageReceived]
) -> OpenBurst:
    """The burst as it was when it was understood."""
    waiting = follower.burst
    return waiting if waiting is not None and waiting.burst_id == event.burst_id else burst_of_one(messages[0])


def _recorded(event: Follower.BurstUnderstood, *, is_stop: bool, was_stopped: bool) -> BurstReading:
    unless_asked: RecordedStop = "unknown" if was_stopped else "none"
    return BurstReading(
        event.intents[0][0],
        "stop" if is_stop else "perhaps" if event.soft_stop else unless_asked,
        event.refusal,
        event.direct_purchase,
        event.needs_reply,
    )


def _present(proposal: Proposal) -> BurstReading:
    return BurstReading(
        proposal.intents[0][0],
        "stop" if proposal.hard_stop else "perhaps" if proposal.soft_stop else "none",
        proposal.refusal,
        proposal.direct_purchase,
        proposal.needs_reply,
    )
