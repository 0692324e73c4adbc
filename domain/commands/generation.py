"""Commands about answers that a language model writes: asked for, begun, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from domain.commands.answers import AnswerCommands, is_backlog
from domain.errors import NotDue
from domain.follower import contact, drafts
from domain.follower.follower import Follower
from domain.follower.values import AnswerLimits, ModelCall, PendingAnswer, ProposedAnswer, Urgency
from domain.lead import Lead

ATTEMPTS = 2
"""How often a model is asked for one answer: after a crash once more."""


@dataclass(frozen=True)
class Started:
    """An answer that may be written now; `may_call`: by a language model."""

    burst_id: UUID
    urgency: Urgency
    attempt: int

    @property
    def may_call(self) -> bool:
        return self.attempt <= ATTEMPTS


class GenerationCommands(AnswerCommands):
    """An answer that takes its time, and what happens in the meantime."""

    def request_answer(self, follower_id: UUID, burst_id: UUID, limits: AnswerLimits) -> bool:
        """Have an answer to a burst be written; `False` where nothing may be said or proposed."""
        follower = self.follower(follower_id)
        if self.why_silent(follower, burst_id, limits) is not None:
            return False
        if follower.generation is not None:
            dropped = follower.generation.burst_id
            follower.trigger_event(Follower.AnswerDropped, burst_id=dropped, reason="superseded")
        urgency = Urgency.BACKLOG if is_backlog(follower) else Urgency.LIVE
        follower.trigger_event(Follower.AnswerRequested, burst_id=burst_id, urgency=urgency, why_draft=())
        self.save_streams(follower)
        return True

    def regenerate_draft(self, creator_id: str, lead_id: UUID, draft_id: UUID) -> Lead:
        """Have another answer be written in the place of a draft.

        Raises `Conflict` when that is settled, and `OutdatedDraft` when it answers older words.
        """
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        draft = drafts.present(follower, draft_id)
        drafts.supersede(follower, "regenerate")
        follower.trigger_event(
            Follower.AnswerRequested,
            burst_id=draft.burst_id,
            urgency=Urgency.REGENERATION,
            why_draft=("regenerated",),
        )
        self.save_streams(follower)
        return lead

    def start_generation(self, follower_id: UUID, burst_id: UUID, model: str, limits: AnswerLimits) -> Started | None:
        """Record that an answer is about to be written; `None` when none is wanted any more.

        What an attempt before has called, and nobody recorded, is recorded as lost. Raises `NotDue` when it was
        settled.
        """
        follower = self.follower(follower_id)
        generation = _generation(follower, burst_id)
        if generation.attempt and model:
            _record_lost(follower, generation, model)
        started = None
        if (reason := self.why_silent(follower, burst_id, limits)) is not None:
            follower.trigger_event(Follower.AnswerDropped, burst_id=burst_id, reason=reason)
        else:
            follower.trigger_event(Follower.GenerationStarted, burst_id=burst_id, attempt=generation.attempt + 1)
            started = Started(burst_id, generation.urgency, generation.attempt)
        self.save_streams(follower)
        return started

    def record_answer(
        self,
        follower_id: UUID,
        burst_id: UUID,
        calls: Sequence[ModelCall],
        answer: ProposedAnswer | None,
        limits: AnswerLimits,
        *,
        needs_person: bool = False,
    ) -> UUID | None:
        """Record what a model was asked and, in the same save, what becomes of its answer; answers the draft's id.

        What a person has said or decided since it began makes it a draft, what the follower has written since drops
        it. The calls are recorded in any case. `needs_person`: the model says that somebody has to look.
        """
        follower = self.follower(follower_id)
        for call in calls:
            follower.trigger_event(Follower.ModelCalled, burst_id=burst_id, **vars(call))
        generation = follower.generation
        if generation is None or generation.burst_id != burst_id:
            self.save_streams(follower)
            return None
        reason = self.why_silent(follower, burst_id, limits)
        if reason is None and answer is None:
            reason = "nothing_to_say"
        draft_id = None
        if reason is not None or answer is None:
            follower.trigger_event(Follower.AnswerDropped, burst_id=burst_id, reason=reason)
        else:
            crossed = ("crossed",) if follower.intervened > generation.read_version else ()
            why = (*generation.why_draft, *crossed, *answer.why_draft)
            draft_id = self.settle(follower, replace(answer, why_draft=why), read_version=generation.read_version)
            if needs_person and follower.understood is not None:
                message_id = follower.understood.message_ids[-1]
                contact.escalate(follower, uuid5(burst_id, "escalation"), "model", message_id)
        self.save_streams(follower)
        return draft_id


def _generation(follower: Follower, burst_id: UUID) -> PendingAnswer:
    if follower.generation is None or follower.generation.burst_id != burst_id:
        raise NotDue("This answer is settled.")
    return follower.generation


def _record_lost(follower: Follower, generation: PendingAnswer, model: str) -> None:
    follower.trigger_event(
        Follower.ModelCalled,
        call_id=uuid5(generation.burst_id, f"lost/{generation.read_version}"),
        burst_id=generation.burst_id,
        purpose="reply",
        model=model,
        prompt_version=0,
        prompt_sha256="",
        params={},
        output="",
        prompt_tokens=0,
        completion_tokens=0,
        latency_ms=0,
        outcome="lost",
    )
