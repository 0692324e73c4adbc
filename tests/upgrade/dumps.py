"""Databases as released versions left them, as text, and what those versions answered about them.

Beside `2026-11-30.sql`, as `pg_dump` prints it, lies `2026-11-30.json`: when it was written, by which credentials one
gets in, what the log held, and what the API answered. All of it is test material: the people are invented, and keys,
passwords and the installation's key below open nothing but these databases.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from api.settings import Settings
from api.simulator.time_travel import move_clock, settle
from tests.harness.http import Served

FOLDER = Path(__file__).parent
KEY = base64.b64encode(b"a key that opens test data alone").decode()
"""The installation's key of every dump."""

_COPY = re.compile(r"^(COPY .+? FROM stdin;)\n(.*?)^\\\.$", re.MULTILINE | re.DOTALL)
_OF_PSQL = re.compile(r"^\\(?:un)?restrict .*$", re.MULTILINE)
_OF_THE_DAY = ("last_used_at", "token_age_seconds")
"""What an answer says of the day on which it is asked for."""

Answers = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Dump:
    """A database as text, by its name, and what is known of it."""

    name: str

    @property
    def sql(self) -> Path:
        return FOLDER / f"{self.name}.sql"

    @property
    def facts(self) -> Path:
        return FOLDER / f"{self.name}.json"

    def read(self) -> dict[str, Any]:
        """What is known of it; `then` is the time of its clock."""
        known: dict[str, Any] = json.loads(self.facts.read_text())
        return known | {"then": datetime.fromisoformat(known["then"])}

    def write(self, known: Mapping[str, Any]) -> None:
        """Keep what is known of it, each answer and each person on a line."""
        lines = {
            name: _lines(value) if name in ("answers", "lived_on") else _line(value) for name, value in known.items()
        }
        self.facts.write_text("{\n" + ",\n".join(f"{_line(name)}: {line}" for name, line in lines.items()) + "\n}\n")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(value: Mapping[str, Any]) -> str:
    return "{\n" + ",\n".join(f"{_line(name)}: {_line(each)}" for name, each in value.items()) + "\n}"


def all_dumps() -> list[Dump]:
    """Every database that is kept, the oldest first."""
    return [Dump(path.stem) for path in sorted(FOLDER.glob("*.sql"))]


def settings_of(data_dir: Path) -> Settings:
    """The settings by which a dump is opened, and was made."""
    return Settings(data_dir=data_dir, key=SecretStr(KEY), telegram_polling=False, requests_per_minute=1_000_000)


def restore(url: str, dump: str) -> None:
    """Bring an empty database to what `pg_dump` printed, as psql would."""
    rest = 0
    with psycopg.connect(url, autocommit=True) as conn:
        for found in _COPY.finditer(dump):
            conn.execute(_OF_PSQL.sub("", dump[rest : found.start()]).encode())
            with conn.cursor() as cursor, cursor.copy(found[1].encode()) as copy:
                copy.write(found[2].encode())
            rest = found.end()
        conn.execute(_OF_PSQL.sub("", dump[rest:]).encode())


def be_of_today(url: str, then: datetime) -> None:
    """Let the program find a database as if it had been written just now, and its own clock at that time."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("UPDATE app.clock SET ahead = %s - now()", (then,))
        conn.execute("UPDATE app.sessions SET expires_at = now() + interval '1 day', last_seen_at = now()")
        conn.execute("UPDATE app.idempotency SET recorded_at = now()")


@contextmanager
def standing_still(clock: Any, moment: datetime) -> Iterator[None]:
    """Let the clock of a program say nothing but this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(clock), "__call__", lambda _self: moment)
        yield


async def asked(client: httpx.AsyncClient, paths: Iterable[str], keys: Mapping[str, str]) -> Answers:
    """What the program answers to whoever holds these keys; a path is asked with the key of the creator it names."""
    answers: Answers = {}
    for path in paths:
        key = next((keys[name] for name in keys if name in re.split(r"[/?]", path)), keys["admin"])
        answer = await client.get(path, headers={"X-API-Key": key})
        is_json = answer.headers["content-type"].startswith("application/json")
        answers[path] = {
            "status": answer.status_code,
            "etag": answer.headers.get("etag"),
            "body": _without_the_day(answer.json()) if is_json else answer.text,
        }
    return answers


async def lived_on(served: Served, known: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """What happens to each person when they write again, and before that, to every third one, the creator.

    It shows what is remembered of them: who wants to be left alone, whom a person answers, who cannot be reached.
    """
    assert await move_clock(served.runtime, known["then"] + timedelta(minutes=1))
    begun = served.head()
    for creator, phone in known["phones"][::3]:
        body = {"follower_id": phone, "message": "¿Qué tal?"}
        await served.client.post(f"/dm/send/{creator}", json=body, headers={"X-API-Key": known["keys"][creator]})
    assert await settle(served.runtime)
    phones = {}
    for creator, phone in known["phones"]:
        body = {"follower_id": phone, "text": "uf, me parece caro el curso", "message_id": "once more"}
        key = {"X-API-Key": known["keys"][creator]}
        answer = await served.client.post(f"/simulator/{creator}/messages", json=body, headers=key)
        phones[answer.json()["lead_id"]] = phone
    assert await settle(served.runtime)
    happened: dict[str, Counter[str]] = {phone: Counter() for phone in phones.values()}
    for each in served.runtime.log.read(begun, 10_000):
        why = getattr(each.event, "reason", None)
        what = each.event.TOPIC if why is None else f"{each.event.TOPIC}: {why}"
        happened[phones[each.metadata["lead_id"]]][what] += 1
    return {phone: dict(sorted(counts.items())) for phone, counts in happened.items()}


def _without_the_day(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _without_the_day(value) for name, value in body.items() if name not in _OF_THE_DAY}
    return [_without_the_day(each) for each in body] if isinstance(body, list) else body
