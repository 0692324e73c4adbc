"""Rehearses answers: what would be said to bursts that a person has answered, beside what that person sent."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.answering.checks import AnswerProblem, check_answer
from domain.application import Clonnect
from domain.errors import NotFound
from domain.follower.follower import BOT, Follower
from domain.follower.values import ProposedAnswer, Purpose, Urgency
from domain.memory import remember
from eventstore.log import Log
from processes.language import language_of
from processes.language_models.language_model import LanguageModel
from processes.model_answers import UNAVAILABLE, AnswerCase, ask, ground_of
from processes.template_answers import template_answer

PAGE: Final = 2_000
"""Positions of the log that are looked through at once for answers."""


@dataclass(frozen=True)
class AnsweredBurst:
    """A burst that a person answered: where it stands in its follower's stream, and what they sent."""

    follower_id: UUID
    version: int
    understood_at: datetime
    sent: str


@dataclass(frozen=True)
class RehearsedAnswer:
    """What would be proposed for a burst, if anything, with what speaks against sending it unseen; `calls` were made.

    `said` are the words of the burst, `problems` what the checks find in the answer.
    """

    lead_id: UUID
    understood_at: datetime
    said: str
    sent: str
    answer: ProposedAnswer | None
    problems: tuple[AnswerProblem, ...]
    why_draft: tuple[str, ...] = ()
    calls: int = 0

    @property
    def is_acceptable(self) -> bool:
        """Whether a machine might send it alone."""
        return self.answer is not None and not self.problems and not self.why_draft

    @property
    def differs(self) -> bool:
        """Whether it is other than what the person sent, by more than spaces and capitals."""
        return self.answer is not None and _folded(self.answer.text) != _folded(self.sent)


class Rehearsal:
    """One look at how a creator's bursts would be answered; it sends nothing and records nothing.

    `erased` counts answers that nobody can read any more, `unreadable` what cannot be read for another reason.
    """

    def __init__(self, app: Clonnect, log: Log, creator_id: str) -> None:
        self._app = app
        self._log = log
        self._creator = app.creator(creator_id)
        self.erased = 0
        self.unreadable = 0

    def cases(self, last: int) -> Iterator[tuple[AnswerCase, AnsweredBurst]]:
        """The last bursts that a person answered, the latest at the end, each with everything known at the time.

        The creator's products and texts and the lead's details are the present ones, what a burst means is as it was
        recorded.
        """
        for answered in self._answered(last):
            try:
                case = self._case(answered)
            except (MapperDeserialisationError, NotFound):
                self.unreadable += 1
            else:
                yield case, answered

    def _answered(self, last: int) -> deque[AnsweredBurst]:
        found: deque[AnsweredBurst] = deque(maxlen=last)
        waiting: dict[UUID, Follower.BurstUnderstood] = {}
        creator_id, reached, head = self._creator.creator_id, 0, self._log.head()
        while reached < head:
            page = self._log.page(reached, PAGE, (Follower.BurstUnderstood.TOPIC, Follower.SendRequested.TOPIC))
            reached = page.reached
            for recorded in page.events:
                event = recorded.event
                if recorded.metadata["creator_id"] != creator_id:
                    continue
                if isinstance(event, Follower.BurstUnderstood):
                    waiting[event.originator_id] = event
                elif (burst := waiting.pop(event.originator_id, None)) is not None and _is_a_persons(event):
                    if event.erased:
                        self.erased += 1
                    else:
                        place = (event.originator_id, burst.originator_version, burst.timestamp)
                        found.append(AnsweredBurst(*place, event.content))
        return found

    def _case(self, answered: AnsweredBurst) -> AnswerCase:
        events: list[Any] = list(self._app.events.get(answered.follower_id, lte=answered.version))
        follower: Any = None
        for event in events:
            follower = event.mutate(follower)
        memory = remember(events, country=self._creator.settings.country)
        return AnswerCase(self._creator, follower, self._app.lead_of(follower), follower.understood, memory)


def rehearse_templates(case: AnswerCase, answered: AnsweredBurst) -> RehearsedAnswer:
    """What the templates would answer, and what the checks find in it."""
    answer = template_answer(case.creator, case.follower, case.lead, case.burst)
    if answer is None:
        return _rehearsed(case, answered, None, ())
    ground = ground_of(case, answer.product_id)
    checked = check_answer(answer.text, ground, platform=case.follower.platform, language_of=language_of)
    return _rehearsed(case, answered, answer, checked.problems)


async def rehearse_model(language_model: LanguageModel, case: AnswerCase, answered: AnsweredBurst) -> RehearsedAnswer:
    """What a language model would answer, or the templates where it gives nothing that could be sent."""
    asked = await ask(language_model, case, Urgency.BACKLOG)
    if asked.answer is not None:
        return _rehearsed(case, answered, asked.answer, asked.problems, calls=len(asked.calls))
    instead = rehearse_templates(case, answered)
    why = (*instead.why_draft, UNAVAILABLE)
    return _rehearsed(case, answered, instead.answer, instead.problems, why, calls=len(asked.calls))


def _is_a_persons(event: Follower.SendRequested) -> bool:
    """Whether a person wrote it, or saw it before it left; what is sent again is no answer."""
    by_person = event.purpose is Purpose.MANUAL or (event.purpose is Purpose.REPLY and event.requested_by != BOT)
    return by_person and event.repeats is None


def _rehearsed(
    case: AnswerCase,
    answered: AnsweredBurst,
    answer: ProposedAnswer | None,
    problems: tuple[AnswerProblem, ...],
    why: tuple[str, ...] = (),
    *,
    calls: int = 0,
) -> RehearsedAnswer:
    of_answer = () if answer is None else answer.why_draft
    # The reasons of a model's answer name its problems once more.
    reasons = dict.fromkeys(each for each in (*of_answer, *why) if each not in problems)
    return RehearsedAnswer(
        case.follower.lead_id,
        answered.understood_at,
        case.burst.text,
        answered.sent,
        answer,
        problems,
        tuple(reasons),
        calls,
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
