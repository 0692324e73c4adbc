"""Decisions about drafts: a proposed answer waits for a person, who settles it once."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from domain.errors import NotDue, OutdatedDraft, SettledDraft
from domain.follower.follower import Follower
from domain.follower.values import Draft, ProposedAnswer

KEPT = timedelta(days=7)
"""How long a draft waits where the platform sets no limit: what answers older words answers nobody."""


def draft_reply(follower: Follower, answer: ProposedAnswer, *, read_version: int, now: datetime) -> UUID:
    """Record an answer to a burst, in the place of one that waits; answers its id."""
    supersede(follower, "draft")
    number = follower.answers_to_it + 1 if follower.last_answered == answer.burst_id else 1
    draft_id = uuid5(answer.burst_id, f"draft/{number}")
    follower.trigger_event(
        Follower.ReplyDrafted,
        draft_id=draft_id,
        burst_id=answer.burst_id,
        text=answer.text,
        language=answer.language,
        intent=answer.intent,
        confidence=answer.confidence,
        source=answer.source,
        product_id=answer.product_id,
        read_version=read_version,
        why_draft=answer.why_draft,
        facts_used=answer.facts_used,
        call_id=answer.call_id,
        expires_at=(follower.window_end() or now + KEPT) if answer.why_draft else None,
    )
    return draft_id


def waiting(follower: Follower, draft_id: UUID) -> Draft:
    """The draft that waits; raises `SettledDraft` when it was settled, or replaced, before."""
    if follower.draft is None or follower.draft.draft_id != draft_id:
        raise SettledDraft("This draft is settled already.")
    return follower.draft


def present(follower: Follower, draft_id: UUID) -> Draft:
    """The same, if it answers the last words; raises `OutdatedDraft` when the person has written since."""
    draft = waiting(follower, draft_id)
    if follower.last_inbound != draft.burst_id:
        raise OutdatedDraft("This person has written since.")
    return draft


def approve(follower: Follower, draft_id: UUID, text: str | None, *, although_outdated: bool) -> str:
    """A person says that a draft, or what they made of it, is to be sent; answers the text.

    Raises `SettledDraft` when it is settled, and `OutdatedDraft` when the person has written since and nobody said
    `although_outdated`.
    """
    draft = waiting(follower, draft_id) if although_outdated else present(follower, draft_id)
    if text is None or text == draft.text:
        follower.trigger_event(Follower.DraftApproved, draft_id=draft_id)
        return draft.text
    follower.trigger_event(Follower.DraftEdited, draft_id=draft_id, text=text)
    return text


def reject(follower: Follower, draft_id: UUID, reason: str | None) -> None:
    """A person says that a draft is not to be sent; raises `SettledDraft` when it is settled."""
    waiting(follower, draft_id)
    follower.trigger_event(Follower.DraftRejected, draft_id=draft_id, reason=reason)


def supersede(follower: Follower, by: str) -> None:
    """What waits is out of date, `by` what has happened instead."""
    if follower.draft is not None:
        follower.trigger_event(Follower.DraftSuperseded, draft_id=follower.draft.draft_id, by=by)


def expire(follower: Follower, draft_id: UUID) -> None:
    """Nobody settled it in time; raises `NotDue` when somebody did."""
    if follower.draft is None or follower.draft.draft_id != draft_id:
        raise NotDue("This draft is settled.")
    follower.trigger_event(Follower.DraftExpired, draft_id=draft_id)
