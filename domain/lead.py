"""A lead: one person a creator may sell to, and where they stand on the board."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate, AggregateCreated
from domain.errors import NotFound
from domain.scoring import SCORING_VERSION, Score, Term
from domain.vocabulary import Platform, Status
from eventstore.personal import Personal


@dataclass(frozen=True)
class Details:
    """What a creator notes about a person; `None` where nothing is known."""

    name: str | None = None
    username: str | None = None
    email: str | None = None
    phone: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()


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
        changed: tuple[str, ...]
        details: Annotated[Details, Personal]

    class StatusChanged(Event):
        TOPIC = "lead.status_changed"
        before: Status
        after: Status
        by_hand: bool
        reason: str

    class Scored(Event):
        TOPIC = "lead.scored"
        value: float
        terms: tuple[Term, ...]
        version: int

    class Deleted(Event):
        TOPIC = "lead.deleted"
        status: Status

    class ErasureRequested(Event):
        TOPIC = "lead.erasure_requested"

    class Erased(Event):
        TOPIC = "lead.erased"
        counts: dict[str, int]

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
        self.status = status
        self.ceiling = Status.CUSTOMER
        self.score = Score()
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
        self._change_status(before=self.status, after=after, by_hand=by_hand, reason=reason)
        if by_hand:
            self.rate(self.score.moved_by_person(after, now), now)

    @event(StatusChanged)
    def _change_status(self, before: Status, after: Status, by_hand: bool, reason: str) -> None:
        self.status = after
        if by_hand:
            self.ceiling = after if after < before else Status.CUSTOMER

    def rate(self, score: Score, now: datetime) -> None:
        """Keep a new purchase intent with the terms that it is made of."""
        if score != self.score:
            self._rate(value=round(score.value(now), 4), terms=score.terms, version=SCORING_VERSION)

    @event(Scored)
    def _rate(self, value: float, terms: tuple[Term, ...], version: int) -> None:
        self.score = Score(terms)

    def change_details(self, changes: Mapping[str, Any]) -> None:
        """Take over the given fields of `Details`; what is already so changes nothing."""
        before = {field.name: getattr(self.details, field.name) for field in fields(Details)}
        changed = tuple(name for name, value in changes.items() if before[name] != value)
        if changed:
            self._change_details(changed=changed, details=Details(**(before | dict(changes))))

    @event(DetailsChanged)
    def _change_details(self, changed: tuple[str, ...], details: Details) -> None:
        self.details = details

    def learn_name(self, name: str | None, username: str | None) -> None:
        """Fill in what the channel tells and nobody has written; never overwrite."""
        told = {"name": name, "username": username}
        self.change_details(
            {field: value for field, value in told.items() if value and not getattr(self.details, field)}
        )

    def delete(self) -> None:
        if self.is_deleted:
            raise NotFound("There is no such lead.")
        self._delete(status=self.status)

    @event(Deleted)
    def _delete(self, status: Status) -> None:
        self.is_deleted = True

    def request_erasure(self) -> None:
        """Promise that nobody will be able to read anything personal of this life again."""
        if self.erasure is None:
            self._request_erasure()

    @event(ErasureRequested)
    def _request_erasure(self) -> None:
        self.is_deleted = True
        self.erasure = "requested"

    def record_erased(self, counts: Mapping[str, int]) -> bool:
        """The promise is kept; `counts` says how much of each kind is gone. `False`: it was kept before."""
        if self.erasure != "requested":
            return False
        self._record_erased(counts=dict(counts))
        return True

    @event(Erased)
    def _record_erased(self, counts: dict[str, int]) -> None:
        self.erasure = "done"
        self.erased_counts = counts
        self.platform_user_id = ""
        self.details = Details()
