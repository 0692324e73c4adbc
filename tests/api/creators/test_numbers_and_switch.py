"""The dashboard: numbers that agree with the board, and the one switch of the bot."""

from typing import Any

import pytest

from tests.api.answers import CONFIG, CONVERSATION, LEAD, METRICS, OVERVIEW, bad, good, says, words
from tests.harness.program import NOTHING, Person, Serving

CALLS: list[tuple[str, Any, set[str]]] = [
    ("GET /dashboard/{c}/overview", NOTHING, OVERVIEW),
    ("GET /dm/metrics/{c}", NOTHING, words("metrics")),
    ("PUT /dashboard/{c}/toggle", NOTHING, words("active bot_active clone_active reason")),
    ("POST /bot/{c}/pause", {"reason": "On holiday"}, words("creator_id bot_active")),
    ("POST /bot/{c}/resume", NOTHING, words("creator_id bot_active")),
    ("GET /bot/{c}/status", NOTHING, words("creator_id bot_active exists active pause_reason updated_at mode")),
]


@pytest.mark.parametrize(("call", "body", "fields"), CALLS, ids=[call for call, _, _ in CALLS])
def test_a_call_answers_exactly_these_fields(creator: Person, call: str, body: Any, fields: set[str]) -> None:
    good(creator.ask(call, body), fields)


@pytest.fixture
def board(creator: Person) -> Person:
    """Eight leads of all stages, one of them archived and one spam; one has written, and wants a person."""
    for number, stage in enumerate(("cold", "cold", "warm", "hot", "hot", "customer", "hot", "customer")):
        body = {"name": f"Lead {number}", "platform_user_id": f"ig_{number + 1}", "status": stage}
        good(creator.ask("POST /dm/leads/{c}", body))
    says(creator, "quiero hablar con una persona", "ig_1")
    for sender, act in (("ig_7", "archive"), ("ig_8", "spam")):
        says(creator, "hola", sender)
        good(creator.ask(f"POST /dm/conversations/{{c}}/{sender}/{act}"))
    return creator


def test_the_numbers_are_those_of_the_board_without_what_is_put_aside(board: Person) -> None:
    said = good(board.ask("GET /dashboard/{c}/overview"))
    assert said["metrics"] == {
        "total_messages": 1,
        "total_conversations": 6,
        "total_followers": 6,
        "total_leads": 6,
        "leads": 6,
        "hot_leads": 2,
        "warm_leads": 1,
        "cold_leads": 2,
        "customers": 1,
        "high_intent_followers": 3,
        "conversion_rate": pytest.approx(1 / 6, abs=0.0001),
        "lead_rate": pytest.approx(4 / 6, abs=0.0001),
    }
    columns = good(board.ask("GET /dm/conversations/{c}"))["by_status"]
    assert columns == {"new": 2, "active": 1, "hot": 2, "customer": 1}
    assert good(board.ask("GET /dm/leads/{c}"))["total"] == 6
    assert said["waiting"]["escalations"] == 1
    assert set(said["followups"]) == words("due sent held")
    told = good(board.ask("GET /dm/metrics/{c}"))["metrics"]
    assert told == {name: said["metrics"][name] for name in METRICS}


def test_without_a_lead_every_number_is_0(creator: Person) -> None:
    for call in ("GET /dashboard/{c}/overview", "GET /dm/metrics/{c}"):
        assert set(good(creator.ask(call))["metrics"].values()) == {0}


def test_the_latest_20_conversations_and_50_leads_are_shown_with_the_configuration(creator: Person) -> None:
    lines = "".join(f"Lead {number},tg_{number + 1}\r\n" for number in range(51))
    content = f"name,platform_user_id\r\n{lines}".encode()
    answer = creator.ask("POST /dm/leads/{c}/import", content=content, headers={"Content-Type": "text/csv"})
    good(answer)
    good(creator.ask("POST /creator/{c}/products", {"name": "Curso"}))
    config = good(creator.ask("PUT /creator/config/{c}", {"clone_name": "María"}))["config"]
    said = good(creator.ask(f"GET /dashboard/{{c}}/overview?after={answer.headers['x-position']}"))
    for rows, fields, most in (("recent_conversations", CONVERSATION, 20), ("leads", LEAD, 50)):
        assert len(said[rows]) == most
        assert all(set(each) == fields for each in said[rows])
    assert set(said["config"]) == CONFIG
    assert (said["config"], said["creator_name"], said["products_count"]) == (config, "María", 1)
    assert (said["bot_active"], said["clone_active"]) == (True, True)


