"""What the system before this one did, and this one must not: a test for each row of the contract's list of quirks."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg.rows import DictRow

from api.app import openapi
from domain.vocabulary import Platform, Role
from projections.board import CARD, LEADS, Board
from projections.conversations import INBOX, ITEM, Conversations
from projections.engine.projection import Projection
from projections.people.filters import ORDERS, Filters, List
from projections.people.queries import numbers_of, rows_of
from projections.people.table import PeopleTables
from tests.api.answers import bad, good
from tests.harness.program import Person, Serving, serving
from tests.projections.crowds import Crowd
from tests.world import CREATOR

NOBODY = "00000000-0000-4000-8000-000000000000"
STAGES = {"cold": "new", "warm": "active", "hot": "hot", "customer": "customer"}
DEAR = "Hola, ¿cuánto cuesta el curso? me parece caro"
ELSEWHERE = {28}
"""Erasing a person is not done over HTTP."""


@contextmanager
def nothing_happens(program: Serving, person: Person) -> Iterator[None]:
    """What is asked inside leaves no event of the creator's."""
    before = program.log(person.name)
    yield
    assert program.log(person.name) == before


def says(person: Person, text: str, sender: str = "ig_5002", **more: Any) -> dict[str, Any]:
    """A message of somebody's, handed in."""
    body = {"creator_id": person.name, "sender_id": sender, "message": text, **more}
    return good(person.ask("POST /dm/process", body))


def lead(person: Person, given: str = "ig_5002") -> dict[str, Any]:
    found: dict[str, Any] = good(person.ask(f"GET /dm/leads/{{c}}/{given}"))["lead"]
    return found


def captured(person: Person, given: str = "ig_5001", **more: Any) -> dict[str, Any]:
    """A new lead."""
    body = {"name": "Ana", "platform_user_id": given, **more}
    made: dict[str, Any] = good(person.ask("POST /dm/leads/{c}", body))["lead"]
    return made


def numbers(person: Person) -> dict[str, Any]:
    return good(person.ask("GET /nurturing/{c}/stats"))


def together(person: Person, asked: Sequence[tuple[str, Any]]) -> list[httpx.Response]:
    """Requests that are all under way at the same time."""
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(lambda each: person.ask(*each), asked))


def admin(program: Serving) -> httpx.Client:
    return program.client(**{"X-API-Key": program.key(None, Role.ADMIN)})


@pytest.mark.parametrize("call", ["PUT /dm/follower/{c}/ig_5001/status", "PUT /dm/leads/{c}/ig_5001"])
def test_quirk_01_a_word_that_is_no_stage_moves_nobody_and_both_vocabularies_are_known(
    ana: Person, program: Serving, call: str
) -> None:
    with nothing_happens(program, ana):
        for word in ("banana", "Hot", "archived", "", None, ["hot"], 1):
            bad(ana.ask(call, {"status": word}), 422, "invalid", "/status")
    for word in ("hot", *STAGES, *STAGES.values()):
        good(ana.ask(call, {"status": word}))
        assert lead(ana, "ig_5001")["status"] == STAGES.get(word, word)


def test_quirk_02_whoever_is_unknown_cannot_be_moved(ana: Person, program: Serving) -> None:
    with nothing_happens(program, ana):
        for person in ("ig_5999", NOBODY):
            bad(ana.ask(f"PUT /dm/follower/{{c}}/{person}/status", {"status": "hot"}), 404, "not-found")
            bad(ana.ask(f"PUT /dm/leads/{{c}}/{person}", {"status": "hot"}), 404, "not-found")
        bad(ana.ask("PUT /dm/follower/nobody/ig_5001/status", {"status": "hot"}), 404, "not-found")


def test_quirk_03_a_creator_who_is_unknown_is_not_found_and_not_made_but_by_an_admin(program: Serving) -> None:
    name = f"c{uuid4().hex[:12]}"
    message = {"creator_id": name, "sender_id": "ig_5002", "message": "hola"}
    asked: list[tuple[str, str, Any]] = [
        ("GET", f"/dm/leads/{name}", None),
        ("GET", f"/dm/conversations/{name}", None),
        ("GET", f"/nurturing/{name}/stats", None),
        ("GET", f"/nurturing/{name}/sequences", None),
        ("GET", f"/dashboard/{name}/overview", None),
        ("GET", f"/creator/{name}/products", None),
        ("POST", f"/dm/leads/{name}", {"name": "Ana"}),
        ("POST", f"/creator/{name}/products", {"name": "Curso"}),
        ("POST", f"/nurturing/{name}/sequences/abandoned/toggle", {}),
        ("POST", "/dm/process", message),
    ]
    with admin(program) as client:
        for method, path, body in asked:
            bad(client.request(method, path, json=body), 404, "not-found")
        assert name not in client.get("/creator/list").text
        good(client.post("/creator", json={"name": name}))
        assert good(client.get(f"/dm/leads/{name}"))["leads"] == []


