"""Appends events together with the keys that they were sealed with: neither is ever stored without the other."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import OperationalError, StoredEvent
from eventsourcing.postgres import PostgresDatastore

from eventstore.mapper import subject_in
from eventstore.recorder import Recorder
from eventstore.vault import Vault, WrongKey, is_refused


class SealedRecorder(Recorder):
    """The log of an application whose mapper seals with the keys of `vault`."""

    def __init__(self, datastore: PostgresDatastore, vault: Vault) -> None:
        super().__init__(datastore)
        self._vault = vault

    def trace_of(self, parts: Iterable[str]) -> bytes:
        """What may be kept of texts that are erased, to know them again."""
        return self._vault.trace_of(parts)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        event_ids: Sequence[UUID] = (),
        metadata: Sequence[Mapping[str, str]] = (),
        in_transaction: Sequence[tuple[str, tuple[Any, ...]]] = (),
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """As for every recorder; raises `WrongKey` besides, and nothing is stored."""
        subjects = {subject for each in stored_events if (subject := subject_in(each.state)) is not None}
        try:
            with self._vault.storing(subjects) as keys:
                return super().insert_events(
                    stored_events,
                    event_ids=event_ids,
                    metadata=metadata,
                    in_transaction=[*keys, *in_transaction],
                    **kwargs,
                )
        except OperationalError as error:
            if is_refused(error.__cause__):
                raise WrongKey(str(error)) from error
            raise
