"""The roles that a credential may have, and the sets of them that routes are open to."""

from enum import StrEnum
from typing import Final

Roles = frozenset["Role"]


class Role(StrEnum):
    """What a key or a person may do for a creator; an admin for every creator."""

    OWNER = "owner"
    AGENT = "agent"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    ADMIN = "admin"


ADMINS: Final[Roles] = frozenset({Role.ADMIN})
OWNERS: Final[Roles] = ADMINS | {Role.OWNER}
STAFF: Final[Roles] = OWNERS | {Role.AGENT}
EVERYBODY: Final[Roles] = frozenset(Role)
