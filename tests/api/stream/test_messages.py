"""Live: what the stream of a creator tells, from where, and what it never tells."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from domain.vocabulary import Role
from tests.api.answers import TIME, bad, good, words
from tests.harness.program import Person, Serving
from tests.harness.waiting import PATIENCE

Messages = Iterator[dict[str, Any]]


@contextmanager
def listening(person: Person, query: str = "", **headers: str) -> Iterator[Messages]:
    """The messages of a stream, as they come."""
    address = person.client.base_url.join(f"/stream/{person.name}{query}")
    with httpx.stream("GET", address, headers={"X-API-Key": person.key, **headers}, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _messages(answer.iter_lines())


def _messages(lines: Iterator[str]) -> Messages:
    message: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line == "" and message:
            yield message
            message = {}
        elif name:
            message[name] = json.loads(value) if name == "data" else value


def test_a_message_tells_ids_and_names_of_fields_and_no_texts(ana: Person) -> None:
    with listening(ana) as messages:
        lead = good(ana.ask("PUT /dm/leads/{c}/ig_5001", {"notes": "a secret note"}))["lead"]
        message = next(messages)
    assert set(message) == words("id event data")
    data = message["data"]
    assert set(data) == words("position type recorded_at actor lead_id follower_id correlation_id changed")
    assert message["id"] == str(data["position"])
    assert message["event"] == data["type"] == "lead.details_changed"
    assert (data["lead_id"], data["changed"]) == (lead["id"], ["notes"])
    assert data["actor"].startswith("key:")
    assert TIME.fullmatch(data["recorded_at"])
    for personal in ("secret", lead["name"], lead["email"], lead["platform_user_id"]):
        assert personal not in json.dumps(message)


def test_what_is_told_is_shown_already(ana: Person) -> None:
    with listening(ana, "?types=lead.status_changed") as messages:
        later = {"Prefer": "respond-async"}
        moved = ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot"}, headers=later)
        assert moved.status_code == 202
        next(messages)
        assert good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]["status"] == "hot"


@pytest.mark.parametrize("way", ["header", "query"])
def test_who_comes_back_hears_everything_after_once_and_in_order(ana: Person, program: Serving, way: str) -> None:
    after = program.log(ana.name)[-1]["position"]
    for stage in ("warm", "hot"):
        good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": stage}))
    happened = [event["position"] for event in program.log(ana.name, after)]
    given = {"Last-Event-ID": str(after)} if way == "header" else {}
    with listening(ana, "" if way == "header" else f"?last_event_id={after}", **given) as messages:
        told = [int(next(messages)["id"]) for _ in happened]
        good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": "customer"}))
        told.append(int(next(messages)["id"]))
    assert told[:-1] == happened
    assert told[-1] > happened[-1]


def test_who_is_ahead_of_the_log_begins_anew(ana: Person, program: Serving) -> None:
    with listening(ana, f"?last_event_id={program.head() + 1000}") as messages:
        reset = next(messages)
        assert reset["event"] == "reset"
        assert set(reset["data"]) == {"position"}
        good(ana.ask("PUT /dm/leads/{c}/ig_5001", {"notes": "x"}))
        assert next(messages)["event"] == "lead.details_changed"


@pytest.mark.parametrize("query", ["?types=creator.*&types=lead.status_*", "?types=creator.*,lead.status_*"])
def test_types_take_wildcards(ana: Person, query: str) -> None:
    with listening(ana, query) as messages:
        good(ana.ask("PUT /dm/leads/{c}/ig_5001", {"notes": "x"}))
        good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot"}))
        good(ana.ask("POST /bot/{c}/pause"))
        assert [next(messages)["event"] for _ in range(2)] == ["lead.status_changed", "creator.mode_changed"]


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "", "9" * 30])
def test_anything_but_a_whole_number_is_refused(creator: Person, given: str) -> None:
    bad(creator.ask(f"GET /stream/{{c}}?last_event_id={given}"), 422, "invalid", "query:last_event_id")
    if given:
        header = {"Last-Event-ID": given}
        bad(creator.ask("GET /stream/{c}", headers=header), 422, "invalid", "header:Last-Event-ID")


def test_who_may_not_read_the_inbox_may_not_listen(creator: Person, program: Serving) -> None:
    for role in (Role.AUDITOR, Role.ANALYST):
        with program.client(**{"X-API-Key": program.key(creator.name, role)}) as client:
            bad(client.get(f"/stream/{creator.name}"), 403, "forbidden")
