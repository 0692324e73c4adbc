"""The data keys of the people in the log: one each, wrapped by the installation's key, destroyed for an erasure."""

import hmac
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import InternalError
from eventsourcing.postgres import PostgresDatastore
from psycopg.rows import DictRow
from pydantic_core import to_json

from eventstore.sealing import Sealer
from eventstore.session_limits import FOLLOWING, session

CHANNEL: Final = "vault"
"""PostgreSQL notifies this channel of a destroyed key; the payload is its subject, or empty for all of them."""

KEY_BYTES: Final = 32
CACHED: Final = 20_000
KEPT_SECONDS: Final = 30.0
"""How long a program may use a destroyed key, should it never hear of the destruction."""

_CHECK: Final = "the installation's key"
PEPPER: Final = "pepper"
"""What binds the sealed pepper to its place."""

_ADD: Final = """
    INSERT INTO vault.data_keys (subject, wrapped)
    SELECT subject, vault.sealed(wrapped, %s) FROM unnest(%s::uuid[], %s::bytea[]) AS made (subject, wrapped)"""


class WrongKey(InternalError):
    """The key of this program is not the one that the database is sealed with: the program must be started anew, and
    nothing that it was asked for is at fault."""


@dataclass(frozen=True)
class _HeldKey:
    """A key in memory; `None` where it was destroyed."""

    key: Sealer | None
    until: float


@dataclass(frozen=True)
class _Made:
    """A new key, and how it will be stored."""

    key: Sealer
    wrapped: bytes


class _New(threading.local):
    """The keys that a thread has made and not stored: another thread's transaction may fail without harm to it."""

    def __init__(self) -> None:
        self.keys: dict[UUID, _Made] = {}
        self.without: frozenset[UUID] = frozenset()


class Vault:
    """Makes, keeps and forgets data keys; safe to use from any thread.

    `installation_key` holds 32 bytes, `clock` gives seconds that never go back, `cached` is how many keys stay in
    memory at most.
    """

    def __init__(
        self,
        datastore: PostgresDatastore,
        installation_key: bytes,
        *,
        clock: Callable[[], float] = time.monotonic,
        cached: int = CACHED,
    ) -> None:
        self._datastore = datastore
        self._installation = Sealer(installation_key)
        self._pepper: bytes | None = None
        self._clock = clock
        self._cached = cached
        self._cache: OrderedDict[UUID, _HeldKey] = OrderedDict()
        self._new = _New()
        self._lock = threading.Lock()

    def check(self) -> None:
        """See whether the installation's key opens this database; the first key that is ever tried does.

        Raises `WrongKey`.
        """
        offered = check_value(self._installation)
        with self._datastore.get_connection() as conn:
            conn.execute("UPDATE vault.installation SET key_check = %s WHERE key_check IS NULL", (offered,))
            row = conn.execute("SELECT key_check FROM vault.installation").fetchone()
            assert row is not None
            check = bytes(row["key_check"])
            if not opens(self._installation, check):
                raise WrongKey("The installation's key does not open this database.")
            self._pepper = self._complete(conn, check)

    def _complete(self, conn: psycopg.Connection[DictRow], check: bytes) -> bytes:
        """Store what a key that is in force stands beside, where it is missing; answers the pepper."""
        key_id, pepper = self._installation.key_id, self._installation.seal(os.urandom(KEY_BYTES), PEPPER)
        conn.execute(
            "UPDATE vault.installation SET key_id = %s WHERE key_check = %s AND key_id IS NULL", (key_id, check)
        )
        conn.execute(
            "UPDATE vault.installation SET pepper_sealed = vault.sealed(%s, %s) WHERE pepper_sealed IS NULL",
            (pepper, key_id),
        )
        row = conn.execute("SELECT pepper_sealed FROM vault.installation").fetchone()
        assert row is not None
        return self._installation.open(bytes(row["pepper_sealed"]), PEPPER)

    def trace_of(self, parts: Iterable[str]) -> bytes:
        """What may be kept of texts that are erased: they are known again by it, and cannot be found by trying.

        HMAC-SHA256 under a secret of the installation that outlives a change of its key.
        """
        assert self._pepper is not None, "the vault was not checked"
        return hmac.digest(self._pepper, to_json(list(parts)), sha256)

    def key_for(self, subject: UUID) -> Sealer | None:
        """The key to write with, made on first use; `None` when it was destroyed.

        A new key is in memory alone until the transaction that appends what it sealed stores it: see `storing`.
        """
        held = None if subject in self._new.without and subject not in self._new.keys else self._find(subject)
        if held is not None:
            return held.key
        key = os.urandom(KEY_BYTES)
        made = _Made(Sealer(key), self._installation.seal(key, wrapping(subject)))
        self._new.keys[subject] = made
        return made.key

    @contextmanager
    def storing(self, subjects: Iterable[UUID]) -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
        """The statements that store those keys that are new, for the transaction that is run inside.

        Should it fail, the keys are forgotten: perhaps they were stored, perhaps another program's were. It fails with
        an `IntegrityError` where another program has made a key for the same person, and with a refusal that
        `is_refused` knows when the installation's key was changed.
        """
        new = {each: made for each in subjects if (made := self._new.keys.get(each)) is not None}
        values = (self._installation.key_id, list(new), [made.wrapped for made in new.values()])
        try:
            yield [(_ADD, values)] if new else []
        finally:
            self._new.without = frozenset()
            for subject in new:
                del self._new.keys[subject]
        self._hold({subject: _HeldKey(made.key, self._clock() + KEPT_SECONDS) for subject, made in new.items()})

    def key_of(self, subject: UUID) -> Sealer | None:
        """The key to read with; `None` when it was destroyed, or is not in this vault."""
        found = self._find(subject)
        return None if found is None else found.key

    def load(self, subjects: Iterable[UUID]) -> None:
        """Have the keys of these people at hand, in one question."""
        self.keys_of(subjects)

    def expect(self, subjects: Iterable[UUID]) -> None:
        """The same, before something of theirs is written: who has no key yet is not asked for again by this thread."""
        now = self._clock()
        with self._lock:
            missing = [each for each in subjects if (held := self._cache.get(each)) is None or held.until < now]
        self._new.without = frozenset(missing).difference(self._read(missing)) if missing else frozenset()

    def keys_of(self, subjects: Iterable[UUID]) -> dict[UUID, Sealer | None]:
        """The keys to read with, as `key_of` answers them, in one question."""
        now = self._clock()
        keys: dict[UUID, Sealer | None] = {}
        missing = []
        with self._lock:
            for subject in subjects:
                held = self._cache.get(subject)
                if held is None or held.until < now:
                    missing.append(subject)
                else:
                    keys[subject] = held.key
        found = self._read(missing) if missing else {}
        return keys | {subject: held.key if (held := found.get(subject)) else None for subject in missing}

    def forget(self, subject: UUID | None = None) -> None:
        """Drop the key of one person, or of all, from memory."""
        with self._lock:
            if subject is None:
                self._cache.clear()
            else:
                self._cache.pop(subject, None)

    def heard(self, payload: str | None) -> None:
        """A key was destroyed; `None` or an empty payload: some may have been."""
        self.forget(UUID(payload) if payload else None)

    def _find(self, subject: UUID) -> _HeldKey | None:
        made = self._new.keys.get(subject)
        if made is not None:
            return _HeldKey(made.key, math.inf)
        with self._lock:
            held = self._cache.get(subject)
            if held is not None and held.until >= self._clock():
                self._cache.move_to_end(subject)
                return held
        found: dict[UUID, _HeldKey] = self._read([subject])
        return found.get(subject)

    def _read(self, subjects: list[UUID]) -> dict[UUID, _HeldKey]:
        until = self._clock() + KEPT_SECONDS
        with self._datastore.get_connection() as conn:
            rows = conn.execute(
                "SELECT subject, wrapped FROM vault.data_keys WHERE subject = ANY(%s)", (subjects,), prepare=True
            ).fetchall()
        found = {row["subject"]: _HeldKey(self._unwrapped(row["subject"], row["wrapped"]), until) for row in rows}
        self._hold(found)
        return found

    def _hold(self, found: dict[UUID, _HeldKey]) -> None:
        with self._lock:
            for subject, held in found.items():
                self._cache[subject] = held
                self._cache.move_to_end(subject)
            while len(self._cache) > self._cached:
                self._cache.popitem(last=False)

    def _unwrapped(self, subject: UUID, wrapped: bytes | None) -> Sealer | None:
        if wrapped is None:
            return None
        try:
            return Sealer(self._installation.open(bytes(wrapped), wrapping(subject)))
        except InvalidTag as error:
            raise WrongKey(f"The data key of {subject} does not open with the installation's key.") from error


