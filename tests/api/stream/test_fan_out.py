"""One reader of the log for all streams: each hears what is theirs, once and in order, however slowly it reads."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import psycopg
import pytest

from api.stream import fan_out, server_sent_events
from api.stream.fan_out import FanOut
from domain.lead import Lead
from eventstore import pools
from eventstore.pools import ReadPool
from projections import event_history
from projections.engine.progress import Progress
from projections.event_history import EventHistory, Happened
from tests.harness.http import Served
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR, OTHER

GOLDEN = Path(__file__).parents[2] / "golden"
LIVE = ": live\n\n"

Pieces = AsyncGenerator[str, None]


@dataclass(frozen=True)
class CountedHistory(EventHistory):
    """The history, and of whom it was asked; it answers when it may."""

    asked: list[Sequence[str]] = field(default_factory=list)
    reading: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def of_creators(self, creator_ids: Sequence[str], after: int, until: int) -> Sequence[Happened]:
        self.asked.append(creator_ids)
        self.reading.set()
        await self.answers.wait()
        return await super().of_creators(creator_ids, after, until)


@asynccontextmanager
async def reader_of(served: Served, **parts: Any) -> AsyncIterator[tuple[FanOut, CountedHistory]]:
    """A reader of the log beside the program's own."""
    runtime = served.runtime
    history = CountedHistory(parts.get("pool", runtime.pool), runtime.log)
    reader = FanOut(parts.get("progress", runtime.progress), history, parts.get("changes", lambda: 0))
    reader.start()
    history.answers.set()
    try:
        yield reader, history
    finally:
        await reader.stop()


async def may_read() -> float:
    return 3600


def stream(
    served: Served, reader: FanOut, creator: str = CREATOR, after: int | None = None, types: Sequence[str] = ()
) -> aclosing[Pieces]:
    """The text of a stream; it ends with the test."""
    begins = served.runtime.progress.position if after is None else after
    return aclosing(
        cast(Pieces, server_sent_events.follow(reader, served.runtime.log, creator, begins, types, may_read))
    )


def positions_in(text: str) -> list[int]:
    return [int(line.removeprefix("id: ")) for line in text.splitlines() if line.startswith("id: ")]


async def heard(pieces: Pieces, last: int) -> list[int]:
    """The positions that are told, until one is."""
    told: list[int] = []
    async with asyncio.timeout(PATIENCE):
        while last not in told:
            told += positions_in(await anext(pieces))
    return told


def happened(served: Served, after: int, creator: str = CREATOR) -> list[int]:
    with psycopg.connect(served.url) as conn:
        rows = conn.execute(
            """SELECT notification_id FROM log.events
                WHERE metadata->>'creator_id' = %s AND notification_id > %s ORDER BY 1""",
            (creator, after),
        ).fetchall()
    return [position for (position,) in rows]


async def test_the_log_is_read_once_for_all_who_listen(served: Served) -> None:
    before = served.head()
    async with reader_of(served) as (reader, history), AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(stream(served, reader)) for _ in range(20)]
        for pieces in readers:
            assert await anext(pieces) == LIVE
        waiting = [asyncio.create_task(heard(pieces, before + 1)) for pieces in readers]
        await served.lead()
        for each in await asyncio.gather(*waiting):
            assert each == happened(served, before)[: len(each)]
        assert {tuple(creators) for creators in history.asked} == {(CREATOR,)}
        assert len(history.asked) <= served.head() - before


async def test_while_nobody_listens_nothing_is_read(served: Served) -> None:
    async with reader_of(served) as (reader, history):
        async with stream(served, reader) as pieces:
            assert await anext(pieces) == LIVE
            await served.lead()
            await heard(pieces, served.head())
        asked = len(history.asked)
        await served.lead(platform_user_id="ig_5002")
        async with stream(served, reader) as pieces:
            assert await anext(pieces) == LIVE
        assert len(history.asked) == asked


