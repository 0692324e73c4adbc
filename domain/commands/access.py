"""Commands about access: each records what changed, and carries the row with the secret's hash beside it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import context
from domain.access import INSTALLATION, Access, Membership
from domain.beside_log import SideStatement
from domain.streams import Streams
from domain.vocabulary import Role


class AccessCommands(Streams):
    """Who may act for a creator, or for the installation where `creator_id` is `None`.

    `in_transaction` holds the statements that change the tables of keys and people, in the same transaction.
    """

    def issue_key(
        self,
        creator_id: str | None,
        prefix: str,
        role: Role,
        label: str | None,
        expires_at: datetime | None,
        *,
        in_transaction: Sequence[SideStatement],
    ) -> None:
        access = self._access(creator_id)
        access.issue_key(prefix, role, label, expires_at)
        self.save_streams(access, in_transaction=in_transaction)

    def revoke_key(
        self, creator_id: str | None, prefix: str, role: Role, *, in_transaction: Sequence[SideStatement]
    ) -> None:
        access = self._access(creator_id)
        access.revoke_key(prefix, role, context.now())
        self.save_streams(access, in_transaction=in_transaction)

    def invite_user(
        self,
        creator_id: str | None,
        user_id: UUID,
        email: str,
        name: str | None,
        role: Role,
        *,
        in_transaction: Sequence[SideStatement],
    ) -> None:
        access = self._access(creator_id)
        access.invite_user(user_id, email, name, role)
        access.issue_link(user_id)
        self.save_streams(access, in_transaction=in_transaction)

    def accept_invitation(
        self, creator_id: str | None, user_id: UUID, *, in_transaction: Sequence[SideStatement]
    ) -> None:
        access = self._access(creator_id)
        access.accept_invitation(user_id)
        self.save_streams(access, in_transaction=in_transaction)

    def change_user(
        self,
        creator_id: str | None,
        user_id: UUID,
        name: str | None,
        before: Role,
        after: Role,
        *,
        in_transaction: Sequence[SideStatement],
    ) -> None:
        access = self._access(creator_id)
        access.change_user(user_id, name, before, after, context.now())
        self.save_streams(access, in_transaction=in_transaction)

    def remove_user(
        self, creator_id: str | None, user_id: UUID, role: Role, *, in_transaction: Sequence[SideStatement]
    ) -> None:
        access = self._access(creator_id)
        access.remove_user(user_id, role, context.now())
        self.save_streams(access, in_transaction=in_transaction)

    def issue_link(self, memberships: Sequence[Membership], *, in_transaction: Sequence[SideStatement]) -> None:
        """A link of a person: everybody for whom they act has it recorded."""
        changed = {membership: self._access(membership.creator_id) for membership in memberships}
        for membership, access in changed.items():
            access.issue_link(membership.user_id)
        self.save_streams(*changed.values(), in_transaction=in_transaction)

    def set_password(self, memberships: Sequence[Membership], *, in_transaction: Sequence[SideStatement]) -> None:
        """The password of a person: everybody for whom they act has it recorded."""
        changed = {membership: self._access(membership.creator_id) for membership in memberships}
        for membership, access in changed.items():
            access.set_password(membership.user_id)
        self.save_streams(*changed.values(), in_transaction=in_transaction)

    def _access(self, creator_id: str | None) -> Access:
        if creator_id is not None:
            self.creator(creator_id)
        name = creator_id or INSTALLATION
        known = self._load(Access.create_id(self.namespace, name), Access)
        return known or Access.open(self.namespace, name)
