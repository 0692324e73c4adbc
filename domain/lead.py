"""The lead aggregate: one person a creator may sell to, and their place on the board."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, AggregateCreated
from domain.errors import Conflict, NotFound
from domain.person.names import visible
from domain.scoring.score import SCORING_VERSION, Score, Term
from domain.vocabulary import Mark, Platform, Status
from eventstore.personal import Personal

TAGS_AT_MOST = 20
TOLD = frozenset({"name", "username"})
"""The details that a platform tells with each message; one that somebody has entered is theirs."""


@dataclass(frozen=True)
class Details:
    """What a creator notes about a person; `None` where nothing is known."""

    name: str | None = None
    username: str | None = None
    email: str | None = None
    phone: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Purchase:
    """What somebody bought, and when; the same `reference` is the same purchase."""

    purchase_id: UUID
    amount: Decimal
    currency: str
    product_id: UUID | None = None
    reference: str | None = None
    at: datetime | None = None


class Lead(Aggregate):
    """One life of a person with a creator: it ends with a deletion, and a later message begins another."""

    TOPIC = "lead"

    class Event(Aggregate.Event):
        @property
        def subject(self) -> UUID | None:
            return self.originator_id

    class Captured(Event, AggregateCreated):
        TOPIC = "lead.captured"
        creator_id: str
        follower_id: UUID
        platform: Platform
        platform_user_id: Annotated[str, Personal]
        details: Annotated[Details, Personal]
        status: Status
        source: str

    class DetailsChanged(Event):
        TOPIC = "lead.details_changed"
        class_version = 2
        changed: tuple[str, ...]
        details: Annotated[Details, Personal]
        by_hand: bool

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["by_hand"] = True

        def apply(self, lead: "Lead") -> None:
            lead.details = self.details
            lead.by_hand -= set(self.changed)
            if self.by_hand:
                lead.by_hand |= {name for name in TOLD.intersection(self.changed) if getattr(self.details, name)}

    class StatusChanged(Event):
        TOPIC = "lead.status_changed"
        class_version = 2
        before: Status
        after: Status
        by_hand: bool
        reason: str
        mark: Mark | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["mark"] = None

        def apply(self, lead: "Lead") -> None:
            lead.status = self.after
            if self.by_hand:
                lead.ceiling = self.after if self.after < self.before else Status.CUSTOMER

    class Scored(Event):
        TOPIC = "lead.scored"
        value: float
        terms: tuple[Term, ...]
        version: int

        def apply(self, lead: "Lead") -> None:
            lead.score = Score(self.terms)

    class Purchased(Event):
        TOPIC = "lead.purchased"
        purchase_id: UUID
        product_id: UUID | None
        amount: Decimal
        currency: str
        reference: Annotated[str | None, Personal]
        at: datetime

        def apply(self, lead: "Lead") -> None:
            lead.ceiling = Status.CUSTOMER
            if self.reference is not None:
                lead.references.add(self.reference)

    class Assigned(Event):
        TOPIC = "lead.assigned"
        user_id: UUID | None

        def apply(self, lead: "Lead") -> None:
            lead.assigned_to = self.user_id

    class Archived(Event):
        TOPIC = "lead.archived"
        status: Status
        before: Mark | None

        def apply(self, lead: "Lead") -> None:
            lead.mark = Mark.ARCHIVED

    class MarkedAsSpam(Event):
        TOPIC = "lead.marked_as_spam"
        status: Status
        before: Mark | None

        def apply(self, lead: "Lead") -> None:
            lead.mark = Mark.SPAM

    class Restored(Event):
        TOPIC = "lead.restored"
        status: Status
        before: Mark
        reason: str

        def apply(self, lead: "Lead") -> None:
            lead.mark = None

    class Deleted(Event):
        TOPIC = "lead.deleted"
        class_version = 2
        status: Status
        mark: Mark | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["mark"] = None

        def apply(self, lead: "Lead") -> None:
            lead.is_deleted = True

    class ErasureRequested(Event):
        TOPIC = "lead.erasure_requested"

        def apply(self, lead: "Lead") -> None:
            lead.is_deleted = True
            lead.erasure = "requested"

    class Erased(Event):
        TOPIC = "lead.erased"
        counts: dict[str, int]

        def apply(self, lead: "Lead") -> None:
            lead.erasure = "done"
            lead.erased_counts = self.counts
            lead.platform_user_id = ""
            lead.details = Details()
            lead.references = set()

    @staticmethod
    def create_id(follower_id: UUID, life: int) -> UUID:
        return uuid5(follower_id, f"lead/{life}")

    @classmethod
    def capture(
        cls,
        *,
        lead_id: UUID,
        creator_id: str,
        follower_id: UUID,
        platform: Platform,
        platform_user_id: str,
        details: Details,
        status: Status,
        source: str,
    ) -> "Lead":
        return cls._create(
            cls.Captured,
            id=lead_id,
            creator_id=creator_id,
            follower_id=follower_id,
            platform=platform,
            platform_user_id=platform_user_id,
            details=details,
            status=status,
            source=source,
        )

    def __init__(
        self,
        creator_id: str,
        follower_id: UUID,
        platform: Platform,
        platform_user_id: str,
        details: Details,
        status: Status,
        source: str,
    ) -> None:
        self.creator_id = creator_id
        self.follower_id = follower_id
        self.platform = platform
        self.platform_user_id = platform_user_id
        self.source = source
        self.details = details
        self.by_hand = {"name"} if details.name and source in ("manual", "import") else set[str]()
        self.status = status
        self.ceiling = Status.CUSTOMER
        self.score = Score()
        self.references: set[str] = set()
        self.assigned_to: UUID | None = None
        self.mark: Mark | None = None
        self.is_deleted = False
        self.erasure: Literal["requested", "done"] | None = None
        self.erased_counts: dict[str, int] = {}

    @property
    def subject(self) -> UUID | None:
        return self.id

    def owners(self) -> dict[str, str]:
        return {
            "creator_id": self.creator_id,
            "lead_id": str(self.id),
            "follower_id": str(self.follower_id),
        }

    def change_status(self, after: Status, *, by_hand: bool, reason: str, now: datetime) -> None:
        """Move the card. Automation only lifts, and never above where a person has put the lead."""
        if after is self.status or not (by_hand or self.status < after <= self.ceiling):
            return
        self.trigger_event(
            self.StatusChanged, before=self.status, after=after, by_hand=by_hand, reason=reason, mark=self.mark
        )
        if by_hand:
            self.rate(self.score.moved_by_person(after, now), now)

    def put_back(self, before: "Lead", now: datetime) -> None:
        """Stand again as the lead did before, also in how far automation may move it."""
        stood = vars(before.details)
        self.change_details({name: value for name, value in stood.items() if name not in TOLD - before.by_hand})
        self.change_details({name: stood[name] for name in TOLD - before.by_hand}, by_hand=False)
        if before.status is not self.status:
            # A ceiling is where a person put the lead, or there is none. Only a move by hand sets or lifts one.
            is_lift, had_ceiling = self.status < before.status, before.ceiling is not Status.CUSTOMER
            by_hand = is_lift is not had_ceiling
            self.trigger_event(
                self.StatusChanged,
                before=self.status,
                after=before.status,
                by_hand=by_hand,
                reason="import_reverted",
                mark=self.mark,
            )
        self.rate(before.score, now)

    def rate(self, score: Score, now: datetime) -> None:
        """Keep a new purchase intent with the terms that it is made of."""
        if score != self.score:
            self.trigger_event(self.Scored, value=score.shown(now), terms=score.terms, version=SCORING_VERSION)

    def buy(self, purchase: Purchase, now: datetime) -> bool:
        """Record a purchase; who bought is a customer, wherever a person has put them. `False`: it is known."""
        if purchase.reference in self.references:
            return False
        self.trigger_event(
            self.Purchased,
            purchase_id=purchase.purchase_id,
            product_id=purchase.product_id,
            amount=purchase.amount,
            currency=purchase.currency,
            reference=purchase.reference,
            at=purchase.at or now,
        )
        self.change_status(Status.CUSTOMER, by_hand=False, reason="purchase", now=now)
        if self.score.value(now) < 1:
            self.rate(self.score.customer(now), now)
        return True

    def assign(self, user_id: UUID | None) -> None:
        """Say who holds the lead; `None` is nobody."""
        if user_id != self.assigned_to:
            self.trigger_event(self.Assigned, user_id=user_id)

    def archive(self) -> None:
        """Put the lead away until the person writes again."""
        if self.mark is not Mark.ARCHIVED:
            self.trigger_event(self.Archived, status=self.status, before=self.mark)

    def mark_as_spam(self) -> None:
        """Put the lead away until a person restores it, whatever is written."""
        if self.mark is not Mark.SPAM:
            self.trigger_event(self.MarkedAsSpam, status=self.status, before=self.mark)

    def restore(self, reason: str) -> None:
        """Take the mark off: the lead stands again where it stood."""
        if self.mark is None:
            raise Conflict("This lead is neither archived nor spam.")
        self.trigger_event(self.Restored, status=self.status, before=self.mark, reason=reason)

    def change_details(self, changes: Mapping[str, Any], *, by_hand: bool = True) -> None:
        """Take over the given fields of `Details`; what is already so changes nothing."""
        before = vars(self.details)
        changed = tuple(name for name, value in changes.items() if before[name] != value)
        if changed:
            self.trigger_event(
                self.DetailsChanged, changed=changed, details=replace(self.details, **changes), by_hand=by_hand
            )

    def follow_platform(self, name: str | None, username: str | None) -> None:
        """Take over what the platform says of the person, but for what somebody has entered.

        `None` says nothing; a name that shows nothing, or an empty username, is none.
        """
        told = {"name": name, "username": username}
        self.change_details(
            {field: visible(text) for field, text in told.items() if text is not None and field not in self.by_hand},
            by_hand=False,
        )

    def delete(self) -> None:
        if self.is_deleted:
            raise NotFound("There is no such lead.")
        self.trigger_event(self.Deleted, status=self.status, mark=self.mark)

    def request_erasure(self) -> None:
        """Promise that nobody will be able to read anything personal of this life again."""
        if self.erasure is None:
            self.trigger_event(self.ErasureRequested)

    def record_erased(self, counts: Mapping[str, int]) -> bool:
        """The promise is kept; `counts` says how much of each kind is gone. `False`: it was kept before."""
        if self.erasure != "requested":
            return False
        self.trigger_event(self.Erased, counts=dict(counts))
        return True
