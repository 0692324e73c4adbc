"""Embedded PostgreSQL, shared between programs: the first starts it, the last stops it."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from api.database.cluster import DURABLE, Cluster
from api.database.postgres_install import find_account, find_programs, make_home, why_not_writable
from api.database.supervisor import Supervisor
from api.errors import DatabaseUnavailable


@contextmanager
def embedded_server(directory: Path, options: Mapping[str, str] = DURABLE) -> Iterator[str]:
    """The URL of the database `clonnect` on the server of this directory, for as long as it is needed.

    Programs that name the same directory share one server. Who uses it is known by a file lock, which the
    kernel takes back even from a program that was killed. A server that is killed meanwhile is started again.
    Raises `DatabaseUnavailable`, at the end also if the data has been removed meanwhile.
    """
    directory = directory.resolve()
    make_home(directory.parent)
    with _opened(directory.with_name("postgres.users")) as users:
        with _one_at_a_time(directory):
            cluster = Cluster(directory, find_programs(directory.parent), find_account())
            try:
                url = cluster.open(options)
            except BaseException:
                _stop_if_last(cluster, users)
                raise
            fcntl.flock(users, fcntl.LOCK_SH)
        supervisor = Supervisor(cluster, options, lambda: _one_at_a_time(directory))
        supervisor.start()
        try:
            yield url
        finally:
            supervisor.stop()
            with _one_at_a_time(directory):
                fcntl.flock(users, fcntl.LOCK_UN)
                _stop_if_last(cluster, users)
            if supervisor.failure is not None:
                raise supervisor.failure


def _stop_if_last(cluster: Cluster, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another program holds its share
    cluster.stop()


@contextmanager
def _one_at_a_time(directory: Path) -> Iterator[None]:
    with _opened(directory.with_name("postgres.lock")) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DatabaseUnavailable(why_not_writable(path.parent, error)) from error
    try:
        yield file
    finally:
        os.close(file)
