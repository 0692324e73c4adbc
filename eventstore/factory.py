"""Builds the log's parts for the application from one connection string."""

from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    EventStore,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    ProcessRecorder,
    TrackingRecorder,
    Transcoder,
)
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.utils import Environment, EnvType
from psycopg import Connection
from psycopg.errors import IdleInTransactionSessionTimeout, TransactionTimeout
from psycopg.rows import DictRow

from eventstore.mapper import SealingMapper
from eventstore.pools import LogPool
from eventstore.recorder import Recorder
from eventstore.sealed_recorder import SealedRecorder
from eventstore.session_limits import COMMANDS, SessionLimits
from eventstore.snapshots import Snapshots, StreamStore
from eventstore.unit_of_work import BufferedEventStore
from eventstore.vault import Vault

URL = "LOG_URL"
"""The setting of the application that holds the connection string."""

KEY = "INSTALLATION_KEY"
"""The setting of the application that holds the installation's key, 32 bytes in base64."""

GATHERING = "LOG_GATHERING"
"""The setting of an application whose commands are given by a writer, which appends for several at once."""


class Datastore(PostgresDatastore):
    """The library's datastore over a pool that takes a whole connection string, options and all."""

    def __init__(self, url: str, *, pool_size: int = 6, limits: SessionLimits = COMMANDS) -> None:
        super().__init__(dbname="", host="", port="", user="", password="", schema="log", pool_size=pool_size)
        self.pool = LogPool(url, pool_size, limits)  # type: ignore[assignment]  # the library's own only adds passwords

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """A connection; whatever happens on it is raised as the library's errors.

        PostgreSQL counts the end of a session that took too long among its internal errors.
        """
        with super().get_connection() as conn:
            try:
                yield conn
            except (IdleInTransactionSessionTimeout, TransactionTimeout) as error:
                raise psycopg.OperationalError(str(error)) from error

    def register_type_adapters(self) -> None:
        """Nothing: the append function takes plain arrays."""


class Factory(InfrastructureFactory[TrackingRecorder]):
    """The library's factory for our recorder and mapper; tracking and process recorders are not used."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        url, key = self._setting(URL), self._setting(KEY)
        self.datastore = Datastore(url)
        self.vault = Vault(self.datastore, b64decode(key))

    def _setting(self, name: str) -> str:
        value = self.env.get(name)
        if not value:
            raise InfrastructureFactoryError(f"the setting {name} is missing")
        return value

    def mapper(
        self, transcoder: Transcoder | None = None, mapper_class: type[Mapper[Any]] | None = None
    ) -> Mapper[Any]:
        """Always ours: what is personal must never be written in the clear."""
        return SealingMapper(transcoder or self.transcoder(), self.vault)

    def application_recorder(self) -> Recorder:
        return SealedRecorder(self.datastore, self.vault)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise InfrastructureFactoryError(f"no recorder for {purpose}")

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        raise InfrastructureFactoryError("projections keep their own positions")

    def process_recorder(self) -> ProcessRecorder:
        raise InfrastructureFactoryError("processes keep their own positions")

    def event_store(
        self, mapper: Mapper[Any] | None = None, recorder: AggregateRecorder | None = None
    ) -> EventStore[Any]:
        """The store that gathers for a writer, where the settings ask for it."""
        store = BufferedEventStore if self.env.get(GATHERING) else StreamStore
        return store(
            mapper or self.mapper(),
            recorder or self.application_recorder(),
            Snapshots(self.datastore, self.vault),
        )

    def close(self) -> None:
        self.datastore.close()
