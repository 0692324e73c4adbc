"""Servers of others that keep leads, with as many of them as Clonnect has."""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import psycopg

from tests.bench.lived import MESSAGES
from tests.bench.peers.ground import Ground, ask, free_port
from tests.bench.peers.others import PROGRAMS, other_program, run_script
from tests.bench.peers.people import CREATOR_ID
from tests.bench.peers.system import PeerSystem

SERVERS = {
    "Express + pg": "with_express.mjs",
    "Fastify + pg": "with_fastify.mjs",
    "FastAPI + SQLAlchemy": "with_fastapi.py",
}
POOL_SIZE = 16
OTHER_KEY = "the key of a creator in another system"

# As `tests.bench.lived` has them.
LIVED = """
    INSERT INTO leads (creator_id, platform, platform_user_id, name, status, score, email, tags, messages,
                       last_message, last_message_author, last_message_at, created_at)
    SELECT %(creator_id)s, 'telegram', n::text, 'Person ' || n,
           (ARRAY['new', 'active', 'hot', 'customer'])[1 + n %% 4], 0.27, 'persona' || n || '@example.com',
           ARRAY['vip', 'curso'], %(messages)s, 'Hola, ¿cuánto cuesta el curso de fotografía?', 'follower',
           now() - n * interval '1 second', now() - n * interval '1 second'
      FROM generate_series(1, %(leads)s::int) AS n"""
SAID = """
    INSERT INTO messages (lead_id, author, content, delivery, occurred_at)
    SELECT id, (ARRAY['bot', 'follower'])[1 + n %% 2], 'Hola, ¿cuánto cuesta el curso de fotografía? ' || n,
           (ARRAY['sent', NULL])[1 + n %% 2], created_at + n * interval '10 minutes'
      FROM leads, generate_series(1, %(messages)s) AS n"""
CAPTURED = """
    INSERT INTO leads (creator_id, platform, platform_user_id, name)
    SELECT %(creator_id)s, 'telegram', n::text, 'Person ' || n FROM generate_series(1, %(leads)s::int) AS n"""


def capture_elsewhere(ground: Ground, leads: int) -> str:
    """A database with so many leads who have never written, of which each server gets a copy."""
    return _filled(ground, leads, CAPTURED)


def lived_elsewhere(ground: Ground, leads: int) -> str:
    """The same with leads as months leave them."""
    return _filled(ground, leads, LIVED, SAID)


def _filled(ground: Ground, leads: int, *statements: str) -> str:
    url = ground.empty_database()
    run_script(url, PROGRAMS / "leads.sql")
    asked = {"creator_id": CREATOR_ID, "leads": leads, "messages": MESSAGES}
    with psycopg.connect(url, autocommit=True) as conn:
        digest = hashlib.sha256(OTHER_KEY.encode()).digest()
        conn.execute("INSERT INTO api_keys VALUES (%s, %s, 'key:1')", (digest, CREATOR_ID))
        for statement in statements:
            conn.execute(statement.encode(), asked)
        conn.execute("VACUUM ANALYZE")
    return url


def other_servers(ground: Ground, filled: str) -> dict[str, AbstractContextManager[PeerSystem]]:
    """Each on a copy of a database."""
    return {name: _serving(ground, program, filled) for name, program in SERVERS.items()}


@contextmanager
def _serving(ground: Ground, program: str, filled: str) -> Iterator[PeerSystem]:
    url, port = ground.empty_database(filled), free_port()
    values = {"PORT": str(port), "POOL_SIZE": str(POOL_SIZE)}
    path = f"http://127.0.0.1:{port}/dm/leads/{CREATOR_ID}?status=hot&limit=1"

    def is_ready(_said: str) -> bool:
        try:
            return httpx.get(path, headers={"X-API-Key": OTHER_KEY}, verify=False).is_success
        except httpx.TransportError:
            return False

    with other_program(ground, program, url, is_ready, values, port) as server:
        yield PeerSystem((server,), OTHER_KEY, moves_kept=lambda: ask(url, "SELECT count(*) FROM lead_history"))
