"""A key that is gone without an erasure is told, and one that outlived its erasure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from api.database.installation import open_application
from domain import context
from domain.creator import CreatorSettings
from domain.lead import Details
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform
from eventstore import key_audit
from eventstore.integrity import check_log
from eventstore.key_audit import KeyAudit
from eventstore.vault import destroying

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def leads(database_url: str) -> list[UUID]:
    """Three people, the last of whom was erased."""
    with open_application(database_url, bytes(32)) as app, context.acting("system", at=datetime.now(UTC)):
        app.sign_up_creator("ana", "ana@example.com", CreatorSettings())
        leads = [app.capture_lead("ana", NewLead(Platform.TELEGRAM, f"{each}", Details())).id for each in range(1, 4)]
        app.request_erasure("ana", str(leads[2]))
        app.record_erased(leads[2], {}, in_transaction=destroying([leads[2]]))
    return leads


def audited(conn: Connection) -> KeyAudit:
    audit = KeyAudit(conn)
    check_log(conn, watching=audit.watching)
    return audit


def test_keys_that_went_with_their_people_are_as_they_should_be(conn: Connection, leads: list[UUID]) -> None:
    assert audited(conn).finding is None


@pytest.mark.parametrize(
    "by_hand",
    [
        "DELETE FROM vault.data_keys WHERE subject = %s",
        "UPDATE vault.data_keys SET wrapped = NULL, destroyed_at = now() WHERE subject = %s",
    ],
)
def test_a_key_that_was_destroyed_by_hand_is_told_with_whose_it_was(
    conn: Connection, leads: list[UUID], by_hand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_audit, "AT_ONCE", 3)
    conn.execute(by_hand.encode(), (leads[0],))
    audit = audited(conn)
    assert (audit.lost, audit.kept) == ({leads[0]}, set())
    assert audit.finding == f"The keys of {leads[0]} are gone, and nobody was erased."


def test_a_key_that_outlived_its_erasure_is_told(conn: Connection, leads: list[UUID]) -> None:
    conn.execute("UPDATE vault.data_keys SET wrapped = '', destroyed_at = NULL WHERE subject = %s", (leads[2],))
    audit = audited(conn)
    assert (audit.lost, audit.kept) == (set(), {leads[2]})
    assert str(audit.finding).startswith(f"The keys of {leads[2]} are there, though they were erased")


def test_of_a_vault_that_is_gone_only_some_are_named(
    conn: Connection, leads: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_audit, "NAMED_AT_MOST", 2)
    conn.execute("TRUNCATE vault.data_keys")
    audit = audited(conn)
    assert len(audit.lost) == 2
    assert str(audit.finding).endswith(", and perhaps more, are gone, and nobody was erased.")
