"""A database that an earlier version has written opens, shows what it showed, and goes on."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import timedelta
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.rows import dict_row

from api.cli.main import main
from api.simulator.time_travel import move_clock, settle
from eventstore.state_codec import read, written
from tests.harness.http import Served, opened
from tests.harness.runtime import on_the_phone
from tests.upgrade.dumps import KEY, Dump, all_dumps, asked, be_of_today, lived_on, restore, settings_of, standing_still

Clonnect = Callable[..., str]
DatabaseLike = Callable[[str], AbstractContextManager[str]]
Opens = Callable[..., AbstractAsyncContextManager[Served]]

GONE = ("Erased Person", "Erased Person, too")


@pytest.fixture(scope="module", params=all_dumps(), ids=lambda dump: dump.name)
def dump(request: pytest.FixtureRequest) -> Dump:
    found: Dump = request.param
    return found


@pytest.fixture(scope="module")
def known(dump: Dump) -> dict[str, Any]:
    """What is known of the database."""
    return dump.read()


@pytest.fixture(scope="module")
def as_it_was_left(dump: Dump, database_like: DatabaseLike) -> Iterator[str]:
    """The name of the database that the version before has left."""
    with database_like("template1") as url:
        restore(url, dump.sql.read_text())
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture
def url(as_it_was_left: str, database_like: DatabaseLike, known: dict[str, Any]) -> Iterator[str]:
    """A copy of it, in which nothing but the time is changed."""
    with database_like(as_it_was_left) as url:
        be_of_today(url, known["then"])
        yield url


@pytest.fixture
def clonnect(url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Clonnect:
    """The command line on the database, which it has brought to the present schema; answers what it prints."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CLONNECT_KEY", KEY)

    def run(*arguments: str) -> str:
        code, said = main(arguments), capsys.readouterr()
        assert code == 0, said.err
        return said.out.strip()

    run("migrate")
    return run


@pytest.fixture
def opens(url: str, clonnect: Clonnect, tmp_path: Path) -> Opens:
    """Starts the program on the database."""
    return lambda work=True: opened(url, settings_of(tmp_path), work=work)


def a_phone_receives(url: str, phone: str) -> list[str]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as conn:
        return on_the_phone(conn, phone)


def the_owner_of(served: Served, creator: str, known: dict[str, Any]) -> None:
    served.client.headers["X-API-Key"] = known["keys"][creator]


async def test_every_event_is_the_one_that_it_was(opens: Opens, known: dict[str, Any]) -> None:
    async with opens(work=False) as served:
        log = served.runtime.log.read(0, 100_000)
    assert [each.event.TOPIC for each in log] == known["topics"]
    names = {each.event.details.name for each in log if each.event.TOPIC == "lead.captured"}
    assert "Marta Inventada" in names
    assert names.isdisjoint(GONE)


def test_the_log_is_the_one_that_was_written(clonnect: Clonnect, known: dict[str, Any]) -> None:
    assert clonnect("check-log", "--anchor", known["head"]) == known["head"]


GIVEN_UP = ("/attention/maria",)
"""What a worker has given up is not in tables that are made anew before it gives it up again, and none is at work."""


async def test_what_was_shown_is_shown(opens: Opens, known: dict[str, Any]) -> None:
    await shows_what_it_showed(opens, known, except_for=GIVEN_UP)


async def test_what_was_shown_is_shown_by_tables_that_are_made_anew(
    url: str, opens: Opens, known: dict[str, Any], clonnect: Clonnect
) -> None:
    with psycopg.connect(url) as conn:
        names = [name for (name,) in conn.execute("SELECT name FROM read.projections").fetchall()]
    for name in names:
        assert "shows its new tables" in clonnect("projections", "rebuild", name)
    await shows_what_it_showed(opens, known, except_for=GIVEN_UP)


def as_far_as_known(now: Any, then: Any) -> Any:
    """What is answered now without the fields that were added since."""
    if isinstance(now, dict) and isinstance(then, dict):
        return {name: as_far_as_known(value, then[name]) for name, value in now.items() if name in then}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [as_far_as_known(*each) for each in zip(now, then, strict=True)]
    return now


async def shows_what_it_showed(opens: Opens, known: dict[str, Any], except_for: Collection[str] = ()) -> None:
    async with opens(work=False) as served:
        assert await served.runtime.progress.wait_until(len(known["topics"]), 10)
        with standing_still(served.runtime.clock, known["then"]):
            answers = await asked(served.client, known["answers"], known["keys"])
    told = {path: as_far_as_known(answers[path], answer) for path, answer in known["answers"].items()}
    others = {path: (told[path], answer) for path, answer in known["answers"].items() if told[path] != answer}
    assert {path: differs for path, differs in others.items() if path not in except_for} == {}


