"""Commands about answers: proposed by a machine, sent or kept as a draft, and what a person does with a draft."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from domain import context
from domain.answering.loops import is_loop
from domain.answering.modes import mode_for
from domain.creator import Creator
from domain.errors import Conflict, FieldError, Invalid
from domain.follower import contact, drafts, sending
from domain.follower.follower import BOT, Follower
from domain.follower.values import AnswerLimits, ProposedAnswer, Purpose
from domain.lead import Lead
from domain.platforms import too_long
from domain.streams import Streams
from domain.vocabulary import Intent, Mode

WINDOW_MARGIN = timedelta(minutes=2)
"""An answer that would leave as late as this in the platform's window is for a person to decide."""
BACKLOG_AFTER = timedelta(minutes=15)
"""Older words are answered by a draft …"""
TOO_OLD = timedelta(hours=24)
"""… and those that are older still by nobody but a person."""


class AnswerCommands(Streams):
    """Whether an answer leaves by itself, waits for a person, or is dropped."""

    def reply(self, follower_id: UUID, answer: ProposedAnswer, limits: AnswerLimits) -> UUID | None:
        """Send an answer if the bot may speak here and nothing stands against it, else keep it as a draft.

        Answers the draft's id; `None`, and nothing is recorded, where nothing may be said or proposed.
        """
        follower = self.follower(follower_id)
        if self.why_silent(follower, answer.burst_id, limits) is not None:
            return None
        draft_id = self.settle(follower, answer, read_version=follower.version)
        self.save_streams(follower)
        return draft_id

    def settle(self, follower: Follower, answer: ProposedAnswer, *, read_version: int) -> UUID:
        """Record an answer, and request its send if no person has to see it; answers the draft's id."""
        creator = self.creator(follower.creator_id)
        why = tuple(dict.fromkeys((*answer.why_draft, *_why_not_alone(follower, creator, answer))))
        now = context.now()
        draft_id = drafts.draft_reply(follower, replace(answer, why_draft=why), read_version=read_version, now=now)
        if not why:
            _send(follower, creator, draft_id, answer.text, BOT)
        return draft_id

    def why_silent(self, follower: Follower, burst_id: UUID, limits: AnswerLimits) -> str | None:
        """Why nothing is said, nor proposed, to a burst."""
        if not follower.is_alive:
            return "lead_deleted"
        now = context.now()
        generation = follower.generation
        is_asked_for = generation is not None and generation.burst_id == burst_id
        rules = {
            "put_aside": self.lead_of(follower).mark is not None,
            "bot_off": mode_for(follower, self.creator(follower.creator_id)) is Mode.OFF,
            "bot_paused": follower.is_paused and not (is_asked_for and generation is not None and generation.goes_on),
            "soft_stop": follower.may_want_a_stop,
            "loop": is_loop(follower),
            "unreachable": follower.is_reachable(now) is not None,
            "superseded": follower.last_inbound != burst_id or follower.last_burst != burst_id,
            "answered": follower.last_answered == burst_id and not is_asked_for,
            "rate_limited": not follower.may_reply(now, limits) and not is_asked_for,
            "too_old": not is_asked_for and follower.last_open is not None and now - follower.last_open > TOO_OLD,
        }
        return next((reason for reason, says_no in rules.items() if says_no), None)

    def approve_draft(
        self, creator_id: str, lead_id: UUID, draft_id: UUID, text: str | None, *, although_outdated: bool
    ) -> UUID:
        """Have a draft sent as it is, or as a person has edited it; answers the id of the send.

        Raises `Conflict` when it is settled already or the person cannot be written to now, and `OutdatedDraft`.
        """
        follower = self.follower(self.lead(creator_id, lead_id).follower_id)
        creator = self.creator(creator_id)
        if text is not None and too_long(follower.platform, text):
            raise Invalid(FieldError("/text", "length", "This channel does not take a text that long."))
        approved = drafts.approve(follower, draft_id, text, although_outdated=although_outdated)
        refusal = follower.is_reachable_from(creator.channels.get(follower.platform), context.now())
        if refusal is not None:
            raise Conflict(f"This person cannot be written to now ({refusal}).")
        send_id = _send(follower, creator, draft_id, approved, context.current().actor)
        contact.resolve_escalation(follower)
        self.save_streams(follower)
        return send_id

    def reject_draft(self, creator_id: str, lead_id: UUID, draft_id: UUID, reason: str | None) -> Lead:
        """Say that a draft is not to be sent; raises `Conflict` when it is settled already."""
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        drafts.reject(follower, draft_id, reason)
        self.save_streams(follower)
        return lead

    def expire_draft(self, follower_id: UUID, draft_id: UUID) -> None:
        """Nobody settled a draft in time; raises `NotDue` when somebody did."""
        follower = self.follower(follower_id)
        drafts.expire(follower, draft_id)
        self.save_streams(follower)


def is_backlog(follower: Follower) -> bool:
    """Whether the last words are so old that a person should see what is answered to them."""
    return follower.last_open is not None and context.now() - follower.last_open > BACKLOG_AFTER


def _why_not_alone(follower: Follower, creator: Creator, answer: ProposedAnswer) -> list[str]:
    """Why a person has to see an answer before it leaves, beside what its own words say."""
    told_apart = answer.intent is Intent.ESCALATION and follower.escalation == uuid5(answer.burst_id, "escalation")
    end = follower.window_end()
    rules = {
        "review": mode_for(follower, creator) is Mode.REVIEW,
        "escalated": follower.escalation is not None and not told_apart,
        "paused": follower.is_paused,
        "backlog": is_backlog(follower),
        "length": too_long(follower.platform, answer.text),
        "window": end is not None and end - context.now() < WINDOW_MARGIN,
    }
    return [reason for reason, says_so in rules.items() if says_so]


def _send(follower: Follower, creator: Creator, draft_id: UUID, text: str, requested_by: str) -> UUID:
    send_id = uuid5(draft_id, "send")
    sending.request_send(
        follower,
        send_id,
        Purpose.REPLY,
        text,
        account_id=creator.channels.get(follower.platform),
        requested_by=requested_by,
        draft_id=draft_id,
    )
    return send_id