def test_the_bot_has_one_switch_with_several_handles(creator: Person) -> None:
    states = []
    for call, body in (
        ("PUT /dashboard/{c}/toggle", NOTHING),
        ("PUT /dashboard/{c}/toggle?active=true", NOTHING),
        ("POST /bot/{c}/pause", NOTHING),
        ("PUT /dashboard/{c}/toggle", NOTHING),
        ("PUT /dashboard/{c}/toggle?active=false&reason=Holiday", NOTHING),
        ("POST /bot/{c}/resume", NOTHING),
        ("POST /bot/{c}/pause", {"reason": "Holiday"}),
        ("PUT /settings/{c}", {"mode": "auto"}),
        ("PUT /creator/config/{c}", {"is_active": False}),
    ):
        good(creator.ask(call, body))
        shown = good(creator.ask("GET /bot/{c}/status"))
        states.append(shown["bot_active"])
        assert shown["active"] == shown["bot_active"] == (shown["mode"] != "off")
        overview = good(creator.ask("GET /dashboard/{c}/overview"))
        config = good(creator.ask("GET /creator/config/{c}"))["config"]
        assert {overview["bot_active"], overview["clone_active"], config["bot_active"]} == {shown["bot_active"]}
        assert shown["pause_reason"] == ("Holiday" if "Holiday" in f"{call}{body}" else None)
    assert states == [False, True, False, True, False, True, False, True, False]


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("PUT /dashboard/{c}/toggle?active=perhaps", NOTHING, "query:active"),
        (f"PUT /dashboard/{{c}}/toggle?reason={'x' * 501}", NOTHING, "query:reason"),
        ("POST /bot/{c}/pause", {"reason": "x" * 501}, "/reason"),
        ("POST /bot/{c}/pause", {"reason": 1}, "/reason"),
    ],
)
def test_a_switch_that_is_neither_on_nor_off_is_refused(
    creator: Person, program: Serving, call: str, body: Any, field: str
) -> None:
    before = program.log(creator.name)
    bad(creator.ask(call, body), 422, "invalid", field)
    assert program.log(creator.name) == before


def test_while_the_bot_is_off_what_falls_due_is_held_and_counted(luz: Person) -> None:
    good(luz.ask("POST /bot/{c}/pause"))
    due = good(luz.ask("POST /nurturing/{c}/run?due_only=false&force_due=true"))["items"]
    assert {(item["decision"], item["reason"]) for item in due} == {("hold", "sending_off")}
    did = luz.ask("POST /nurturing/{c}/run?dry_run=false&force_due=true")
    assert good(did)["sent"] == 0
    shown = good(luz.ask(f"GET /dashboard/{{c}}/overview?after={did.headers['x-position']}"))["followups"]
    stats = good(luz.ask("GET /nurturing/{c}/stats"))
    assert (shown["sent"], shown["held"]) == (stats["sent"], stats["held"]) == (0, good(did)["held"])
    assert shown["held"] > 0


def test_who_is_brought_back_is_counted_again(luz: Person) -> None:
    before = good(luz.ask("GET /dashboard/{c}/overview"))["metrics"]
    assert before["total_messages"] == before["leads"] == 1
    for act in ("archive", "spam"):
        good(luz.ask(f"POST /dm/conversations/{{c}}/ig_5002/{act}"))
        shown = good(luz.ask("GET /dashboard/{c}/overview"))
        assert set(shown["metrics"].values()) == {0}
        assert (shown["recent_conversations"], shown["leads"]) == ([], [])
        good(luz.ask("POST /dm/conversations/{c}/ig_5002/restore"))
        assert good(luz.ask("GET /dashboard/{c}/overview"))["metrics"] == before


def test_the_switch_returns_to_the_mode_that_was_set(creator: Person) -> None:
    modes = []
    for call, body in (
        ("PUT /bot/{c}/mode", {"mode": "auto"}),
        ("POST /bot/{c}/pause", NOTHING),
        ("POST /bot/{c}/resume", NOTHING),
        ("PUT /bot/{c}/mode", {"mode": "review"}),
        ("PUT /dashboard/{c}/toggle", NOTHING),
        ("PUT /dashboard/{c}/toggle", NOTHING),
    ):
        good(creator.ask(call, body))
        modes.append(good(creator.ask("GET /bot/{c}/status"))["mode"])
    assert modes == ["auto", "off", "auto", "review", "off", "review"]
