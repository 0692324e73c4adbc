"""Roles: the sets of them that routes are open to."""

from typing import Final

from domain.vocabulary import Role

Roles = frozenset[Role]

ADMINS: Final[Roles] = frozenset({Role.ADMIN})
OWNERS: Final[Roles] = ADMINS | {Role.OWNER}
STAFF: Final[Roles] = OWNERS | {Role.AGENT}
EVERYBODY: Final[Roles] = frozenset(Role)