async def test_whatever_has_a_history_is_what_its_events_make_of_it(url: str, opens: Opens) -> None:
    with psycopg.connect(url) as conn:
        streams = [stream for (stream,) in conn.execute("SELECT DISTINCT originator_id FROM log.events").fetchall()]
        assert conn.execute("SELECT count(*) FROM log.snapshots").fetchone() != (0,)
    async with opens(work=False) as served:
        app = served.runtime.app
        for stream in streams:
            loaded: Any = app.repository.get(stream)
            events: Any = app.events.get(stream)
            replayed: Any = reduce(lambda aggregate, event: event.mutate(aggregate), events, None)
            assert type(loaded) is type(replayed)
            assert vars(loaded) == vars(replayed)
            kept = read(type(replayed), stream, replayed.version, written(replayed))
            assert vars(kept) == vars(replayed)


async def test_people_get_in_as_before(opens: Opens, known: dict[str, Any]) -> None:
    async with opens(work=False) as served:
        async with served.anybody() as browser:
            browser.cookies.update(known["session"]["cookies"])
            assert (await browser.get("/auth/me")).json()["csrf_token"] == known["session"]["csrf_token"]
        async with served.anybody() as browser:
            assert (await browser.post("/auth/login", json=known["person"])).status_code == 200
            assert (await browser.get("/auth/me")).json()["user"]["email"] == known["person"]["email"]


async def test_what_was_asked_before_is_answered_as_before(opens: Opens, known: dict[str, Any]) -> None:
    async with opens(work=False) as served:
        the_owner_of(served, "maria", known)
        again = known["repeatable"]
        _, _, path = again["call"].partition(" ")
        answer = await served.client.post(path, json=again["body"], headers=again["headers"])
        assert (answer.json(), served.head()) == (again["answer"], len(known["topics"]))


async def test_everybody_is_known_as_before(opens: Opens, known: dict[str, Any]) -> None:
    async with opens() as served:
        then = known["lived_on"]
        # Who waits for a person gets answers prepared by now, which nobody sends.
        prepared = then["tg_1009"] | {"follower.reply_drafted": 1}
        assert await lived_on(served, known) == then | {"tg_1009": prepared}


async def test_business_goes_on(url: str, opens: Opens, known: dict[str, Any], clonnect: Clonnect) -> None:
    said = a_phone_receives(url, "tg_1001"), a_phone_receives(url, "tg_1008")
    async with opens() as served:
        the_owner_of(served, "maria", known)
        before = await lead(served, "tg_1001")

        moved = await served.client.put("/dm/follower/maria/tg_1008/status", json={"status": "hot"})
        assert (moved.status_code, (await lead(served, "tg_1008"))["status"]) == (200, "hot")

        body = {"follower_id": "tg_1001", "text": "¿Cuánto cuesta el curso?", "message_id": "m1"}
        repeated = await served.client.post("/simulator/maria/messages", json=body | {"text": "Hola!"})
        received = await served.client.post("/simulator/maria/messages", json=body | {"message_id": "later"})
        assert repeated.json()["lead_id"] == received.json()["lead_id"] == before["id"]
        assert await settle(served.runtime)
        assert len(a_phone_receives(url, "tg_1001")) == len(said[0]) + 1

        assert await move_clock(served.runtime, known["then"] + timedelta(hours=5))
        assert a_phone_receives(url, "tg_1008") == [*said[1], "¿Lo vemos? (4 h)"]

        happened = [each.event.TOPIC for each in served.runtime.log.read(len(known["topics"]), 1000)]
    assert happened.count("follower.message_received") == 1
    assert {"lead.status_changed", "follower.follow_up_sent", "follower.send_unresolved"} <= {*happened}
    clonnect("check-log", "--anchor", known["head"])


def test_who_wrote_before_can_be_erased(known: dict[str, Any], clonnect: Clonnect) -> None:
    assert "events cannot be read any more" in clonnect("erase", "maria", "tg_1001")
    assert clonnect("check-log", "--anchor", known["head"]) != known["head"]


async def test_what_was_given_up_is_taken_up_again(opens: Opens, known: dict[str, Any]) -> None:
    async with opens() as served:  # the tables of the agenda are new: it is given up again when it falls due
        assert await move_clock(served.runtime, known["then"] + timedelta(hours=13))
        the_owner_of(served, "maria", known)
        waits = {item["kind"]: item["id"] for item in await set_aside(served)}
        assert {"uncertain", "quarantined", "dismissed"} <= waits.keys()
    async with opens(work=False) as served:
        the_owner_of(served, "maria", known)
        again = await served.client.post(f"/attention/maria/{waits['dismissed']}/retry")
        assert again.status_code == 200
        assert waits["dismissed"] not in {item["id"] for item in await set_aside(served)}


async def set_aside(served: Served) -> list[dict[str, Any]]:
    answer = await served.client.get("/attention/maria")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def lead(served: Served, person: str) -> dict[str, Any]:
    answer = await served.client.get(f"/dm/leads/maria/{person}", params={"after": served.head()})
    found: dict[str, Any] = answer.json()["lead"]
    return found
