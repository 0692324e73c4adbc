"""A log without a program around it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from eventstore.factory import Datastore
from eventstore.recorder import Recorder


@pytest.fixture
def recorder(database_url: str) -> Iterator[Recorder]:
    with Datastore(database_url) as datastore:
        yield Recorder(datastore)


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection[DictRow]]:
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection
