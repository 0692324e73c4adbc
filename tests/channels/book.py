"""The simulator's book for tests: a list."""

from datetime import datetime
from uuid import UUID

from processes.channels.simulator import Entry


class InMemoryBook:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def record(self, send_id: UUID, account_id: str, to: str, text: str, at: datetime) -> None:
        self.entries.append(Entry(send_id, account_id, to, text, at))

    async def find(self, send_id: UUID) -> Entry | None:
        return next((entry for entry in self.entries if entry.send_id == send_id), None)
