"""Leads as months leave them, written straight into the tables that are read: by commands it would take hours."""

from typing import Any

import psycopg

from projections.board import LEADS, Board
from projections.conversations import INBOX, Conversations
from projections.people.table import PeopleTables

MESSAGES = 5

NEW = """
    INSERT INTO {people} (lead_id, creator_id, follower_id, platform, platform_user_id, name, tags, sort_name, status,
                          shelf, since, interest, lapses, engagements, standing, created_at, contact_at, version,
                          {more})
    SELECT gen_random_uuid(), %(creator_id)s, gen_random_uuid(), 'telegram', n::text, 'Person ' || n, '{{}}',
           'person ' || n, 'new', 'open', now(), 0, '{{}}', '{{0}}', 0, now() - n * interval '1 second', now(), 1,
           {values}
      FROM generate_series(%(first)s::int, %(last)s::int) AS n"""

PEOPLE = """
    UPDATE {people} SET
        status = (ARRAY['new', 'active', 'hot', 'customer'])[1 + platform_user_id::int %% 4],
        email = 'persona' || platform_user_id || '@example.com', tags = ARRAY['vip', 'curso'],
        since = created_at, interest = 0.25,
        lapses = ARRAY[created_at + interval '7 days', created_at + interval '8 days'],
        engagements = ARRAY[0.02, 0, 0], contact_at = created_at + interval '1 hour', {more}
     WHERE creator_id = %(creator_id)s AND email IS NULL"""
COUNTS = """
    INSERT INTO {counts} (creator_id, shelf, status, people)
    SELECT creator_id, shelf, status, count(*) FROM {people} WHERE creator_id = %(creator_id)s GROUP BY 1, 2, 3"""
SAID = f"""
    INSERT INTO {{messages}} (message_row, lead_id, position, occurred_at, author, content, attachments, delivery)
    SELECT gen_random_uuid(), lead_id, n, created_at + n * interval '10 minutes',
           (ARRAY['bot', 'follower'])[1 + n %% 2], 'Hola, ¿cuánto cuesta el curso de fotografía? ' || n, '[]',
           (ARRAY['sent', 'received'])[1 + n %% 2]
      FROM {{conversations}}, generate_series(1, {MESSAGES}) AS n
     WHERE creator_id = %(creator_id)s AND messages_all = 0"""
LAST_SAID = """last_message = 'Hola, ¿cuánto cuesta el curso de fotografía?', last_message_author = 'follower',
    last_message_at = created_at, last_contact_at = created_at"""
HEARD = f"messages_in = {MESSAGES - MESSAGES // 2}, messages_all = {MESSAGES}, last_contact = created_at"


NO_POOL: Any = None


def come(url: str, creator_id: str, numbers: range) -> None:
    """Have these people in the tables that are read, and in the log not at all."""
    board, inbox = Board(NO_POOL), Conversations(NO_POOL)
    asked = {"creator_id": creator_id, "first": numbers.start, "last": numbers.stop - 1}
    with psycopg.connect(url, autocommit=True) as conn:
        for projection, kept, more, values in (
            (board, LEADS, "status_since, source", "now(), 'dm'"),
            (inbox, INBOX, "messages_in, messages_all, unread, products", "0, 0, 0, '{}'"),
        ):
            tables = _tables(projection.table_names, kept)
            conn.execute(NEW.format(**tables, more=more, values=values).encode(), asked)


def live(url: str, creator_id: str) -> None:
    """Give a creator's leads that have none an e-mail address, tags, a score, a stage and five messages."""
    board, inbox = Board(NO_POOL), Conversations(NO_POOL)
    with psycopg.connect(url, autocommit=True) as conn:

        def do(statement: str, tables: dict[str, str], **more: str) -> None:
            conn.execute(statement.format(**tables, **more).encode(), {"creator_id": creator_id})

        do(SAID, inbox.table_names)
        for projection, kept, more in ((board, LEADS, LAST_SAID), (inbox, INBOX, HEARD)):
            tables = _tables(projection.table_names, kept)
            do(PEOPLE, tables, more=more)
            do("DELETE FROM {counts} WHERE creator_id = %(creator_id)s", tables)
            do(COUNTS, tables)
            conn.execute(f"VACUUM ANALYZE {tables['people']}".encode())
        conn.execute(f"VACUUM ANALYZE {inbox.table_names['messages']}".encode())


def _tables(names: dict[str, str], kept: PeopleTables) -> dict[str, str]:
    return {"people": names[kept.people], "counts": names[kept.counts]}
