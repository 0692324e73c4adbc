"""What an older release left of erasures and quarantine is brought into order by the migration."""

import shutil
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from api.migrate import MIGRATIONS, migrate

NUMBER = 18
GIVEN_UP, DONE = uuid4(), uuid4()


def before(folder: Path) -> Path:
    """The migrations of the release before."""
    for path in MIGRATIONS.glob("*.sql"):
        if int(path.name[:4]) < NUMBER:
            shutil.copy(path, folder)
    return folder


def append(conn: psycopg.Connection, lead_id: UUID, version: int, topic: str) -> None:
    conn.execute(
        "SELECT log.append_events(%s, %s, %s, %s, %s, %s)",
        ([lead_id], [version], [topic], [b"{}"], [uuid4()], ['{"creator_id": "ana"}']),
    )


def test_an_erasure_that_was_given_up_is_tried_again_and_no_reason_quotes_anybody(
    empty_database_url: str, tmp_path: Path
) -> None:
    migrate(empty_database_url, before(tmp_path))
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
