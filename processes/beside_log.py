"""The tables beside the log as the domain sees them: the keys of messages, the queue of erasures, what screens show."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.beside_log import BesideLog, MessageKey, SideStatement
from eventstore.sealed_recorder import SealedRecorder

WAS_RECEIVED: Final = """
    SELECT 1 FROM app.received WHERE creator_id = %s AND channel = %s AND account_id = %s AND dedupe_key = %s
"""
TO_ERASE: Final = "INSERT INTO app.erasures (lead_id, creator_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"
FORGET_LEAD: Final = "SELECT read.forget_lead(%s)"

_RECEIVE: Final = "INSERT INTO app.received (creator_id, channel, account_id, dedupe_key) VALUES (%s, %s, %s, %s)"
_WAS_EVER_RECEIVED: Final = """
    SELECT 1 FROM app.received WHERE creator_id = %s AND channel = %s AND account_id = %s AND dedupe_key = %s
    UNION ALL SELECT 1 FROM app.erased_messages WHERE trace = %s
"""


class TablesBesideLog(BesideLog):
    """What stands in the database of the log."""

    def __init__(self, recorder: SealedRecorder) -> None:
        self._recorder = recorder

    def remember(self, key: MessageKey) -> Sequence[SideStatement]:
        return [(_RECEIVE, key)]

    def was_received(self, key: MessageKey) -> bool:
        return self._recorder.stands(_WAS_EVER_RECEIVED, (*key, self._recorder.trace_of(key)))

    def queue_erasure(self, lead_id: UUID, creator_id: str) -> Sequence[SideStatement]:
        return [(TO_ERASE, (lead_id, creator_id))]

    def forget_lead(self, lead_id: UUID) -> Sequence[SideStatement]:
        return [(FORGET_LEAD, (lead_id,))]
