"""UUIDs as clients write them: in paths, in headers, in bodies."""

import re
from typing import Final
from uuid import UUID

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def uuid_of(text: str) -> UUID | None:
    """The UUID that a text is, in its usual spelling with hyphens."""
    return UUID(text) if _UUID.fullmatch(text) else None
