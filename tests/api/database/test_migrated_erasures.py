"""What an older release left of erasures and quarantine is brought into order by the migration."""

from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from api.database.migrate import migrate
from tests.earlier import migrations_before

GIVEN_UP, DONE = uuid4(), uuid4()


def append(conn: psycopg.Connection, lead_id: UUID, version: int, topic: str) -> None:
    conn.execute(
        "SELECT log.append_events(%s, %s, %s, %s, %s, %s)",
        ([lead_id], [version], [topic], [b"{}"], [uuid4()], ['{"creator_id": "ana"}']),
    )


def test_an_erasure_that_was_given_up_is_tried_again_and_no_reason_quotes_anybody(
    empty_database_url: str, tmp_path: Path
) -> None:
    migrate(empty_database_url, migrations_before("0015_keys", tmp_path))
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        for lead_id in (GIVEN_UP, DONE):
            append(conn, lead_id, 1, "lead.erasure_requested")
        append(conn, DONE, 2, "lead.erased")
        conn.execute("INSERT INTO app.parked (process, position, error) VALUES ('erasure', 1, 'NotShownYet: …')")
        conn.execute(
            """INSERT INTO app.deliveries (channel, body_sha256, body_sealed, received_at, state, reason)
               VALUES ('telegram', '', '', now(), 'quarantined', 'item 0: no kind of update that we read: Marta')"""
        )
        migrate(empty_database_url)
        assert conn.execute("SELECT lead_id, creator_id, tries FROM app.erasures").fetchall() == [(GIVEN_UP, "ana", 0)]
        assert conn.execute("SELECT * FROM app.parked").fetchall() == []
        assert conn.execute("SELECT reason FROM app.deliveries").fetchall() == [("unknown",)]
