"""What a follower says, what it means, and what may be answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from domain.follower.content import Inbound, Proposal, ServiceNote
from domain.follower.events import FollowerEvents
from domain.follower.outcomes import Outcomes
from domain.vocabulary import Intent, Language


@dataclass(frozen=True)
class AnswerLimits:
    """How many answers of the bot one person gets at most."""

    per_hour: int = 20
    per_day: int = 100


class Conversation(Outcomes):
    """Decisions about messages: each is stored once, understood once and answered at most once."""

    @staticmethod
    def burst_id(follower_id: UUID, first_message_id: str) -> UUID:
        return uuid5(follower_id, f"burst/{first_message_id}")

    def receive(self, message: Inbound, *, hard_stop: str | None, opts_in: bool) -> bool:
        """Store the message; whatever waits for an answer ends in the same breath. `False`: it was known."""
        if self.knows(message.dedupe_key):
            return False
        self.trigger_event(
            FollowerEvents.MessageReceived,
            message_id=message.message_id,
            dedupe_key=message.dedupe_key,
            text=message.text,
            attachments=message.attachments,
            reply_to=message.reply_to,
            occurred_at=message.occurred_at,
            origin=message.origin,
            opens_window=message.opens_window,
            forwarded=message.forwarded,
            thread=message.thread,
            album=message.album,
            opens_burst=not self._continues_album(message),
        )
        if self.suppressed:
            self.trigger_event(FollowerEvents.Unsuppressed, cause="message")
        if hard_stop is not None and not self.opted_out:
            self.trigger_event(
                FollowerEvents.OptedOut,
                scope="nurturing",
                source="message",
                message_id=message.message_id,
                matched=hard_stop,
            )
        elif opts_in and self.opted_out:
            self.trigger_event(
                FollowerEvents.OptedIn, scope="nurturing", source="message", message_id=message.message_id
            )
        if hard_stop is not None:
            self.end_run("opted_out")
            self._decide_stop()
        elif message.opens_window:
            self.end_run("replied")
        return True

    def _continues_album(self, message: Inbound) -> bool:
        """Whether it is one more part, without words, of the album whose first part has just come."""
        return message.album is not None and message.album == self.album and not message.text.strip()

    def note(self, note: ServiceNote) -> None:
        """Keep what the platform notes; it opens nothing and ends nothing, for nobody has said anything."""
        if not self.knows(note.dedupe_key):
            self.trigger_event(
                FollowerEvents.ServiceNoted,
                kind=note.kind,
                dedupe_key=note.dedupe_key,
                occurred_at=note.occurred_at,
                origin=note.origin,
            )

    def understand(self, proposal: Proposal) -> bool:
        """Record what a burst means; `False` when that was done before."""
        if proposal.burst_id in self.known_bursts:
            return False
        self.trigger_event(
            FollowerEvents.BurstUnderstood,
            burst_id=proposal.burst_id,
            message_ids=proposal.message_ids,
            language=proposal.language,
            evidence=dict(proposal.evidence),
            intents=proposal.intents,
            product_id=proposal.product_id,
            refusal=proposal.refusal,
            direct_purchase=proposal.direct_purchase,
            soft_stop=proposal.soft_stop,
            needs_reply=proposal.needs_reply,
            reason=proposal.reason,
            classifier_version=proposal.classifier_version,
        )
        if proposal.soft_stop:
            self.ask_whether_to_stop()
        return True

    def draft_reply(
        self,
        *,
        burst_id: UUID,
        text: str,
        language: Language,
        intent: Intent,
        confidence: float,
        source: str,
        product_id: UUID | None,
    ) -> UUID | None:
        """Record the reply to a burst; answers its draft id.

        `None` when it was answered before, or the person has written again since.
        """
        if self.last_inbound != burst_id or self.last_burst != burst_id or self.last_answered == burst_id:
            return None
        draft_id = uuid5(burst_id, "draft/1")
        self.trigger_event(
            FollowerEvents.ReplyDrafted,
            draft_id=draft_id,
            burst_id=burst_id,
            text=text,
            language=language,
            intent=intent,
            confidence=confidence,
            source=source,
            product_id=product_id,
            read_version=self.version,
            why_draft=(),
        )
        return draft_id

    def may_reply(self, now: datetime, limits: AnswerLimits) -> bool:
        """Whether one more answer stays within the limits."""
        in_the_last_hour = sum(at > now - timedelta(hours=1) for at in self.replies)
        in_the_last_day = sum(at > now - timedelta(days=1) for at in self.replies)
        return in_the_last_hour < limits.per_hour and in_the_last_day < limits.per_day