@contextmanager
def key_in_use(url: str) -> Iterator[None]:
    """Say, as long as it lasts, that this program holds the installation's key: it will not be changed."""
    with psycopg.connect(url, autocommit=True, **session(FOLLOWING, url)) as conn:
        conn.execute("SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))", (_CHECK,))
        yield


def claim_key(conn: psycopg.Connection[Any]) -> bool:
    """Reserve the installation's key for a change, until the transaction ends.

    `False`: a program holds it, and the transaction must end. One that has just gone may take a moment to let go.
    """
    conn.execute("SET LOCAL lock_timeout = '3s'")
    try:
        conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (_CHECK,))
    except psycopg.errors.LockNotAvailable:
        return False
    conn.execute("SET LOCAL lock_timeout = DEFAULT")
    return True


def is_refused(error: BaseException | None) -> bool:
    """Whether the database has refused something because the key that sealed it is not in force any more."""
    return isinstance(error, psycopg.errors.ObjectNotInPrerequisiteState)


def requiring(installation: Sealer) -> tuple[str, tuple[Any, ...]]:
    """The statement that refuses the transaction of whoever holds another key, for what rests on having opened it.

    It stands behind one that locks a sealed table, or a change of the key may come in between.
    """
    return "SELECT vault.sealed(NULL, %s)", (installation.key_id,)


def check_value(installation: Sealer) -> bytes:
    """What is stored beside the database's sealed parts, so that a wrong key is noticed before anything is written."""
    return installation.seal(b"", _CHECK)


def opens(installation: Sealer, check: bytes) -> bool:
    """Whether this is the key that a check value was made with."""
    try:
        installation.open(check, _CHECK)
    except InvalidTag:
        return False
    return True


def wrapping(subject: object) -> str:
    """What binds a wrapped data key to its person."""
    return f"data key/{subject}"


def destroying(subjects: list[UUID]) -> list[tuple[str, tuple[Any, ...]]]:
    """The statements that destroy the keys of people for good, and tell every program; none is ever made again."""
    return [
        (
            """INSERT INTO vault.data_keys (subject, wrapped, destroyed_at)
               SELECT unnest(%s::uuid[]), NULL, now()
               ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = now()
                WHERE data_keys.destroyed_at IS NULL""",
            (subjects,),
        ),
        ("SELECT pg_notify(%s, subject::text) FROM unnest(%s::uuid[]) AS subject", (CHANNEL, subjects)),
    ]
