"""Keys of a creator: made, listed, used, and taken back for good and everywhere."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from api.access import credentials
from api.access.callers import Callers
from api.bootstrap import run
from api.http.problems import Unauthenticated
from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR, OTHER

KEYS = f"/access/{CREATOR}/keys"


async def issued(served: Served, **body: str) -> tuple[str, str]:
    """A new key and its prefix."""
    answer = await served.client.post(KEYS, json={"role": "agent"} | body)
    assert answer.status_code == 200, answer.text
    return answer.json()["api_key"], answer.json()["key"]["prefix"]


async def test_no_secret_and_no_hash_of_one_is_in_the_log(served: Served) -> None:
    key, _ = await issued(served)
    link = await served.link("ana@example.com")
    with psycopg.connect(served.url, autocommit=True) as conn:
        hashes = conn.execute("SELECT key_sha256 FROM app.keys UNION SELECT token_sha256 FROM app.links").fetchall()
        keys = conn.execute("SELECT string_agg(keys::text, ' ') FROM app.keys").fetchone()
        states = b"".join(row[0] for row in conn.execute("SELECT state FROM log.events").fetchall())
    for secret in (key.encode(), key.removeprefix("clk_").encode(), link.encode()):
        assert secret not in states
    assert keys is not None
    assert key.removeprefix("clk_") not in keys[0]
    for (kept,) in hashes:
        assert kept not in states
        assert bytes(kept).hex().encode() not in states


async def test_a_revoked_key_opens_nothing_at_once_in_every_program(served: Served) -> None:
    key, prefix = await issued(served)
    async with run(served.runtime.settings, served.url, work=False) as elsewhere:
        callers = Callers(elsewhere.pool)
        elsewhere.listener.on(credentials.CHANNEL, callers.heard)
        headers = {"x-api-key": key}
        assert (await callers.identify(headers, {})).role is Role.AGENT
        async with served.anybody(**{"X-API-Key": key}) as shop:
            assert (await shop.get("/auth/me")).status_code == 200
            changes = callers.changes
            answer = await served.client.delete(f"{KEYS}/{prefix}")
            assert answer.json() == {"status": "ok", "revoked": prefix}
            await refused(shop.get("/auth/me"), 401, "unauthenticated")
        assert await elsewhere.progress.wait_until(int(answer.headers["x-position"]), PATIENCE)
        assert callers.changes > changes
        with pytest.raises(Unauthenticated):
            await callers.identify(headers, {})
    assert prefix not in (await served.client.get(KEYS)).text
    head = served.head()
    await refused(served.client.delete(f"{KEYS}/{prefix}"), 404, "not-found")
    assert served.head() == head


async def test_a_revocation_of_which_no_notification_tells_holds_within_five_seconds(served: Served) -> None:
    key, prefix = await issued(served)
    now = 0.0
    callers = Callers(served.runtime.pool, lambda: now)
    assert (await callers.identify({"x-api-key": key}, {})).role is Role.AGENT
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute("UPDATE app.keys SET revoked_at = now() WHERE prefix = %s", (prefix,))
    now = 4.9
    await callers.identify({"x-api-key": key}, {})
    now = 5.0
    with pytest.raises(Unauthenticated):
        await callers.identify({"x-api-key": key}, {})


async def test_a_key_that_ran_out_opens_nothing(served: Served) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    key, prefix = await issued(served, expires_at=soon.isoformat())
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute("UPDATE app.keys SET expires_at = now() WHERE prefix = %s", (prefix,))
    async with served.anybody(**{"X-API-Key": key}) as late:
        await refused(late.get("/auth/me"), 401, "unauthenticated")


async def test_keys_are_listed_page_by_page_and_only_the_creators_own(served: Served) -> None:
    for _ in range(3):
        await issued(served)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (await served.client.get(KEYS, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [each["prefix"] for each in page["keys"]]
        assert page["total"] == 4
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 4
    others = served.keys[OTHER].removeprefix("clk_")[:12]
    assert others not in seen
    await refused(served.client.delete(f"{KEYS}/{others}"), 404, "not-found")