async def test_who_reads_slowly_hears_each_once_and_in_order_though_memory_is_short(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (fan_out, server_sent_events, event_history):
        monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(fan_out, "REMEMBERED", 3)
    before = served.head()
    async with (
        reader_of(served) as (reader, _),
        stream(served, reader) as quick,
        stream(served, reader) as slow,
        stream(served, reader, after=0) as late,
    ):
        for pieces in (quick, slow, late):
            assert await anext(pieces) == LIVE
        for number in range(4):
            quick_at = served.head()
            await served.lead(platform_user_id=f"ig_600{number}")
            assert await heard(quick, served.head()) == happened(served, quick_at)
        assert await heard(slow, served.head()) == happened(served, before)
        assert await heard(late, served.head()) == happened(served, 0)
        before = served.head()
        await served.lead(platform_user_id="ig_6009")
        for pieces in (quick, slow, late):
            assert await heard(pieces, served.head()) == happened(served, before)


async def test_of_two_creators_each_hears_their_own(served: Served) -> None:
    before = served.head()
    async with (
        reader_of(served) as (reader, _),
        stream(served, reader) as mine,
        stream(served, reader, OTHER) as theirs,
        served.anybody(**{"X-API-Key": served.keys[OTHER]}) as other,
    ):
        assert [await anext(mine), await anext(theirs)] == [LIVE, LIVE]
        for number in range(3):
            await served.lead(platform_user_id=f"ig_600{number}")
            answer = await other.post(f"/dm/leads/{OTHER}", json={"name": "Luz", "platform_user_id": f"ig_600{number}"})
            assert answer.status_code == 200
        for pieces, creator in ((mine, CREATOR), (theirs, OTHER)):
            expected = happened(served, before, creator)
            assert await heard(pieces, expected[-1]) == expected


async def test_who_comes_while_the_log_is_being_read_misses_nothing(served: Served) -> None:
    before = served.head()
    progress = Progress(["all"])
    progress.attach(asyncio.get_running_loop())
    progress.advance("all", before)
    await served.lead()
    await served.creator("rosa")
    async with (
        reader_of(served, progress=progress) as (reader, history),
        stream(served, reader, after=before) as mine,
        stream(served, reader, "rosa", after=before) as theirs,
    ):
        assert await anext(mine) == LIVE
        history.answers.clear()
        progress.advance("all", served.head())
        await history.reading.wait()
        assert await anext(theirs) == LIVE
        history.answers.set()
        for pieces, creator in ((mine, CREATOR), (theirs, "rosa")):
            expected = happened(served, before, creator)
            assert await heard(pieces, expected[-1]) == expected


async def test_streams_end_when_the_log_cannot_be_read_and_the_next_ones_go_on(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pools, "WAIT_SECONDS", 0.05)
    for name in ("SILENCE", "LOOK_AGAIN"):
        monkeypatch.setattr(server_sent_events, name, 3600)
    before = served.head()
    async with ReadPool(served.url, 1) as pool, reader_of(served, pool=pool) as (reader, _):
        async with stream(served, reader) as pieces, stream(served, reader) as busy:
            assert [await anext(pieces), await anext(busy)] == [LIVE, LIVE]
            await served.lead(platform_user_id="ig_5003")
            assert await heard(pieces, served.head()) == await heard(busy, served.head()) == happened(served, before)
            before = served.head()
            async with pool.connection(), asyncio.timeout(PATIENCE):
                await served.lead()
                assert [text async for text in pieces] == []
                assert [text async for text in busy] == []
        ended = [vars(each)["error"] for each in caplog.records if each.message == "stream_ended"]
        assert ended == ["PoolTimeout"] * 2
        async with stream(served, reader, after=before) as pieces:
            assert await anext(pieces) == LIVE
            assert await heard(pieces, served.head()) == happened(served, before)
            before = served.head()
            await served.lead(platform_user_id="ig_5002")
            assert await heard(pieces, served.head()) == happened(served, before)


async def test_a_defect_is_logged_and_ends_streams_as_well(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    elsewhere = urlsplit(served.url)._replace(path="/postgres").geturl()
    async with ReadPool(elsewhere, 1) as pool, reader_of(served, pool=pool) as (reader, _):
        for number in range(2):
            async with stream(served, reader) as pieces:
                assert await anext(pieces) == LIVE
                await served.lead(platform_user_id=f"ig_600{number}")
                async with asyncio.timeout(PATIENCE):
                    assert [text async for text in pieces] == []
    said = [each.message for each in caplog.records if each.name.startswith("api.stream")]
    assert said == ["fan_out_failed", "stream_ended"] * 2


async def test_when_the_log_begins_anew_readers_are_told_to_read_all_anew(served: Served) -> None:
    await served.lead()
    progress = Progress(["all"])
    progress.attach(asyncio.get_running_loop())
    progress.advance("all", served.head())
    async with (
        reader_of(served, progress=progress) as (reader, _),
        stream(served, reader, after=served.head()) as mine,
        stream(served, reader, OTHER, after=served.head()) as theirs,
    ):
        assert [await anext(mine), await anext(theirs)] == [LIVE, LIVE]
        progress.restart()
        reset = f"id: 0\nevent: reset\ndata: {json.dumps({'position': 0})}\n\n"
        async with asyncio.timeout(PATIENCE):
            assert [await anext(mine), await anext(theirs)] == [reset, reset]
        progress.advance("all", served.head())
        assert await heard(mine, happened(served, 0)[-1]) == happened(served, 0)


async def test_readers_look_again_when_access_was_changed_though_nothing_happened(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SILENCE", "LOOK_AGAIN"):
        monkeypatch.setattr(server_sent_events, name, 3600)
    answers, changes, asked = [3600.0, 0.0], 0, asyncio.Event()

    async def may_still_read() -> float:
        asked.set()
        return answers.pop(0)

    async with reader_of(served, changes=lambda: changes) as (reader, _):
        after = served.runtime.progress.position
        pieces = server_sent_events.follow(reader, served.runtime.log, CREATOR, after, [], may_still_read)
        assert await anext(pieces) == LIVE
        ending = asyncio.create_task(anext(pieces, None))
        await asked.wait()
        changes += 1
        async with asyncio.timeout(PATIENCE):
            assert await ending is None
    assert answers == []


async def test_an_event_that_cannot_be_read_is_told_all_the_same(served: Served) -> None:
    lead = await served.lead()
    before = served.head()
    await served.client.put(f"/dm/leads/{CREATOR}/{lead['id']}", json={"notes": "x"})
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
        conn.execute("UPDATE log.events SET state = '{' WHERE topic = %s", (Lead.DetailsChanged.TOPIC,))
        conn.execute("ALTER TABLE log.events ENABLE TRIGGER append_only")
    (told,) = await served.runtime.history.of_creators([CREATOR], before, served.head())
    assert (told.topic, told.changed) == (Lead.DetailsChanged.TOPIC, ())


@pytest.mark.parametrize("version", [1, 2])
async def test_the_fields_that_an_event_changed_are_told_of_every_version(served: Served, version: int) -> None:
    lead = await served.lead()
    before = served.head()
    await served.client.put(f"/dm/leads/{CREATOR}/{lead['id']}", json={"notes": "x"})
    state = json.loads((GOLDEN / f"lead.details_changed.v{version}.json").read_text())["state"]
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
        conn.execute("UPDATE log.events SET state = %s WHERE notification_id > %s", (state.encode(), before))
        conn.execute("ALTER TABLE log.events ENABLE TRIGGER append_only")
    (told,) = await served.runtime.history.of_creators([CREATOR], before, served.head())
    assert list(told.changed) == json.loads(state)["changed"] != []