def test_quirk_04_a_follower_who_is_unknown_is_not_found(creator: Person) -> None:
    for person in ("ig_5999", NOBODY):
        for path in ("/dm/follower/{c}/WHO", "/dm/leads/{c}/WHO", "/dm/conversations/{c}/WHO/messages"):
            bad(creator.ask(f"GET {path.replace('WHO', person)}"), 404, "not-found")


def test_quirk_05_nothing_is_open_without_a_credential_and_nothing_with_that_of_another(
    ana: Person, program: Serving
) -> None:
    public = {"/health/live", "/health/ready", "/webhook/telegram", "/auth/login"}
    described = {(m.upper(), path) for path, those in openapi()["paths"].items() for m in those if path not in public}
    operations = described | {("GET", "/openapi.json"), ("GET", "/docs")}
    other = program.creator()
    with program.client() as nobody, closing(other.client), nothing_happens(program, ana):
        for method, template in sorted(operations):
            path = re.sub(r"\{lead_id\}", "ig_5001", template.replace("{creator_id}", ana.name))
            bad(nobody.request(method, path), 401, "unauthenticated")
            if "{creator_id}" in template:
                bad(other.client.request(method, path), 404, "not-found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/name"),
        ({"name": "  "}, "/name"),
        ({"name": 123}, "/name"),
        ({"name": "x" * 300}, "/name"),
        ({"name": "Ana", "status": "banana"}, "/status"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_quirk_06_a_lead_that_breaks_a_rule_is_refused_by_the_name_of_the_field(
    creator: Person, program: Serving, body: dict[str, Any], field: str
) -> None:
    with nothing_happens(program, creator):
        for call in ("POST /dm/leads/{c}", "POST /dm/leads/{c}/manual"):
            bad(creator.ask(call, body), 422, "invalid", field)


def test_quirk_07_what_is_unknown_or_not_writable_is_refused_by_its_name(ana: Person, program: Serving) -> None:
    with nothing_happens(program, ana):
        for field in ("id", "creator_id", "score", "purchase_intent", "platform", "platform_user_id", "api_key"):
            bad(ana.ask("PUT /dm/leads/{c}/ig_5001", {field: 1, "notes": "x"}), 422, "invalid", f"/{field}")
        for call, field in (
            ("POST /dm/leads/{c}", "creator_id"),
            ("PUT /creator/config/{c}", "api_key"),
            ("PUT /creator/config/{c}", "name"),
            ("PUT /settings/{c}", "creator_id"),
            ("POST /creator/{c}/products", "id"),
        ):
            body = {"name": "x", field: "x"} if call.startswith("POST") else {field: "x"}
            bad(ana.ask(call, body), 422, "invalid", f"/{field}")


def test_quirk_08_a_person_on_a_channel_is_one_lead_however_spelled_and_however_many_come_at_once(
    creator: Person,
) -> None:
    spelled = [{"platform_user_id": "ig_1"}, {"platform_user_id": "1", "platform": "instagram"}]
    leads = [("POST /dm/leads/{c}", {"name": "Ana", **each}) for each in spelled * 3]
    answers = together(creator, leads)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    known = lead(creator, "ig_1")["id"]
    for answer in answers:
        if answer.status_code == 409:
            assert bad(answer, 409, "duplicate-lead")["existing_id"] == known
    message = {"creator_id": creator.name, "message": "hola"}
    senders = [{"sender_id": "ig_2"}, {"sender_id": "2", "platform": "instagram"}] * 3
    written = together(creator, [("POST /dm/process", message | each) for each in senders])
    assert len({good(answer)["lead_id"] for answer in written}) == 1
    assert good(creator.ask("GET /dm/leads/{c}"))["total"] == 2


def test_quirk_09_a_deleted_lead_with_messages_is_gone_from_every_read_for_good(luz: Person) -> None:
    gone = lead(luz)["id"]
    good(luz.ask(f"DELETE /dm/leads/{{c}}/{gone}"))
    assert says(luz, DEAR, message_id="m1")["duplicate"] is True
    for given in (gone, "ig_5002"):
        for path in ("/dm/leads/{c}/WHO", "/dm/follower/{c}/WHO", "/dm/conversations/{c}/WHO/messages"):
            bad(luz.ask(f"GET {path.replace('WHO', given)}"), 404, "not-found")
        bad(luz.ask(f"DELETE /dm/leads/{{c}}/{given}"), 404, "not-found")
    for path, rows in (
        ("/dm/leads/{c}", "leads"),
        ("/dm/leads/{c}?q=luz", "leads"),
        ("/dm/conversations/{c}", "conversations"),
        ("/dm/conversations/{c}/archived", "conversations"),
        ("/nurturing/{c}/followups", "followups"),
        ("/nurturing/{c}/sequences/objection_price/enrolled", "enrolled"),
    ):
        shown = good(luz.ask(f"GET {path}"))
        assert (shown[rows], shown["total"]) == ([], 0), path
    assert list(csv.DictReader(StringIO(luz.ask("GET /dm/leads/{c}/export?format=csv").text))) == []
    assert set(good(luz.ask("GET /dashboard/{c}/overview"))["metrics"].values()) == {0}


@pytest.mark.parametrize("call", ["DELETE /dm/leads/{c}/ig_5002", "DELETE /dm/conversations/{c}/ig_5002"])
def test_quirk_10_deleting_cancels_the_follow_ups_in_the_same_command(luz: Person, program: Serving, call: str) -> None:
    pending = [each["id"] for each in good(luz.ask("GET /nurturing/{c}/followups?status=pending"))["followups"]]
    assert pending
    answer = luz.ask(call)
    good(answer)
    caused = [e for e in program.log(luz.name) if e["metadata"].get("request_id") == answer.headers["x-request-id"]]
    assert {"lead.deleted", "follower.enrolment_ended"} <= {event["topic"] for event in caused}
    assert sorted(each for event in caused for each in event.get("cancelled", ())) == sorted(pending)
    assert [event["position"] for event in caused] == list(range(caused[0]["position"], caused[-1]["position"] + 1))
    assert caused[-1]["position"] == int(answer.headers["x-position"])
    assert numbers(luz)["pending"] == 0


@pytest.mark.parametrize("act", ["archive", "spam"])
def test_quirk_11_who_is_restored_has_the_stage_of_before(ana: Person, act: str) -> None:
    for stage, stored in STAGES.items():
        good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": stage}))
        good(ana.ask(f"POST /dm/conversations/{{c}}/ig_5001/{act}"))
        assert good(ana.ask("POST /dm/conversations/{c}/ig_5001/restore"))["lead_status"] == stored
        assert lead(ana, "ig_5001")["status"] == stored


def test_quirk_12_what_fails_in_the_inbox_is_a_problem(ana: Person, program: Serving) -> None:
    with nothing_happens(program, ana):
        for act in ("archive", "spam", "restore"):
            bad(ana.ask(f"POST /dm/conversations/{{c}}/ig_5999/{act}"), 404, "not-found")
        bad(ana.ask("DELETE /dm/conversations/{c}/ig_5999"), 404, "not-found")
        bad(ana.ask("POST /dm/conversations/{c}/ig_5001/restore"), 409, "conflict")


def test_quirk_13_every_lead_can_be_reached_and_the_filters_are_the_servers(creator: Person) -> None:
    rows = "".join(f"Lead {number:02},ig_1{number:02}\r\n" for number in range(60))
    sheet = f"name,platform_user_id\r\n{rows}".encode()
    answer = creator.ask("POST /dm/leads/{c}/import", content=sheet, headers={"Content-Type": "text/csv"})
    good(answer)
    for path, name in (("/dm/leads/{c}", "leads"), ("/dm/conversations/{c}", "conversations")):
        call, reached, cursor = f"GET {path}", set(), ""
        while True:
            page = good(creator.ask(f"{call}?sort=name&limit=25&after={answer.headers['x-position']}{cursor}"))
            assert (page["count"], page["total"]) == (len(page[name]), 60)
            reached |= {row["id"] for row in page[name]}
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert len(reached) == 60
        assert [row["name"] for row in good(creator.ask(f"{call}?q=lead%2000&limit=1"))[name]] == ["Lead 00"]
        for limit in ("0", "-1", "1001", "many"):
            bad(creator.ask(f"{call}?limit={limit}"), 422, "invalid", "query:limit")


def test_quirk_14_what_a_person_sends_is_stored_under_either_id_with_an_honest_delivery(
    creator: Person, program: Serving
) -> None:
    known = captured(creator)["id"]
    with nothing_happens(program, creator):
        for given in ("ig_5999", NOBODY):
            bad(creator.ask("POST /dm/send/{c}", {"follower_id": given, "message": "Hola"}), 404, "not-found")
        for blank in ("", " \n\t"):
            body = {"follower_id": known, "message": blank}
            bad(creator.ask("POST /dm/send/{c}", body), 422, "invalid", "/message")
    for text, given in (("One", known), ("Two", "ig_5001")):
        sent = good(creator.ask("POST /dm/send/{c}", {"follower_id": given, "message": text}))
        assert (sent["sent"], sent["delivery"], sent["reason"]) == (False, "held", "channel_not_connected")
    shown = good(creator.ask(f"GET /dm/conversations/{{c}}/{known}/messages"))["messages"]
    assert [(each["content"], each["delivery"]) for each in shown] == [("Two", "held"), ("One", "held")]
    assert not any(event["topic"] == "follower.send_attempted" for event in program.log(creator.name))


def test_quirk_15_a_repeated_request_and_a_redelivered_message_act_once(luz: Person, program: Serving) -> None:
    for call, body in (
        ("POST /dm/leads/{c}", {"name": "Ana"}),
        ("POST /dm/send/{c}", {"follower_id": "ig_5002", "message": "Hola"}),
        ("POST /nurturing/{c}/sequences/abandoned/toggle", {}),
    ):
        under = {"headers": {"Idempotency-Key": uuid4().hex}}
        first = luz.ask(call, body, **under)
        good(first)
        with nothing_happens(program, luz):
            assert luz.ask(call, body, **under).content == first.content
    with nothing_happens(program, luz):
        assert says(luz, DEAR, message_id="m1")["duplicate"] is True


def test_quirk_16_a_message_to_a_paused_bot_is_stored_scored_and_shown(creator: Person) -> None:
    assert says(creator, "quiero comprar el curso")["action"] == "bot_paused"
    found = lead(creator)
    assert (found["status"], found["last_message"]["text"]) == ("hot", "quiero comprar el curso")
    assert found["score"] > 0


def test_quirk_16_a_message_over_the_limit_of_answers_is_stored_and_shown(busy: Person) -> None:
    actions = [says(busy, f"¿cuánto cuesta el curso? {number}")["action"] for number in range(21)]
    assert actions == ["reply"] * 20 + ["rate_limited"]
    assert lead(busy)["last_message"]["text"] == "¿cuánto cuesta el curso? 20"
    assert good(busy.ask("GET /dm/follower/{c}/ig_5002"))["total_messages"] == 21


def test_quirk_17_the_first_message_counts_and_messages_that_come_together_are_all_counted(creator: Person) -> None:
    first = says(creator, "quiero comprar el curso", "ig_5003")
    assert lead(creator, "ig_5003")["id"] == first["lead_id"]
    assert lead(creator, "ig_5003")["status"] == "hot"
    texts = ["hola", "¿cuánto cuesta el curso?", "me parece caro", "quiero comprar el curso"] * 2
    body = {"creator_id": creator.name, "sender_id": "ig_5002"}
    for answer in together(creator, [("POST /dm/process", body | {"message": text}) for text in texts]):
        good(answer)
    for text in texts:
        says(creator, text, "ig_5001")
    at_once, in_turn = lead(creator, "ig_5002"), lead(creator, "ig_5001")
    assert at_once["status"] == in_turn["status"] == "hot"
    assert at_once["purchase_intent"] == pytest.approx(in_turn["purchase_intent"], abs=0.01)
    assert good(creator.ask("GET /dm/follower/{c}/ig_5002"))["total_messages"] == len(texts)


def test_quirk_18_a_persons_move_outlives_the_next_message(luz: Person) -> None:
    good(luz.ask("PUT /dm/follower/{c}/ig_5002/status", {"status": "cold"}))
    assert says(luz, "quiero comprar el curso ya")["intent"] == "interest_strong"
    assert lead(luz)["status"] == "new"


def test_quirk_19_a_sequence_that_is_off_promises_nothing(busy: Person) -> None:
    for kind in ("objection_price", "interest_cold", "abandoned"):
        good(busy.ask(f"POST /nurturing/{{c}}/sequences/{kind}/toggle", {"enabled": False}))
    assert says(busy, "me parece caro")["intent"] == "objection_price"
    assert numbers(busy)["total"] == 0


def test_quirk_19_what_is_saved_is_what_is_promised(busy: Person) -> None:
    steps = [{"delay_hours": 5, "message": "¿Hablamos, {first_name|tú}?"}, {"delay_hours": 50, "message": "¡Último!"}]
    good(busy.ask("PUT /nurturing/{c}/sequences/objection_price", {"steps": steps}))
    says(busy, "me parece caro", name="Luz")
    promised = good(busy.ask("GET /nurturing/{c}/followups"))["followups"]
    assert [each["message_template"] for each in promised] == [step["message"] for step in steps]
    assert [each["message_preview"] for each in promised] == ["¿Hablamos, Luz?", "¡Último!"]


def test_quirk_19_steps_that_make_no_sense_are_refused(creator: Person, program: Serving) -> None:
    step = {"delay_hours": 1, "message": "¿Sigues ahí?"}
    with nothing_happens(program, creator):
        for change, field in (({"delay_hours": -1}, "delay_hours"), ({"message": " "}, "message")):
            body = {"steps": [step, step | change]}
            answer = creator.ask("PUT /nurturing/{c}/sequences/abandoned", body)
            bad(answer, 422, "invalid", f"/steps/1/{field}")
        bad(creator.ask("PUT /nurturing/{c}/sequences/banana", {"steps": [step]}), 404, "not-found")
        bad(creator.ask("POST /nurturing/{c}/sequences/banana/toggle", {}), 404, "not-found")


def test_quirk_20_who_is_enrolled_counts_as_one_and_steps_are_counted_beside(luz: Person) -> None:
    listed = good(luz.ask("GET /nurturing/{c}/sequences"))["sequences"]
    (found,) = [each for each in listed if each["type"] == "objection_price"]
    assert found["enrolled_count"] == 1
    assert found["pending_count"] == len(found["steps"]) > 1
    assert (numbers(luz)["people"], numbers(luz)["pending"]) == (1, len(found["steps"]))


def test_quirk_21_a_reply_cancels_what_is_pending(luz: Person) -> None:
    pending = numbers(luz)["by_sequence"]["objection_price"]["pending"]
    says(luz, "hola de nuevo", message_id="m2")
    listed = good(luz.ask("GET /nurturing/{c}/followups?sequence_type=objection_price"))["followups"]
    assert [(each["status"], each["reason"]) for each in listed] == [("cancelled", "replied")] * pending


def test_quirk_21_a_customer_is_followed_up_as_a_customer_only(busy: Person) -> None:
    says(busy, "hola")
    good(busy.ask("PUT /dm/follower/{c}/ig_5002/status", {"status": "customer"}))
    for text in ("me parece caro", "gracias", "¿cuánto cuesta el curso?"):
        says(busy, text)
    by_sequence = numbers(busy)["by_sequence"]
    assert {kind for kind, those in by_sequence.items() if those["people"]} == {"post_purchase"}


def test_quirk_21_what_falls_due_is_sent_and_only_that_is_marked_as_sent(luz: Person, program: Serving) -> None:
    good(luz.ask("POST /simulator/{c}/clock", {"advance_seconds": 5 * 3600}))
    sent = good(luz.ask("GET /nurturing/{c}/followups?status=sent"))["followups"]
    assert len(sent) == numbers(luz)["sent"] > 0
    log = program.log(luz.name)
    accepted = {event["send_id"] for event in log if event["topic"] == "follower.send_accepted"}
    requested = [event for event in log if event["topic"] == "follower.send_requested"]
    for each in sent:
        (send,) = [event["send_id"] for event in requested if event["follow_up_id"] == each["id"]]
        assert send in accepted
    shown = good(luz.ask("GET /dm/conversations/{c}/ig_5002/messages"))["messages"]
    assert {each["message_preview"] for each in sent} <= {m["content"] for m in shown if m["delivery"] == "sent"}


def test_quirk_22_the_sequences_of_a_new_creator_are_off(creator: Person) -> None:
    listed = good(creator.ask("GET /nurturing/{c}/sequences"))["sequences"]
    assert [each["is_active"] for each in listed] == [False] * 8


def test_quirk_23_the_dashboard_counts_by_the_stages_of_the_board(creator: Person) -> None:
    for number, stage in enumerate(["cold", "warm", "warm", "hot", "customer"]):
        captured(creator, f"ig_{number + 1}", status=stage, email=f"l{number}@example.com")
    metrics = good(creator.ask("GET /dashboard/{c}/overview"))["metrics"]
    by_status = good(creator.ask("GET /dm/conversations/{c}"))["by_status"]
    shown = [metrics[name] for name in ("cold_leads", "warm_leads", "hot_leads", "customers")]
    assert shown == [by_status[stage] for stage in STAGES.values()] == [1, 2, 1, 1]
    assert (metrics["leads"], metrics["conversion_rate"], metrics["lead_rate"]) == (5, 0.2, 0.8)
    captured(creator, "ig_9", status="cold")
    assert good(creator.ask("GET /dashboard/{c}/overview"))["metrics"]["lead_rate"] == round(4 / 6, 4)


def test_quirk_24_a_number_or_an_id_means_the_same_everywhere(luz: Person) -> None:
    conversation = good(luz.ask("GET /dm/conversations/{c}"))["conversations"][0]
    follower = good(luz.ask("GET /dm/follower/{c}/ig_5002"))
    card = lead(luz)
    for each in (conversation, follower, card):
        assert isinstance(each["purchase_intent_score"], int)
        assert each["purchase_intent_score"] == round(100 * each["purchase_intent"]) > 1
        assert (each["follower_id"], each["id"]) == ("ig_5002", card["id"])
    assert (conversation["total_messages"], conversation["message_count"]) == (1, 2)
    assert follower["total_messages"] == good(luz.ask("GET /dm/metrics/{c}"))["metrics"]["total_messages"] == 1
    for path, rows in (("followups", "followups"), ("sequences/objection_price/enrolled", "enrolled")):
        assert {row["follower_id"] for row in good(luz.ask(f"GET /nurturing/{{c}}/{path}"))[rows]} == {"ig_5002"}


def test_quirk_25_what_a_person_wrote_is_in_the_preview_on_our_side(luz: Person) -> None:
    good(luz.ask("POST /dm/send/{c}", {"follower_id": "ig_5002", "message": "Soy yo, de verdad"}))
    previews = [
        good(luz.ask("GET /dm/conversations/{c}"))["conversations"][0]["last_messages"],
        good(luz.ask("GET /dm/follower/{c}/ig_5002"))["last_messages"],
    ]
    for preview in previews:
        newest = preview[-1]
        assert (newest["content"], newest["role"], newest["author"]) == ("Soy yo, de verdad", "assistant", "person")
        assert (preview[0]["role"], preview[0]["author"]) == ("user", "follower")


def update(number: int, **message: Any) -> dict[str, Any]:
    """What Telegram delivers when somebody writes."""
    ana = {"id": 42, "is_bot": False, "first_name": "Ana"}
    about = {"message_id": number, "date": 1772539200, "chat": {"id": 42, "type": "private"}, "from": ana}
    return {"update_id": number, "message": about | message}


def test_quirk_26_a_delivery_is_proved_and_goes_to_the_creator_of_its_bot(database_url: str, data_dir: Path) -> None:
    body = json.dumps(update(1, text="hola"), indent=2).encode()
    photo = json.dumps(update(2, photo=[{"file_id": "large"}], caption="¿qué es?")).encode()
    secret = "X-Telegram-Bot-Api-Secret-Token"
    with (
        serving(database_url, data_dir, CLONNECT_TELEGRAM_POLLING="false") as earnest,
        earnest.client(**{"Content-Type": "application/json"}) as telegram,
    ):
        first, second = (earnest.creator() for _ in range(2))
        for person in (first, second):
            earnest.connect(person.name, Platform.TELEGRAM)
        before = earnest.log()
        for wrong in ({}, {secret: ""}, {secret: "changeme"}):
            bad(telegram.post("/webhook/telegram", content=body, headers=wrong), 403, "signature")
        assert earnest.log() == before
        for content in (body, body, photo):
            proof = {secret: f"secret of {second.name}-{Platform.TELEGRAM}"}
            answer = telegram.post("/webhook/telegram", content=content, headers=proof)
            assert (answer.status_code, answer.content) == (200, b"")
        earnest.catch_up(second)
        shown = good(second.ask("GET /dm/conversations/{c}/tg_42/messages"))["messages"]
        told = [(each["content"], len(each["attachments"])) for each in reversed(shown)]
        assert told == [("hola", 0), ("¿qué es?", 1)]
        assert good(first.ask("GET /dm/leads/{c}"))["total"] == 0
        for person in (first, second):
            person.client.close()


def test_quirk_27_there_is_one_switch_of_the_bot(creator: Person) -> None:
    for call, body, is_on in (
        ("POST /bot/{c}/resume", None, True),
        ("PUT /dashboard/{c}/toggle", None, False),
        ("PUT /creator/config/{c}", {"is_active": True}, True),
        ("POST /bot/{c}/pause", None, False),
        ("PUT /settings/{c}", {"mode": "auto"}, True),
        ("PUT /dashboard/{c}/toggle?active=false", None, False),
    ):
        good(creator.ask(call, body) if body else creator.ask(call))
        overview = good(creator.ask("GET /dashboard/{c}/overview"))
        shown = [
            good(creator.ask("GET /bot/{c}/status"))["bot_active"],
            good(creator.ask("GET /creator/config/{c}"))["config"]["bot_active"],
            good(creator.ask("GET /settings/{c}"))["mode"] == "auto",
            overview["bot_active"],
            overview["clone_active"],
        ]
        assert shown == [is_on] * 5, call


def test_quirk_29_who_does_not_want_to_buy_gets_no_link_and_whisky_is_no_greeting(busy: Person) -> None:
    refused = says(busy, "no quiero comprar")
    assert refused["intent"] != "interest_strong"
    assert "pay.example" not in (refused["response"] or "")
    assert says(busy, "whisky", "ig_5003")["intent"] != "greeting"
    bought = says(busy, "quiero comprar el curso", "ig_5001")
    assert bought["intent"] == "interest_strong"
    assert "pay.example" in bought["response"]


def test_quirk_30_bad_input_is_refused_in_one_sentence_that_tells_nothing_of_the_inside(
    ana: Person, program: Serving
) -> None:
    as_json = {"headers": {"Content-Type": "application/json"}}
    bodies = (b"{", b"[]", b'"x"', b"null", b'{"name": "\\ud800"}', b'{"name": "a\\u0000"}', b"\xff", b'{"name": NaN}')
    calls = (
        "POST /dm/leads/{c}",
        "PUT /dm/leads/{c}/ig_5001",
        "POST /dm/send/{c}",
        "POST /dm/process",
        "PUT /settings/{c}",
    )
    with nothing_happens(program, ana):
        problems = [bad(ana.ask(call, content=body, **as_json), 422, "invalid") for call in calls for body in bodies]
        for query in ("limit=1e9", "limit=99999999999999999999", "cursor=%00", "q=%00", "status=';--", "after=-1"):
            problems.append(bad(ana.ask(f"GET /dm/leads/{{c}}?{query}"), 422, "invalid"))
        for given in ("'; DROP TABLE leads;--", "%00", "../../etc/passwd", "x" * 2000):
            answer = ana.ask(f"GET /dm/leads/{{c}}/{given.replace('/', '%2F')}")
            problems.append(bad(answer, 404, "not-found"))
    for problem in problems:
        assert not re.search(r"\bselect\b|psycopg|traceback|relation \"|\.py\b", problem["detail"], re.IGNORECASE)


@pytest.mark.parametrize(("kind", "kept", "card"), [(Board, LEADS, CARD), (Conversations, INBOX, ITEM)])
def test_quirk_31_a_page_reads_as_little_of_many_leads_as_of_few(
    conn: psycopg.Connection[DictRow], kind: type[Projection], kept: PeopleTables, card: str
) -> None:
    size, limit = 6_000, 10
    crowd = Crowd(conn, kind, kept, card, size)
    for filters in (Filters(), Filters(q="1999"), Filters(tags=("vip",))):
        wanted = List(CREATOR, filters, ORDERS["-last_contact"])
        read = crowd.read_by(numbers_of(kept, wanted)) + crowd.read_by(rows_of(kept, wanted, None, limit, card))
        assert read < size / 20, filters


def test_every_quirk_has_its_test() -> None:
    tested = {int(found[1]) for name in globals() if (found := re.match(r"test_quirk_(\d\d)_\w+_\w+", name))}
    assert tested == set(range(1, 32)) - ELSEWHERE
