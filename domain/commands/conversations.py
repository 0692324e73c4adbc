"""Commands about a conversation: what comes in, what it means, what is answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from domain import context
from domain.answering.loops import is_loop
from domain.errors import FieldError, Invalid, NotFound
from domain.follower import contact, drafts, messages, sending
from domain.follower.contact import MANUAL_PAUSE
from domain.follower.follower import Follower
from domain.follower.values import Inbound, Proposal, Purpose, ServiceNote
from domain.lead import Details, Lead
from domain.lead_and_follower import NewLead, begin_life
from domain.person.names import visible
from domain.platforms import text_limit, too_long
from domain.scoring.score import believed, earned_status
from domain.streams import Streams
from domain.understanding.opt_out import opted_out_by, opts_in
from domain.vocabulary import Intent, Mark, Mode, Platform

NOT_UNDERSTOOD = 3
"""After so many bursts in a row of which nothing was understood, and that nobody has answered, a person is asked."""


@dataclass(frozen=True)
class ReceivedMessage:
    """Where a message was stored; `duplicate` when it was known before."""

    follower_id: UUID
    lead_id: UUID
    message_id: str
    duplicate: bool


@dataclass(frozen=True)
class Requested:
    """A message of ours on its way; `held` says why it will not leave, `is_record` that it was said elsewhere."""

    send_id: UUID
    platform: Platform
    held: str | None = None
    is_record: bool = False


class ConversationCommands(Streams):
    """What a follower says and what is said to them."""

    def receive_message(self, creator_id: str, message: Inbound) -> ReceivedMessage:
        """Store a message, whoever sends it: a stranger becomes a lead. A known one changes nothing."""
        creator = self.creator(creator_id)
        follower_id = Follower.create_id(self.namespace, creator.creator_id, message.platform, message.platform_user_id)
        follower = self.known_follower(follower_id)
        key = (creator.creator_id, message.platform, message.account_id, message.dedupe_key)
        if follower is not None and (
            follower.knows(message.dedupe_key) or (follower.has_forgotten_keys and self.beside_log.was_received(key))
        ):
            return ReceivedMessage(follower_id, follower.lead_id, message.message_id, duplicate=True)
        if follower is None or not follower.is_alive:
            new = NewLead(
                message.platform,
                message.platform_user_id,
                Details(name=visible(message.name or ""), username=visible(message.username or "")),
                source="dm" if message.origin != "api" else "api",
            )
            follower, lead = begin_life(creator.creator_id, follower_id, follower, new)
        else:
            lead = self.lead_of(follower)
            lead.follow_platform(message.name, message.username)
            if lead.mark is Mark.ARCHIVED and message.opens_window:
                lead.restore("message")
        own_words = "" if message.forwarded else message.text
        messages.receive(
            follower,
            message,
            hard_stop=opted_out_by(own_words),
            opts_in=opts_in(own_words),
            now=context.now(),
            debounce=timedelta(seconds=0 if message.origin == "api" else creator.settings.debounce_seconds),
        )
        self.save_streams(lead, follower, in_transaction=self.beside_log.remember(key))
        return ReceivedMessage(follower_id, lead.id, message.message_id, duplicate=False)

    def understand_burst(self, follower_id: UUID, proposal: Proposal) -> bool:
        """Record what a burst means, what it does to the score, and which stage it earns. `False`: known.

        Of spam, and of words that are somebody else's, only what it means is recorded: it moves nobody.
        """
        follower = self.follower(follower_id)
        if not follower.is_alive or not messages.understand(follower, proposal):
            return False
        lead = self.lead_of(follower)
        if lead.mark is Mark.SPAM or not proposal.own_words:
            self.save_streams(follower)
            return True
        now = context.now()
        intents = believed(proposal.intents)
        score = lead.score.after(
            intents,
            direct_purchase=proposal.direct_purchase,
            refusal=proposal.refusal,
            at=now,
        )
        lead.rate(score, now)
        earned = earned_status(
            lead.status,
            intents,
            direct_purchase=proposal.direct_purchase,
            bursts=follower.bursts,
            value=score.value(now),
        )
        if earned is not None:
            lead.change_status(earned, by_hand=False, reason=proposal.intents[0][0], now=now)
        if proposal.intents[0][0] is Intent.ESCALATION:
            contact.escalate(follower, uuid5(proposal.burst_id, "escalation"), "asked", proposal.message_ids[-1])
        elif is_loop(follower) or follower.asked_again or follower.not_understood >= NOT_UNDERSTOOD:
            contact.escalate(follower, uuid5(proposal.burst_id, "escalation"), "repeat", proposal.message_ids[-1])
        self.save_streams(follower, lead)
        return True

    def send_by_hand(self, creator_id: str, lead_id: UUID, text: str, request_id: UUID) -> Requested:
        """Say something as the creator; the bot falls silent here for a while.

        What cannot leave is stored all the same, and `held` says why: `channel_not_connected`, `window_closed`,
        `unreachable` or `no_conversation`.
        """
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        creator = self.creator(creator_id)
        if too_long(follower.platform, text):
            limit = text_limit(follower.platform)
            detail = f"This channel takes at most {limit.most:,} {limit.unit}; this text has {limit.length(text):,}."
            raise Invalid(FieldError("/message", "length", detail))
        send_id = uuid5(follower.id, f"send/{request_id}")
        now = context.now()
        account_id = creator.channels.get(follower.platform)
        actor = context.current().actor
        sending.request_send(follower, send_id, Purpose.MANUAL, text, account_id=account_id, requested_by=actor)
        held = None
        if follower.platform is Platform.MANUAL:
            sending.record_said_elsewhere(follower, send_id)
        else:
            held = follower.is_reachable_from(account_id, now)
            if held is not None:
                sending.cancel_send(follower, send_id, held)
            contact.resolve_escalation(follower)
            drafts.supersede(follower, "person")
            contact.pause_bot(follower, now + MANUAL_PAUSE, "manual_reply")
        self.save_streams(follower)
        return Requested(send_id, follower.platform, held, is_record=follower.platform is Platform.MANUAL)

    def report_reachability(self, creator_id: str, platform: Platform, platform_user_id: str, reachable: bool) -> None:
        """The platform says that a person blocked us, or came back; about a stranger there is nothing to keep."""
        follower = self.known_follower(Follower.create_id(self.namespace, creator_id, platform, platform_user_id))
        if follower is None or not follower.is_alive:
            return
        if reachable:
            contact.unsuppress(follower, "platform")
        else:
            contact.suppress(follower, None)
        self.save_streams(follower)

    def keep_note(self, creator_id: str, platform: Platform, platform_user_id: str, note: ServiceNote) -> None:
        """The platform notes something in the chat with a person; about a stranger there is nothing to keep."""
        follower = self.known_follower(Follower.create_id(self.namespace, creator_id, platform, platform_user_id))
        if follower is None or not follower.is_alive:
            return
        messages.note(follower, note)
        self.save_streams(follower)

    def read_conversation(self, creator_id: str, lead_id: UUID) -> Lead:
        """A person has seen everything that was written."""
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        contact.read(follower)
        self.save_streams(follower)
        return lead

    def take_over(self, creator_id: str, lead_id: UUID, until: datetime | None) -> Lead:
        """Silence the bot here until then, or until a person gives the conversation back."""
        if until is not None and until <= context.now():
            raise Invalid(FieldError("/until", "past", "A conversation is taken over until a time to come."))
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        contact.take_over(follower, until)
        self.save_streams(follower)
        return lead

    def hand_back(self, creator_id: str, lead_id: UUID) -> Lead:
        """Let the bot speak here again, whatever it was silent for."""
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        contact.hand_back(follower, context.now())
        self.save_streams(follower)
        return lead

    def set_mode(self, creator_id: str, lead_id: UUID, mode: Mode | None) -> Lead:
        """Say what the bot may do in this conversation; `None`: what it may do for the creator."""
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        contact.set_mode(follower, mode)
        self.save_streams(follower)
        return lead

    def resolve_escalation(self, creator_id: str, lead_id: UUID, escalation_id: UUID, note: str | None) -> Lead:
        """A person has dealt with whoever asked for one; raises `NotFound` when this was resolved before."""
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        if follower.escalation != escalation_id:
            raise NotFound("Nobody waits for a person by this id.")
        contact.resolve_escalation(follower, note)
        self.save_streams(follower)
        return lead

    def resume_bot(self, follower_id: UUID, reason: str) -> None:
        follower = self.follower(follower_id)
        contact.resume_bot(follower, reason, context.now())
        self.save_streams(follower)
