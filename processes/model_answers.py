"""Answers of a language model: asked with what the creator and the follower have said, checked before they leave."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.answering.agreement import agree
from domain.answering.checks import AnswerProblem, CheckedAnswer, check_answer
from domain.answering.ground import AnswerGround
from domain.application import Clonnect
from domain.commands.generation import Started
from domain.creator import Creator
from domain.follower.follower import Follower
from domain.follower.values import ModelCall, ProposedAnswer, UnderstoodBurst, Urgency
from domain.lead import Lead
from domain.memory import Memory, remember
from domain.vocabulary import Intent
from processes.generation import Written
from processes.language import language_of
from processes.language_models.completions import Completed, CompletionRefused
from processes.language_models.language_model import LanguageModel
from processes.language_models.prompt import (
    INSTRUCTIONS,
    Hint,
    MemoryLine,
    ProductFact,
    PromptInputs,
    TextFact,
    Utterance,
    build_prompt,
    canary_for,
)
from processes.language_models.reply_schema import ModelReply
from processes.template_answers import template_answer
from projections.event_history import EventHistory
from projections.model_usage import ModelUsage

PATIENCE: Final = {Urgency.LIVE: 45.0, Urgency.REGENERATION: 60.0, Urgency.BACKLOG: 120.0}
"""Seconds until no call begins any more."""
WORTH_ANOTHER_TRY: Final = frozenset({AnswerProblem.EMPTY, AnswerProblem.LENGTH, AnswerProblem.LANGUAGE})
UNAVAILABLE: Final = "model_unavailable"
NEEDS_PERSON: Final = "needs_person"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelBudget:
    """What the answers of one creator may cost on a day."""

    calls: int
    tokens: int


@dataclass(frozen=True)
class AnswerCase:
    """Everything that one answer rests on."""

    creator: Creator
    follower: Follower
    lead: Lead
    burst: UnderstoodBurst
    memory: Memory


@dataclass(frozen=True)
class AskedAnswer:
    """What a language model wrote when it was asked, the checks' word on it, and every call that this took.

    Without an `answer` it wrote none that could be sent; `refused`: our key or our request is refused.
    """

    answer: ProposedAnswer | None
    problems: tuple[AnswerProblem, ...]
    calls: tuple[ModelCall, ...]
    refused: bool


class ModelAnswers:
    """Writes answers by a language model; where that gives none, from the templates."""

    def __init__(
        self,
        app: Clonnect,
        history: EventHistory,
        usage: ModelUsage,
        language_model: LanguageModel,
        name: str,
        budget: ModelBudget,
        clock: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._history = history
        self._usage = usage
        self._language_model = language_model
        self._name = name
        self._budget = budget
        self._clock = clock
        self._spent: dict[str, datetime] = {}

    @property
    def model(self) -> str:
        """Whom answers are asked of; empty while the key is refused."""
        return "" if self._language_model.key_is_refused else self._name

    async def write(self, follower_id: UUID, started: Started) -> Written:
        """The answer to the last burst of a follower, with every call that it took."""
        case = await self._case(follower_id)
        if case is None:
            return Written(None)
        if not started.may_call:
            return self._from_templates(case, (), (UNAVAILABLE,))
        if not self.model or await self._is_over_budget(case.creator.creator_id):
            return self._from_templates(case, (), ())
        asked = await ask(self._language_model, case, started.urgency)
        if asked.answer is not None:
            return Written(asked.answer, asked.calls, NEEDS_PERSON in asked.answer.why_draft)
        off = asked.refused and not self.model
        return self._from_templates(case, asked.calls, () if off else (UNAVAILABLE,))

    async def _is_over_budget(self, creator_id: str) -> bool:
        now = self._clock()
        calls, tokens = await self._usage.on_day_of(creator_id, now)
        is_over = calls >= self._budget.calls or tokens >= self._budget.tokens
        told = self._spent.get(creator_id)
        if is_over and (told is None or told.date() != now.date()):
            self._spent[creator_id] = now
            _logger.warning("model_budget_spent", extra={"creator": creator_id, "calls": calls, "tokens": tokens})
        return is_over

    async def _case(self, follower_id: UUID) -> AnswerCase | None:
        recorded = await self._history.of_follower(follower_id, 0)

        def read() -> AnswerCase | None:
            follower = self._app.follower(follower_id)
            if follower.understood is None or not follower.is_alive:
                return None
            creator, lead = self._app.creator(follower.creator_id), self._app.lead_of(follower)
            events = [each.event for each in recorded if isinstance(each.event, Follower.Event)]
            memory = remember(events, country=creator.settings.country)
            return AnswerCase(creator, follower, lead, follower.understood, memory)

        return await asyncio.to_thread(read)

    @staticmethod
    def _from_templates(case: AnswerCase, calls: tuple[ModelCall, ...], why: tuple[str, ...]) -> Written:
        answer = template_answer(case.creator, case.follower, case.lead, case.burst)
        return Written(answer and replace(answer, why_draft=(*answer.why_draft, *why)), calls)


async def ask(language_model: LanguageModel, case: AnswerCase, urgency: Urgency) -> AskedAnswer:
    """Have a language model answer a burst, and once more what another try may mend; nothing is recorded or sent."""
    prompt = build_prompt(_inputs(case))
    creator_id, patience = case.creator.creator_id, PATIENCE[urgency]
    first = await language_model.complete(prompt, creator_id, urgency=urgency, patience=patience)
    if not isinstance(first, Completed):
        return AskedAnswer(None, (), first.calls, refused=isinstance(first, CompletionRefused))
    calls = first.calls
    proposed, checked = await asyncio.to_thread(_judge, case, first.reply)
    if WORTH_ANOTHER_TRY & set(checked.problems):
        again = await language_model.complete(prompt, creator_id, urgency=urgency, patience=patience)
        calls = (*calls, *again.calls)
        if isinstance(again, Completed):
            proposed, checked = await asyncio.to_thread(_judge, case, again.reply)
    is_empty = AnswerProblem.EMPTY in checked.problems
    answer = None if is_empty else replace(proposed, call_id=calls[-1].call_id)
    return AskedAnswer(answer, checked.problems, calls, refused=False)


def _judge(case: AnswerCase, reply: ModelReply) -> tuple[ProposedAnswer, CheckedAnswer]:
    """What a reply may become: an answer, with everything that speaks against sending it unseen."""
    burst = case.burst
    reading = agree(burst.intents, reply.intent, reply.confidence)
    ground = ground_of(case, reply.product_id)
    checked = check_answer(reply.reply, ground, platform=case.follower.platform, language_of=language_of)
    needs_person = (NEEDS_PERSON,) if reply.needs_person else ()
    known = {product.product_id for product in case.creator.active_products}
    answer = ProposedAnswer(
        burst.burst_id,
        checked.text,
        burst.language,
        reading.intent,
        reading.confidence,
        "model",
        reply.product_id if reply.product_id in known else burst.product_id,
        (*reading.why_draft, *needs_person, *(problem.value for problem in checked.problems)),
        reply.facts_used,
    )
    return answer, checked


def ground_of(case: AnswerCase, product_id: UUID | None) -> AnswerGround:
    """What an answer about a product, or about the one under discussion, is checked against."""
    creator, details = case.creator, case.lead.details
    product_id = product_id or case.burst.product_id or case.follower.product_id
    said = [message.text for message in case.memory.messages if message.author == "follower"]
    return AnswerGround(
        language=case.burst.language,
        product=next((each for each in creator.active_products if each.product_id == product_id), None),
        products=tuple(creator.active_products),
        creator_name=creator.clone_name,
        creator_texts=tuple(filter(None, (creator.config.welcome_message,))),
        creator_contacts=tuple(filter(None, (creator.config.email,))),
        follower_name=details.name or None,
        follower_texts=(case.burst.text, *said[-3:]),
        follower_contacts=tuple(filter(None, (details.email, details.phone, details.username))),
        our_last_texts=tuple(message.text for message in case.memory.messages if message.author != "follower")[-3:],
        system_text=INSTRUCTIONS,
        canary=canary_for(case.burst.burst_id),
        asked_whether_bot=any(intent is Intent.ESCALATION for intent, _ in case.burst.intents),
        is_first_contact=case.follower.bursts == 1,
    )


def _inputs(case: AnswerCase) -> PromptInputs:
    creator, memory = case.creator, case.memory
    products = tuple(
        ProductFact(each.product_id, each.name, each.price, each.currency, each.description, each.payment_link)
        for each in creator.active_products
    )
    texts = (TextFact("welcome", creator.config.welcome_message),) if creator.config.welcome_message else ()
    return PromptInputs(
        burst_id=case.burst.burst_id,
        creator_name=creator.clone_name,
        language=case.burst.language,
        conversation=tuple(
            Utterance("creator" if each.author == "person" else each.author, each.at, each.text)
            for each in memory.messages
        ),
        facts=(*products, *texts),
        known=(
            *(MemoryLine(fact.kind, fact.value, fact.message_id) for fact in memory.facts),
            *(MemoryLine("objection", met.intent.value) for met in memory.objections),
        ),
        hint=Hint(case.burst.best, tuple(f"promised and not sent: {each.reason}" for each in memory.unkept_promises)),
        tone=creator.config.clone_tone or "",
        style=creator.config.clone_style or "",
        vocabulary=tuple(filter(None, (creator.config.clone_vocabulary,))),
    )
