"""The access aggregate: the keys and the people that may act for a creator; secrets are never here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, AggregateCreated
from domain.errors import Conflict
from domain.vocabulary import Role
from eventstore.personal import Personal

INSTALLATION = ""
"""Stands for the creator where a key or a person belongs to none: an admin of the installation."""

LAST_OWNER = "This is the last way in for an owner: make another one first."


@dataclass(frozen=True)
class Membership:
    """For whom a person acts, under which id and with which role; without a creator as an admin of the installation.

    The id is another one with each creator, so that nobody learns from it for whom else the person acts.
    """

    creator_id: str | None
    user_id: UUID
    role: Role


class Access(Aggregate):
    """One creator's keys and people, or those of the installation.

    What was made before there were such events is not known here; whoever gives a command says what it is about.
    """

    TOPIC = "access"

    class Event(Aggregate.Event):
        @property
        def subject(self) -> UUID | None:
            return self.originator_id

    class Opened(Event, AggregateCreated):
        TOPIC = "access.opened"
        creator_id: str

    class KeyIssued(Event):
        TOPIC = "access.key_issued"
        prefix: str
        role: Role
        label: Annotated[str | None, Personal]
        expires_at: datetime | None

        def apply(self, access: "Access") -> None:
            access.keys[self.prefix] = self.role, self.expires_at

    class KeyRevoked(Event):
        TOPIC = "access.key_revoked"
        prefix: str

        def apply(self, access: "Access") -> None:
            access.keys.pop(self.prefix, None)

    class UserInvited(Event):
        TOPIC = "access.user_invited"
        user_id: UUID
        email: Annotated[str, Personal]
        name: Annotated[str | None, Personal]
        role: Role

        def apply(self, access: "Access") -> None:
            access.users[self.user_id] = self.role

    class InvitationAccepted(Event):
        TOPIC = "access.invitation_accepted"
        user_id: UUID

        def apply(self, access: "Access") -> None:
            access.have_come.add(self.user_id)

    class UserChanged(Event):
        TOPIC = "access.user_changed"
        user_id: UUID
        name: Annotated[str | None, Personal]
        role: Role

        def apply(self, access: "Access") -> None:
            access.users[self.user_id] = self.role

    class UserRemoved(Event):
        TOPIC = "access.user_removed"
        user_id: UUID

        def apply(self, access: "Access") -> None:
            access.users.pop(self.user_id, None)
            access.have_come.discard(self.user_id)

    class LinkIssued(Event):
        TOPIC = "access.link_issued"
        user_id: UUID

    class PasswordSet(Event):
        TOPIC = "access.password_set"
        user_id: UUID

        def apply(self, access: "Access") -> None:
            access.have_come.add(self.user_id)

    @staticmethod
    def create_id(namespace: UUID, creator_id: str) -> UUID:
        return uuid5(namespace, f"access/{creator_id}")

    @classmethod
    def open(cls, namespace: UUID, creator_id: str) -> "Access":
        return cls._create(cls.Opened, id=cls.create_id(namespace, creator_id), creator_id=creator_id)

    def __init__(self, creator_id: str) -> None:
        self.creator_id = creator_id
        self.keys: dict[str, tuple[Role, datetime | None]] = {}
        self.users: dict[UUID, Role] = {}
        self.have_come: set[UUID] = set()

    @property
    def subject(self) -> UUID | None:
        return self.id

    def owners(self) -> dict[str, str]:
        return {"creator_id": self.creator_id} if self.creator_id else {}

    def issue_key(self, prefix: str, role: Role, label: str | None, expires_at: datetime | None) -> None:
        self.trigger_event(self.KeyIssued, prefix=prefix, role=role, label=label, expires_at=expires_at)

    def revoke_key(self, prefix: str, role: Role, now: datetime) -> None:
        """Take a key back; raises `Conflict` for the last way in of an owner."""
        if role in (Role.OWNER, Role.ADMIN) and not self._ways_in(now) - {prefix}:
            raise Conflict(LAST_OWNER)
        self.trigger_event(self.KeyRevoked, prefix=prefix)

    def invite_user(self, user_id: UUID, email: str, name: str | None, role: Role) -> None:
        self.trigger_event(self.UserInvited, user_id=user_id, email=email, name=name, role=role)

    def accept_invitation(self, user_id: UUID) -> None:
        self.trigger_event(self.InvitationAccepted, user_id=user_id)

    def change_user(self, user_id: UUID, name: str | None, before: Role, after: Role, now: datetime) -> None:
        """Give a person another role or name; raises `Conflict` where no owner would be left."""
        if before is Role.OWNER and after is not before and not self._ways_in(now) - {user_id}:
            raise Conflict(LAST_OWNER)
        self.trigger_event(self.UserChanged, user_id=user_id, name=name, role=after)

    def remove_user(self, user_id: UUID, role: Role, now: datetime) -> None:
        """Let a person in no more; raises `Conflict` for the last way in of an owner."""
        if role in (Role.OWNER, Role.ADMIN) and not self._ways_in(now) - {user_id}:
            raise Conflict(LAST_OWNER)
        self.trigger_event(self.UserRemoved, user_id=user_id)

    def issue_link(self, user_id: UUID) -> None:
        self.trigger_event(self.LinkIssued, user_id=user_id)

    def set_password(self, user_id: UUID) -> None:
        self.trigger_event(self.PasswordSet, user_id=user_id)

    def _ways_in(self, now: datetime) -> set[str | UUID]:
        """By which an owner, or an admin of the installation, gets in; not somebody invited who has never come."""
        highest = Role.OWNER if self.creator_id else Role.ADMIN
        keys = {
            prefix
            for prefix, (role, expires_at) in self.keys.items()
            if role is highest and (expires_at is None or now < expires_at)
        }
        return keys | {user_id for user_id in self.have_come if self.users.get(user_id) is highest}
